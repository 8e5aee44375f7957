import { describe, expect, onTestFinished, test } from "vitest";
import type { SerialLine, SerialPorts } from "../ports.ts";

/** A serial port with somebody at its other end. */
export interface SerialWorld {
  readonly ports: SerialPorts;
  readonly path: string;
  /** What the other end has received so far. */
  readonly received: readonly number[];
  /** Makes the other end send. */
  readonly send: (bytes: Uint8Array) => void;
  /** The other end begins to take what comes; until then the kernel keeps a little and then makes writers wait. */
  readonly listen: () => void;
  readonly unplug: () => void;
  /** Lets things happen until this is so; a test that waits in vain runs into its limit. */
  readonly until: (condition: () => boolean) => Promise<void>;
  /** Lets things happen until this number seems to grow no more: the port has no room for another byte. */
  readonly stalled: (progress: () => number) => Promise<void>;
  /** Lets more time go by than a write may take. */
  readonly passWriteLimit: () => Promise<void>;
}

const EVERY_BYTE = Uint8Array.from({ length: 256 }, (_, value) => value);
/** Together far more than a kernel keeps for a port that does not drain. */
const WRITE_BYTES = 2048;
const MANY_WRITES = 200;
/** With one under way, the last of these is more than a driver keeps waiting. */
const MAX_WAITING_WRITES = 2;
const OPTIONS = { baudRate: 9600 };

/** What every serial port does. */
export function describeSerialPorts(name: string, makeWorld: () => SerialWorld): void {
  const open = async () => {
    const world = makeWorld();
    const line = await world.ports.open(world.path, OPTIONS);
    onTestFinished(async () => {
      await line.close();
      world.unplug();
    });
    const arrived: number[] = [];
    const gone: string[] = [];
    line.onData((bytes) => arrived.push(...bytes));
    line.onGone((error) => gone.push(error.code));
    return { ...world, line, arrived, gone };
  };
  const codeOf = async (action: Promise<unknown>) =>
    action.then(
      () => "no error",
      (error: unknown) => (error instanceof Error && "code" in error ? error.code : String(error)),
    );
  /** Writes one after the other until the port takes no more; the codes of what happened to each write. */
  const fill = async ({ line, stalled }: { line: SerialLine; stalled: SerialWorld["stalled"] }) => {
    const codes: unknown[] = [];
    const fillUp = async () => {
      while (codes.length < MANY_WRITES) codes.push(await codeOf(line.write(new Uint8Array(WRITE_BYTES))));
    };
    void fillUp();
    await stalled(() => codes.length);
    return codes;
  };

  describe(`a serial port ${name}`, () => {
    test("carries every byte as it is, in order, to the other end", async () => {
      const { line, received, listen, until } = await open();
      listen();
      await line.write(EVERY_BYTE.subarray(0, 100));
      await line.write(EVERY_BYTE.subarray(100));
      await until(() => received.length >= EVERY_BYTE.length);
      expect(received).toEqual([...EVERY_BYTE]);
    });

    test("brings every byte as it is, in order, from the other end", async () => {
      const { arrived, send, until } = await open();
      send(EVERY_BYTE);
      await until(() => arrived.length >= EVERY_BYTE.length);
      expect(arrived).toEqual([...EVERY_BYTE]);
    });

    test("keeps the order of writes that nobody waited for, and takes their bytes as they were at the call", async () => {
      const { line, received, listen, until } = await open();
      listen();
      const bytes = Uint8Array.from([1, 2, 3]);
      const writes = [line.write(bytes), line.write(Uint8Array.from([4]))];
      bytes.fill(9);
      await Promise.all(writes);
      await until(() => received.length >= 4);
      expect(received).toEqual([1, 2, 3, 4]);
    });

    test("is held by one at a time, and free again after close", async () => {
      const { line, ports, path } = await open();
      expect(await codeOf(ports.open(path, OPTIONS))).toBe("hal.serial.busy");
      await line.close();
      const again = await ports.open(path, OPTIONS);
      await again.close();
    });

    test("is absent under a path where nothing is", async () => {
      const { ports, path } = await open();
      expect(await codeOf(ports.open(`${path}-not-there`, OPTIONS))).toBe("hal.serial.absent");
    });

    test("says once that it is gone when its plug is pulled, takes no writes then, and its path is absent", async () => {
      const { line, ports, path, unplug, gone, until } = await open();
      unplug();
      await until(() => gone.length > 0);
      expect(await codeOf(line.write(Uint8Array.of(1)))).toBe("hal.serial.io");
      await line.close();
      expect(await codeOf(ports.open(path, OPTIONS))).toBe("hal.serial.absent");
      expect(gone).toEqual(["hal.serial.gone"]);
    });

    test("refuses writes after close, brings nothing more, and close twice is as good as once", async () => {
      const { line, send, arrived, gone } = await open();
      await line.close();
      await line.close();
      send(EVERY_BYTE);
      expect(await codeOf(line.write(Uint8Array.of(1)))).toBe("hal.serial.closed");
      expect(arrived).toEqual([]);
      expect(gone).toEqual([]);
    });

    test("gives up a write that is never taken, takes none after it, and can be closed", async () => {
      const { line, stalled, passWriteLimit, until } = await open();
      const codes = await fill({ line, stalled });
      expect(codes.filter((code) => code !== "no error")).toEqual([]);
      await passWriteLimit();
      await until(() => codes.length === MANY_WRITES);
      expect(codes.at(-1)).toBe("hal.serial.io");
      await line.close();
    });

    test("keeps a few writes waiting, refuses more, and ends them all when it is closed", async () => {
      const { line, stalled, until } = await open();
      const codes = await fill({ line, stalled });
      const waiting: unknown[] = [];
      for (let count = 0; count < MAX_WAITING_WRITES; count++) {
        void codeOf(line.write(new Uint8Array(WRITE_BYTES))).then((code) => waiting.push(code));
      }
      await until(() => waiting.length > 0);
      expect(waiting).toContain("hal.serial.io");
      await line.close();
      await until(() => codes.length === MANY_WRITES && waiting.length === MAX_WAITING_WRITES);
      expect(codes.at(-1)).toBe("hal.serial.closed");
    });

    test("brings what the other end sends also while a write waits", async () => {
      const { line, stalled, send, arrived, until } = await open();
      await fill({ line, stalled });
      for (let count = 1; count <= EVERY_BYTE.length; count *= 2) {
        send(EVERY_BYTE.subarray(0, count));
        await until(() => arrived.length === 2 * count - 1);
      }
    });
  });
}
