import { arch, release, userInfo } from "node:os";
import { listGpio } from "../gpio/chip-info.ts";
import type { Scheduler } from "../ports.ts";
import { SYSFS } from "../sysfs.ts";
import type { Addon, Inspected } from "./inspect.ts";

/** Packages of parts that have native add-ons, each loaded through its one door. */
function addons(scheduler: Scheduler): readonly Addon[] {
  return [
    { name: "koffi", load: async () => (await import("../gpio/libc.ts")).libcKernel() },
    { name: "i2c-bus", load: async () => (await import("../i2c/linux-i2c.ts")).i2cBusPackage() },
    {
      name: "serialport",
      load: async () => (await import("../serial/node-serialport.ts")).openSerialPorts(scheduler),
    },
    { name: "onoff", load: async () => (await import("../gpio/onoff.ts")).onoffPackage() },
    { name: "rpi-gpio", load: async () => (await import("../gpio/rpi-gpio.ts")).rpiGpioPackage(SYSFS) },
  ];
}

/** This machine, to be inspected. `more` are add-ons beyond those of parts. */
export function thisMachine(scheduler: Scheduler, more: readonly Addon[] = []): Inspected {
  return {
    files: SYSFS,
    kernel: release(),
    architecture: arch(),
    user: { name: userInfo().username, groupIds: process.getgroups?.() ?? [] },
    listGpio: async () => listGpio((await import("../gpio/libc.ts")).libcKernel()),
    openI2c: async (bus) => (await import("../i2c/linux-i2c.ts")).openI2c(bus, scheduler),
    addons: [...addons(scheduler), ...more],
  };
}
