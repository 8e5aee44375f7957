import { describe, expect, test } from "vitest";
import { SimulatedI2cBus } from "../../sim/chips/i2c-bus.ts";
import { SimulatedI2cDevice } from "../../sim/chips/i2c-character-device.ts";
import { Pcf8574 } from "../../sim/chips/pcf8574.ts";
import { HalError } from "../errors.ts";
import { mountKernel } from "../testing/mount-kernel.ts";
import { PatientScheduler } from "../testing/patient-scheduler.ts";
import { describeI2cBus } from "./i2c.contract.ts";
import { openI2c, TRANSACTION_LIMIT_MS } from "./linux-i2c.ts";

const ADDRESS = 0x27;

function simulatedWorld() {
  const scheduler = new PatientScheduler();
  const bus = new SimulatedI2cBus({ scheduler });
  const chip = new Pcf8574(() => scheduler.nowMs());
  const received: number[] = [];
  const recorder = {
    receive: (byte: number, atMs: number) => {
      received.push(byte);
      chip.receive(byte, atMs);
    },
    transmit: () => chip.transmit(),
  };
  const unplug = (unplugged: boolean) => {
    if (unplugged) bus.detach(ADDRESS);
    else bus.attach(ADDRESS, recorder);
  };
  unplug(false);
  return { scheduler, bus, address: ADDRESS, received: () => received, unplug };
}

/** The package i2c-bus on a simulated kernel. */
function linuxWorld() {
  const world = simulatedWorld();
  const device = new SimulatedI2cDevice({ bus: world.bus, busNumber: 1 });
  const kernel = mountKernel(device);
  const pass = (ms: number) => world.scheduler.run(world.scheduler.nowMs() + ms);
  const codeOf = async (call: Promise<unknown>, withinMs = 50): Promise<unknown> => {
    const code = call.then(
      () => "done",
      (error: unknown) => (error instanceof Error && "code" in error ? error.code : error),
    );
    await pass(withinMs);
    return code;
  };
  return { ...world, device, kernel, pass, codeOf, open: () => openI2c(1, world.scheduler) };
}

describeI2cBus("of the simulator", simulatedWorld);

describeI2cBus("of Linux, through the package i2c-bus", async () => {
  const world = linuxWorld();
  return { ...world, bus: await world.open() };
});

describe("an I2C bus of Linux", () => {
  test("says what is missing: the overlay, the group, the chip's own driver in the way", async () => {
    const { device, open, scheduler } = linuxWorld();
    const problem = (call: Promise<unknown>): Promise<string> =>
      call.then(
        () => "none",
        (error: unknown) => (error instanceof HalError ? `${error.code}: ${error.message}` : "?"),
      );
    device.failWith("ENOENT");
    expect(await problem(open())).toMatch(/^hal\.i2c\.absent: .*\/dev\/i2c-1.*dtparam=i2c_arm=on/u);
    device.failWith("EACCES");
    expect(await problem(open())).toMatch(/^hal\.i2c\.denied: .*group i2c/u);
    device.failWith(null);
    device.hold(ADDRESS);
    const bus = await open();
    expect(await problem(bus.read(ADDRESS, 1))).toMatch(/^hal\.i2c\.io: .*kernel holds .* 0x27/u);
    expect(scheduler.pending).toBe(0);
  });

  test("never sends to another address after one was refused", async () => {
    const { device, open, codeOf, bus: wires, received } = linuxWorld();
    const heard: number[] = [];
    wires.attach(0, { receive: (byte) => heard.push(byte), transmit: () => 0 });
    const bus = await open();
    device.hold(ADDRESS);
    expect(await codeOf(bus.write(ADDRESS, Uint8Array.of(1)))).toBe("hal.i2c.io");
    expect(await codeOf(bus.write(ADDRESS, Uint8Array.of(2)))).toBe("hal.i2c.io");
    device.letGo(ADDRESS);
    expect(await codeOf(bus.write(ADDRESS, Uint8Array.of(3)))).toBe("done");
    expect([heard, received()]).toEqual([[], [3]]);
  });

  test("is opened anew after trouble, and leaves no file open at close", async () => {
    const { device, open, codeOf, kernel } = linuxWorld();
    const bus = await open();
    for (const trouble of ["ETIMEDOUT", "ENODEV"] as const) {
      device.failWith(trouble);
      expect(await codeOf(bus.write(ADDRESS, Uint8Array.of(1)))).toBe("hal.i2c.io");
      device.failWith(null);
      expect(await codeOf(bus.write(ADDRESS, Uint8Array.of(1)))).toBe("done");
    }
    await bus.close();
    expect(kernel.openFiles).toBe(0);
  });

  test("gives a transaction up that does not end, lets none happen late, and works again after", async () => {
    const { device, open, codeOf, received, pass, scheduler } = linuxWorld();
    const bus = await open();
    device.hang(true);
    const codes = [1, 2, 3].map((byte) => codeOf(bus.write(ADDRESS, Uint8Array.of(byte)), 0));
    await pass(TRANSACTION_LIMIT_MS - 1);
    expect(scheduler.pending).toBe(3);
    await pass(1);
    expect(await Promise.all(codes)).toEqual(["hal.i2c.io", "hal.i2c.io", "hal.i2c.io"]);
    device.hang(false);
    expect(await codeOf(bus.write(ADDRESS, Uint8Array.of(4)))).toBe("done");
    // The first was under way when it was given up; the others had not begun.
    expect(received()).toEqual([1, 4]);
  });

  test("refuses more callers while a transaction hangs, and closes all the same", async () => {
    const { device, open, codeOf, pass, kernel } = linuxWorld();
    const bus = await open();
    device.hang(true);
    const waiting = Array.from({ length: 64 }, () => codeOf(bus.read(ADDRESS, 1), 0));
    expect(await codeOf(bus.read(ADDRESS, 1), 0)).toBe("hal.i2c.io");
    const closed = bus.close();
    await pass(TRANSACTION_LIMIT_MS);
    await closed;
    expect(new Set(await Promise.all(waiting))).toEqual(new Set(["hal.i2c.io"]));
    device.hang(false);
    await pass(50);
    expect(kernel.openFiles).toBe(0);
  });

  test("refuses addresses and lengths that there are not", async () => {
    const bus = await linuxWorld().open();
    await expect(bus.write(0x80, Uint8Array.of(1))).rejects.toThrow(RangeError);
    await expect(bus.read(ADDRESS, 0)).rejects.toThrow(RangeError);
    await expect(bus.write(ADDRESS, new Uint8Array(8_193))).rejects.toThrow(RangeError);
  });
});
