import { describe, expect, test } from "vitest";
import type { I2cBus, Scheduler } from "../ports.ts";
import { findDisplays } from "./find-displays.ts";

/** A bus with a PCF8574 on it: a simulated one, or that of a kernel that was built for it. */
export interface I2cWorld {
  readonly bus: I2cBus;
  /** `run` lets time pass until this instant, and everything happen that happens until then. */
  readonly scheduler: Scheduler & { run(untilMs: number): Promise<void> };
  /** Where the PCF8574 answers; nobody else is on the bus. */
  readonly address: number;
  /** All bytes written to it so far. */
  readonly received: () => readonly number[];
  /** Takes it off the bus, or puts it back. */
  readonly unplug: (unplugged: boolean) => void;
}

/** A call that has not ended by then never will. */
const LONGEST_CALL_MS = 5_000;
const STEP_MS = 5;

/** What every I2C bus does. */
export function describeI2cBus(name: string, makeWorld: () => I2cWorld | Promise<I2cWorld>): void {
  const open = async () => {
    const world = await makeWorld();
    /** Lets a call come to its end: its result, or its error's code. */
    const outcome = async (call: Promise<unknown>): Promise<unknown> => {
      const progress = { ended: false };
      const settled = call
        .then(
          (result) => result ?? "done",
          (error: unknown) => (error instanceof Error && "code" in error ? error.code : error),
        )
        .finally(() => (progress.ended = true));
      const { scheduler } = world;
      const limitMs = scheduler.nowMs() + LONGEST_CALL_MS;
      while (!progress.ended && scheduler.nowMs() < limitMs) await scheduler.run(scheduler.nowMs() + STEP_MS);
      return progress.ended ? settled : "no end";
    };
    return { ...world, outcome };
  };

  describe(`the I2C bus ${name}`, () => {
    test("carries the bytes of a write to the chip in their order", async () => {
      const { bus, address, received, outcome } = await open();
      expect(await outcome(bus.write(address, Uint8Array.of(0x0c, 0x08, 0xff)))).toBe("done");
      expect(received()).toEqual([0x0c, 0x08, 0xff]);
    });

    test("reads as many bytes as it is asked for: the levels of the chip's pins", async () => {
      const { bus, address, outcome } = await open();
      await outcome(bus.write(address, Uint8Array.of(0x50)));
      expect(await outcome(bus.read(address, 1))).toEqual(Uint8Array.of(0x50));
      expect(await outcome(bus.read(address, 3))).toEqual(Uint8Array.of(0x50, 0x50, 0x50));
    });

    test("carries transactions of callers that do not wait one after the other", async () => {
      const { bus, address, received, outcome } = await open();
      const writes = [1, 2, 3, 4].map((byte) => bus.write(address, Uint8Array.of(byte, byte)));
      await outcome(Promise.all(writes));
      expect(received()).toEqual([1, 1, 2, 2, 3, 3, 4, 4]);
    });

    test("takes the bytes at the call, whatever their owner does with the buffer after", async () => {
      const { bus, address, received, outcome } = await open();
      const bytes = Uint8Array.of(5);
      const written = bus.write(address, bytes);
      bytes[0] = 6;
      await outcome(written);
      expect(received()).toEqual([5]);
    });

    test("says hal.i2c.nak where nobody answers, at reading and writing, and goes on", async () => {
      const { bus, address, received, outcome, unplug } = await open();
      expect(await outcome(bus.write(address ^ 1, Uint8Array.of(1)))).toBe("hal.i2c.nak");
      expect(await outcome(bus.read(address ^ 1, 1))).toBe("hal.i2c.nak");
      unplug(true);
      expect(await outcome(bus.write(address, Uint8Array.of(2)))).toBe("hal.i2c.nak");
      unplug(false);
      expect(await outcome(bus.write(address, Uint8Array.of(3)))).toBe("done");
      expect(received()).toEqual([3]);
    });

    test("finds the display's chip by reading only", async () => {
      const { bus, address, received, outcome } = await open();
      expect(await outcome(findDisplays(bus))).toEqual([address]);
      expect(received()).toEqual([]);
    });

    test("refuses callers that never wait, and everything after close", async () => {
      const { bus, address, received, outcome } = await open();
      const writes = Array.from({ length: 100 }, () => bus.write(address, Uint8Array.of(7)));
      const codes = await outcome(
        Promise.allSettled(writes).then((settled) => settled.map(({ status }) => status)),
      );
      expect(codes).toContain("fulfilled");
      expect(codes).toContain("rejected");
      expect(received().length).toBeLessThan(100);
      await outcome(bus.close());
      await outcome(bus.close());
      expect(await outcome(bus.write(address, Uint8Array.of(1)))).toBe("hal.i2c.io");
      expect(await outcome(bus.read(address, 1))).toBe("hal.i2c.io");
    });
  });
}
