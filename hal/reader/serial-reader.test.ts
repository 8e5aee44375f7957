import { describe, expect, test } from "vitest";
import { LineReaderModule } from "../../sim/chips/rfid-lines.ts";
import { Rdm6300 } from "../../sim/chips/rfid-rdm6300.ts";
import { SimulatedSerialPorts, type SerialDevice } from "../../sim/chips/serial-wire.ts";
import { VirtualScheduler } from "../../sim/world/virtual-scheduler.ts";
import { LONGEST_REOPEN_MS } from "../backoff.ts";
import type { ReaderPlan } from "../plan.ts";
import { AWAY_MS } from "./held-cards.ts";
import { SerialReader } from "./serial-reader.ts";

const PATH = "/dev/ttyUSB0";
const CARD = "6F007B3972";
const OTHER = "10004A2B7C";

/** A reader with its module, and a hand that holds cards to it. */
function makeWorld(driver: ReaderPlan["driver"], baudRate = 9600) {
  const scheduler = new VirtualScheduler();
  const ports = new SimulatedSerialPorts(scheduler);
  const rdm6300 = new Rdm6300(scheduler);
  const lines = new LineReaderModule();
  const device: SerialDevice = driver === "rdm6300" ? rdm6300 : lines;
  const socket = ports.attach(PATH, device);
  const reader = new SerialReader({ driver, path: PATH, baudRate }, ports, scheduler);
  const hold = (card: string, forMs = 300) => {
    if (driver === "rdm6300") rdm6300.hold(card, forMs);
    else lines.hold(card);
  };
  const cards: string[] = [];
  const health: string[] = [];
  const messages: string[] = [];
  reader.onCard((card) => cards.push(card));
  reader.onFault((error) => {
    health.push(error.code);
    messages.push(error.message, String(error.cause));
  });
  reader.onRecovered(() => health.push("recovered"));
  const pass = (ms: number) => scheduler.pass(ms);
  return { scheduler, ports, socket, reader, hold, cards, health, messages, pass };
}

describe.each(["rdm6300", "lines"] as const)("a card reader of the kind %s", (driver) => {
  test("reports each card once for each time it is held", async () => {
    const { hold, cards, health, reader, pass } = makeWorld(driver);
    await pass(10);
    hold(CARD);
    await pass(2000);
    hold(OTHER);
    await pass(100);
    expect(cards).toEqual([CARD, OTHER]);
    await pass(2000);
    hold(OTHER);
    await pass(2000);
    expect(cards).toEqual([CARD, OTHER, OTHER]);
    expect(health).toEqual([]);
    expect(reader.dropped).toBe(0);
  });

  test("reports a pulled plug once, finds the port again when it is back, and reads on", async () => {
    const { hold, cards, health, messages, socket, pass } = makeWorld(driver);
    await pass(10);
    hold(CARD);
    await pass(8);
    socket.unplug();
    await pass(60_000);
    expect(health).toEqual(["hal.reader.io"]);
    socket.plug();
    await pass(LONGEST_REOPEN_MS);
    hold(OTHER);
    await pass(2000);
    expect(health).toEqual(["hal.reader.io", "recovered"]);
    expect(cards).toEqual([OTHER]);
    expect(messages.join()).toContain(PATH);
    expect(messages.join()).not.toContain(CARD);
  });

  test("starts when its port is not there, and reads once it is", async () => {
    const { hold, cards, health, socket, pass } = makeWorld(driver);
    socket.unplug();
    await pass(5000);
    socket.plug();
    await pass(LONGEST_REOPEN_MS);
    hold(CARD);
    await pass(1000);
    expect(health).toEqual(["hal.reader.io", "recovered"]);
    expect(cards).toEqual([CARD]);
  });

  test("looks for a port that comes and goes ever more rarely", async () => {
    const { health, socket, pass } = makeWorld(driver);
    await pass(10);
    for (let seconds = 0; seconds < 60; seconds++) {
      socket.unplug();
      await pass(1);
      socket.plug();
      await pass(999);
    }
    expect(health.length).toBeLessThan(2 * 10);
  });

  test("reads nothing at a wrong baud rate, and counts what it threw away", async () => {
    const { hold, cards, reader, pass } = makeWorld(driver, 19_200);
    await pass(10);
    for (let count = 0; count < 20; count++) {
      hold(CARD);
      await pass(2000);
    }
    expect(cards).toEqual([]);
    if (driver === "lines") expect(reader.dropped).toBeGreaterThan(0);
  });

  test("sets no timer while nobody holds a card, answers probes, and leaves nothing behind at close", async () => {
    const { hold, cards, ports, reader, scheduler, pass } = makeWorld(driver);
    await pass(10);
    expect(scheduler.pending).toBe(0);
    await reader.probe();
    await reader.close();
    await reader.close();
    hold(CARD);
    await pass(1000);
    expect(cards).toEqual([]);
    const opening = ports.open(PATH, { baudRate: 9600 });
    await pass(1);
    await (await opening).close();
  });

  test("can be closed while it looks for its port", async () => {
    const { reader, scheduler, socket, pass } = makeWorld(driver);
    socket.unplug();
    await pass(5000);
    await reader.close();
    expect(scheduler.pending).toBe(0);
  });
});

describe("an RDM6300", () => {
  test("that tells a held card many times a second makes it one, however long it is held", async () => {
    const { hold, cards, socket, pass } = makeWorld("rdm6300");
    await pass(10);
    hold(CARD, 60_000);
    await pass(60_000);
    expect(cards).toEqual([CARD]);
    await pass(AWAY_MS - 100);
    hold(CARD);
    await pass(AWAY_MS + 500);
    expect(cards).toEqual([CARD]);
    hold(CARD);
    await pass(500);
    expect(cards).toEqual([CARD, CARD]);
    expect(socket.plugged).toBe(true);
  });

  test("whose frame is disturbed is read at the next one", async () => {
    const { hold, cards, reader, socket, pass } = makeWorld("rdm6300");
    await pass(10);
    socket.flipBits(5, 0x01);
    hold(CARD, 100);
    await pass(1000);
    expect(cards).toEqual([CARD]);
    expect(reader.dropped).toBe(1);
  });
});
