import { describe, expect, test } from "vitest";
import { describeSerialPorts } from "../../hal/serial/serial.contract.ts";
import { VirtualScheduler } from "../world/virtual-scheduler.ts";
import { resample } from "./serial-uart.ts";
import { SimulatedSerialPorts, type SerialDevice } from "./serial-wire.ts";

/** A program's path to the wire in these tests. */
const PATH = "/dev/ttySIM0";

/** Keeps what it hears, with the times. */
class Terminal implements SerialDevice {
  baudRate = 9600;
  readonly received: number[] = [];
  readonly atMs: number[] = [];
  send: (byte: number) => void = () => undefined;

  connect(send: ((byte: number) => void) | null): void {
    this.send = send ?? (() => undefined);
  }

  receive(byte: number, atMs: number): void {
    this.received.push(byte);
    this.atMs.push(atMs);
  }
}

function makeWorld() {
  const scheduler = new VirtualScheduler();
  const ports = new SimulatedSerialPorts(scheduler);
  const terminal = new Terminal();
  const socket = ports.attach(PATH, terminal);
  // Opening is an event like any other; here nobody else runs the scheduler meanwhile.
  const openNow = async (path: string, options: { baudRate: number }) => {
    const opening = ports.open(path, options);
    opening.catch(() => undefined);
    await scheduler.pass(0);
    return opening;
  };
  return { scheduler, ports: { open: openNow }, terminal, socket };
}

describeSerialPorts("on a simulated wire", () => {
  const { scheduler, ports, terminal, socket } = makeWorld();
  socket.hold(true);
  return {
    ports,
    path: PATH,
    received: terminal.received,
    send: (bytes) => bytes.forEach((byte) => terminal.send(byte)),
    listen: () => socket.hold(false),
    unplug: () => socket.unplug(),
    until: (condition) => scheduler.run(scheduler.nowMs() + 60_000, condition),
    stalled: () => scheduler.pass(1),
    passWriteLimit: () => scheduler.pass(60_000),
  };
});

describe("a simulated serial wire", () => {
  test("takes ten bit times for a byte, and both directions at once", async () => {
    const { scheduler, ports, terminal } = makeWorld();
    const line = await ports.open(PATH, { baudRate: 9600 });
    let lastMs = 0;
    line.onData(() => (lastMs = scheduler.nowMs()));
    await line.write(new Uint8Array(96));
    for (let count = 0; count < 96; count++) terminal.send(count);
    await scheduler.run(1000);
    expect(terminal.atMs.at(-1)).toBeCloseTo(100, 3);
    expect(lastMs).toBeCloseTo(100, 3);
  });

  test("makes garbage of bytes at another rate, and none of those that are a little off", async () => {
    const { scheduler, ports, terminal } = makeWorld();
    terminal.baudRate = 19_200;
    const line = await ports.open(PATH, { baudRate: 9600 });
    await line.write(Uint8Array.from("number", (letter) => letter.charCodeAt(0)));
    await scheduler.run(1000);
    expect(String.fromCharCode(...terminal.received)).not.toContain("number");
    expect(terminal.received.length).toBeGreaterThan(0);
    for (let byte = 0; byte < 256; byte++) expect(resample(byte, 9600, 9600 * 1.03)).toEqual([byte]);
  });

  test("loses, turns over and delivers bytes as its faults say", async () => {
    const { scheduler, ports, terminal, socket } = makeWorld();
    const line = await ports.open(PATH, { baudRate: 9600 });
    const arrived: number[] = [];
    line.onData((bytes) => arrived.push(...bytes));
    socket.dropByte(2);
    socket.flipBits(3, 0x41);
    await line.write(Uint8Array.from([1, 2, 3, 4]));
    for (const byte of [1, 2, 3, 4]) terminal.send(byte);
    await scheduler.run(1000);
    expect(terminal.received).toEqual([1, 3, 4]);
    expect(arrived).toEqual([1, 2, 3 ^ 0x41, 4]);
  });
});
