import { describe, expect, test } from "vitest";
import { HalError } from "../errors.ts";
import { listGpio } from "../gpio/chip-info.ts";
import { GpiochipBank } from "../gpio/gpiochip.ts";
import { bcm } from "../ports.ts";
import { SimulatedGpioKernel } from "../../sim/chips/gpio-character-device.ts";
import { SimulatedI2cBus } from "../../sim/chips/i2c-bus.ts";
import { NetBoard } from "../../sim/chips/nets.ts";
import { Pcf8574 } from "../../sim/chips/pcf8574.ts";
import { SimulatedSysfsGpio } from "../../sim/chips/sysfs-gpio.ts";
import { VirtualScheduler } from "../../sim/world/virtual-scheduler.ts";
import { inspect, type Inspected } from "./inspect.ts";

/** A Pi 4 with a backpack at 0x27 on bus 1, a USB adapter, and a kernel console on the header's port. */
function makePi() {
  const scheduler = new VirtualScheduler();
  const nets = new NetBoard();
  const spinUs = (us: number): void => scheduler.advanceUs(us);
  const { files } = new SimulatedSysfsGpio({ nets, scheduler, base: 512 });
  const text = (path: string, content: string): void => files.add(path, { read: () => content });
  text("/proc/device-tree/model", "Raspberry Pi 4 Model B Rev 1.5\0");
  text("/etc/os-release", 'ID=debian\nPRETTY_NAME="Debian GNU/Linux 13 (trixie)"\n');
  text("/etc/group", "root:x:0:\ngpio:x:986:anna\nanna:x:1000:\n");
  text("/proc/cmdline", "console=serial0,115200 console=tty1 root=/dev/mmcblk0p2 rootwait");
  for (const path of ["/dev/i2c-1", "/dev/ttyAMA0", "/dev/ttyUSB0", "/dev/tty1", "/dev/gpiochip0"])
    text(path, "");
  for (const path of ["/sys/bus/i2c/devices/i2c-1/name", "/sys/bus/i2c/devices/i2c-20/name"]) text(path, "");
  files.addLink("/dev/serial0", "/dev/ttyAMA0");
  files.addLink("/dev/serial/by-id/usb-FTDI-port0", "/dev/ttyUSB0");
  files.add("/sys/class/pwm/pwmchip0/export", { write: () => undefined });
  files.addLink("/sys/class/pwm/pwmchip0/device", "/sys/devices/platform/soc/fe20c000.pwm");
  files.addLink("/sys/class/pwm/pwmchip1/device", "/sys/devices/platform/fan.pwm");
  const bus = new SimulatedI2cBus({ scheduler });
  bus.attach(0x27, new Pcf8574(() => scheduler.nowMs()));
  const kernel = new SimulatedGpioKernel({ nets, scheduler, spinUs });
  const machine: Inspected = {
    files,
    kernel: "6.12.34+rpt-rpi-v8",
    architecture: "arm64",
    user: { name: "anna", groupIds: [1000, 986, 4711] },
    listGpio: async () => listGpio(kernel),
    openI2c: async () => bus,
    addons: [
      { name: "works", load: async () => true },
      { name: "broken", load: () => Promise.reject(new HalError("hal.addon.missing", "for another Node")) },
    ],
  };
  const facts = async (changes: Partial<Inspected> = {}, i2cBus?: number) => {
    const inspecting = inspect({ ...machine, ...changes }, { i2cBus });
    await scheduler.pass(1000);
    return inspecting;
  };
  return { machine, files, kernel, bus, nets, scheduler, spinUs, facts };
}

describe("inspecting a machine", () => {
  test("finds out what it is, who asks, and what it has", async () => {
    const { facts } = makePi();
    expect(await facts()).toMatchObject({
      model: "Raspberry Pi 4 Model B Rev 1.5",
      system: "Debian GNU/Linux 13 (trixie)",
      user: { name: "anna", groups: ["4711", "anna", "gpio"] },
      gpio: { sysfs: { label: "pinctrl-bcm2711", base: 512 } },
      i2c: [
        { bus: 1, device: true, displays: [0x27], problem: null },
        { bus: 20, device: false, displays: null },
      ],
      consoles: ["serial0", "tty1"],
      pwm: [
        { chip: "pwmchip0", lines: [12, 18, 13, 19], writable: true },
        { chip: "pwmchip1", lines: [], writable: false },
      ],
      addons: [
        { name: "works", loads: true },
        { name: "broken", loads: false },
      ],
    });
  });

  test("follows a port's link, and leaves out what is no serial port", async () => {
    const { facts } = makePi();
    const { serial } = await facts();
    expect(serial.map(({ path, device }) => [path, device])).toEqual([
      ["/dev/serial/by-id/usb-FTDI-port0", "/dev/ttyUSB0"],
      ["/dev/serial0", "/dev/ttyAMA0"],
      ["/dev/ttyAMA0", "/dev/ttyAMA0"],
      ["/dev/ttyUSB0", "/dev/ttyUSB0"],
    ]);
  });

  test("names who holds a line, opens none, and leaves no descriptor", async () => {
    const { facts, kernel, scheduler, spinUs } = makePi();
    const bank = new GpiochipBank({ kernel, scheduler, spinUs });
    const lines = await bank.open("someone else", [
      { bcm: bcm(7), direction: "in", pull: "up", edges: "none" },
    ]);
    const before = kernel.openDescriptors;
    const { gpio } = await facts();
    const held = gpio.listing?.header.filter(({ consumer }) => consumer !== null);
    expect(held).toMatchObject([{ line: 7, consumer: "someone else" }]);
    expect(kernel.openDescriptors).toBe(before);
    await lines.close();
  });

  test("looks for displays on a machine that is no Pi only where it is told to", async () => {
    const { facts, files, bus } = makePi();
    files.removeFolder("/proc/device-tree");
    expect((await facts()).i2c[0]).toMatchObject({ bus: 1, displays: null, problem: null });
    expect(bus.byteCount).toBe(0);
    expect((await facts({}, 1)).i2c[0]).toMatchObject({ bus: 1, displays: [0x27] });
  });

  test("takes what refuses for a fact, with its code", async () => {
    const { facts, kernel } = makePi();
    kernel.failWith(13);
    const denied = await facts({
      openI2c: () => Promise.reject(new HalError("hal.i2c.denied", "not in the group")),
    });
    expect(denied.gpio.listing?.chips).toEqual([{ path: "/dev/gpiochip0", info: { errno: 13 } }]);
    expect(denied.i2c[0]).toMatchObject({ displays: null, problem: "hal.i2c.denied" });
    const nothing = await facts({
      listGpio: () => Promise.reject(new HalError("hal.addon.missing", "for another Node")),
      files: {
        list: () => {
          throw new Error("EACCES");
        },
        exists: () => false,
        read: () => {
          throw new Error("EACCES");
        },
        write: () => undefined,
        writable: () => false,
        resolve: (path) => path,
      },
    });
    expect(nothing).toMatchObject({
      model: null,
      system: null,
      gpio: { listing: null, sysfs: null },
      i2c: [],
      serial: [],
      consoles: [],
      pwm: [],
    });
  });
});
