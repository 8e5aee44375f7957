import { describe, expect, test } from "vitest";
import { VirtualScheduler } from "../world/virtual-scheduler.ts";
import { SimulatedI2cBus } from "./i2c-bus.ts";

const ADDRESS = 0x27;

function makeBus(clockHz: 100_000 | 400_000 = 100_000) {
  const scheduler = new VirtualScheduler();
  const bus = new SimulatedI2cBus({ scheduler, clockHz });
  const received: [number, number][] = [];
  bus.attach(ADDRESS, {
    receive: (byte, atMs) => received.push([byte, Math.round(atMs * 1000)]),
    transmit: () => received.length,
  });
  const outcomes: string[] = [];
  const write = (address: number, ...bytes: number[]) => {
    bus.write(address, Uint8Array.from(bytes)).then(
      () => outcomes.push(`done ${Math.round(scheduler.nowMs() * 1000)}`),
      (error: unknown) => outcomes.push(error instanceof Error && "code" in error ? String(error.code) : "?"),
    );
  };
  return { scheduler, bus, received, outcomes, write };
}

describe("a simulated I2C bus", () => {
  test("takes nine bits for the address and each byte, at either speed", async () => {
    const slow = makeBus();
    slow.write(ADDRESS, 1, 2);
    await slow.scheduler.run(10);
    expect(slow.received).toEqual([
      [1, 190],
      [2, 280],
    ]);
    expect(slow.outcomes).toEqual(["done 290"]);
    expect(slow.bus.byteCount).toBe(3);
    const fast = makeBus(400_000);
    fast.write(ADDRESS, 1, 2);
    await fast.scheduler.run(10);
    expect(fast.outcomes).toEqual(["done 73"]);
  });

  test("carries one transaction after the other", async () => {
    const { scheduler, write, outcomes, received } = makeBus();
    write(ADDRESS, 1);
    write(ADDRESS, 2);
    await scheduler.run(10);
    expect(outcomes).toEqual(["done 200", "done 400"]);
    expect(received).toEqual([
      [1, 190],
      [2, 390],
    ]);
  });

  test("reports an address at which nobody answers", async () => {
    const { scheduler, write, outcomes, received } = makeBus();
    write(0x3f, 1);
    await scheduler.run(10);
    expect(outcomes).toEqual(["hal.i2c.nak"]);
    expect(received).toEqual([]);
  });

  test("breaks off the next transactions where told to, and no more than those", async () => {
    const { scheduler, bus, write, outcomes, received } = makeBus();
    bus.nakNext(2, 1);
    for (let count = 0; count < 3; count++) write(ADDRESS, 7, 8);
    await scheduler.run(10);
    expect(outcomes.map((each) => each.split(" ")[0])).toEqual(["hal.i2c.nak", "hal.i2c.nak", "done"]);
    expect(received.map(([byte]) => byte)).toEqual([7, 7, 7, 8]);
  });

  test("refuses callers that do not wait, and everything after close", async () => {
    const { scheduler, bus, write, outcomes } = makeBus();
    for (let count = 0; count < 100; count++) write(ADDRESS, 1);
    await scheduler.run(100);
    expect(outcomes).toContain("hal.i2c.io");
    await bus.close();
    await expect(bus.write(ADDRESS, Uint8Array.of(1))).rejects.toMatchObject({ code: "hal.i2c.io" });
  });

  test("takes the bytes at the call, whatever their owner does with the buffer after", async () => {
    const { scheduler, bus, received } = makeBus();
    const buffer = Uint8Array.of(5);
    void bus.write(ADDRESS, buffer);
    buffer[0] = 6;
    await scheduler.run(10);
    expect(received.map(([byte]) => byte)).toEqual([5]);
  });
});
