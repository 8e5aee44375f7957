import { describe, expect, test } from "vitest";
import { SimulatedI2cBus } from "../sim/chips/i2c-bus.ts";
import { SimulatedI2cDevice } from "../sim/chips/i2c-character-device.ts";
import { HalError } from "./errors.ts";
import { linuxMachine } from "./linux-machine.ts";
import { bcm } from "./ports.ts";
import { mountKernel } from "./testing/mount-kernel.ts";
import { PatientScheduler } from "./testing/patient-scheduler.ts";

describe("this machine's buses", () => {
  test("are shared by all who ask, and tried again after they failed", async () => {
    const scheduler = new PatientScheduler();
    const machine = linuxMachine({ gpio: "auto", scheduler });
    const device = new SimulatedI2cDevice({ bus: new SimulatedI2cBus({ scheduler }), busNumber: 1 });
    mountKernel(device);
    device.failWith("ENOENT");
    await expect(machine.i2c(1)).rejects.toMatchObject({ code: "hal.i2c.absent" });
    device.failWith(null);
    const [one, other] = await Promise.all([machine.i2c(1), machine.i2c(1)]);
    expect(one.name).toBe("I2C bus 1");
    expect(other).toBe(one);
    await expect(machine.i2c(2)).rejects.toMatchObject({ code: "hal.i2c.absent" });
  });

  test("end in a handle or in an error with a code, whatever this machine has", async () => {
    const machine = linuxMachine({ gpio: "auto", scheduler: new PatientScheduler() });
    expect(machine.gpioChoice()).toBeNull();
    const outcome = await machine.gpio().catch((error: unknown) => error);
    if (outcome instanceof Error) {
      expect(outcome).toBeInstanceOf(HalError);
      expect(machine.gpioChoice()).toBeNull();
    } else expect(machine.gpioChoice()).toContain(": ");
    await expect((await machine.pwm()).open(bcm(17))).rejects.toMatchObject({ code: "hal.pwm.absent" });
    await expect(machine.serial()).resolves.toBeDefined();
  });
});
