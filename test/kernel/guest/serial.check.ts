import { describe, expect, onTestFinished, test } from "vitest";
import type { SerialLine } from "../../../hal/ports.ts";
import { openSerialPorts } from "../../../hal/serial/node-serialport.ts";
import { realTime } from "./real-time.ts";
import { until } from "./real-time-waits.ts";

/** Two UARTs of the machine, each at the other's end. */
const ONE = "/dev/ttyS1";
const OTHER = "/dev/ttyS2";
const RATE = { baudRate: 9600 };
const EVERY_BYTE = Uint8Array.from({ length: 256 }, (_, value) => value);

async function open(path: string): Promise<{ line: SerialLine; arrived: number[] }> {
  const line = await (await openSerialPorts(realTime)).open(path, RATE);
  onTestFinished(() => line.close());
  const arrived: number[] = [];
  line.onData((bytes) => arrived.push(...bytes));
  return { line, arrived };
}

describe("a UART of a real kernel", () => {
  test("carries every byte as it is, both ways", async () => {
    const one = await open(ONE);
    const other = await open(OTHER);
    await one.line.write(EVERY_BYTE);
    await until(() => other.arrived.length >= EVERY_BYTE.length);
    expect(other.arrived).toEqual([...EVERY_BYTE]);
    await other.line.write(EVERY_BYTE);
    await until(() => one.arrived.length >= EVERY_BYTE.length);
    expect(one.arrived).toEqual([...EVERY_BYTE]);
  });

  test("is held by one at a time, and free again after close", async () => {
    const { line } = await open(ONE);
    const ports = await openSerialPorts(realTime);
    await expect(ports.open(ONE, RATE)).rejects.toMatchObject({ code: "hal.serial.busy" });
    await line.close();
    await (await ports.open(ONE, RATE)).close();
  });
});
