import { describe, expect, test } from "vitest";
import { SerLcd } from "../../sim/chips/serlcd.ts";
import { SimulatedSerialPorts } from "../../sim/chips/serial-wire.ts";
import { VirtualScheduler } from "../../sim/world/virtual-scheduler.ts";
import type { DisplaySize } from "../ports.ts";
import { describeCharacterDisplay, textOf } from "./display.contract.ts";
import { LONGEST_REOPEN_MS } from "../backoff.ts";
import { SERLCD } from "./serlcd-commands.ts";
import { QUIET_MS, RESYNC_INTERVAL_MS, SerialDisplay, SLICE_MS } from "./serlcd.ts";

const PATH = "/dev/ttyAMA0";
const SIZE: DisplaySize = { columns: 20, rows: 4 };
const LONG_AGO_MS = -60_000;
/** Eight new glyphs at 0.2 s each, and the text around them. */
const FRAME_MS = 3000;

interface WorldOptions {
  readonly size?: DisplaySize;
  /** Module and driver get power at the same instant. */
  readonly cold?: boolean;
  readonly baudRate?: number;
  readonly contrast?: number;
}

function makeWorld({ size = SIZE, cold = false, baudRate = 9600, contrast }: WorldOptions = {}) {
  const scheduler = new VirtualScheduler();
  const ports = new SimulatedSerialPorts(scheduler);
  const chip = new SerLcd({ scheduler, size, running: !cold });
  const socket = ports.attach(PATH, chip);
  const plan = { driver: "serlcd", size, path: PATH, baudRate, contrast } as const;
  const since = cold ? {} : { poweredSinceMs: LONG_AGO_MS };
  const display = new SerialDisplay({ plan, commands: SERLCD, serial: ports, scheduler, ...since });
  const breakWires = (broken: boolean) => (broken ? socket.unplug() : socket.plug());
  const lit = () => chip.settings.light.red > 0;
  const pass = (ms: number) => scheduler.pass(ms);
  return { scheduler, display, chip, lit, breakWires, socket, pass, frameMs: FRAME_MS };
}

/** Within the second of two glyphs, after the text. */
const BYTE_OF_A_GLYPH = 80;

describeCharacterDisplay("a SerLCD", (size) => ({ ...makeWorld({ size }), dropNth: BYTE_OF_A_GLYPH }), [
  [16, 2],
  [20, 2],
  [16, 4],
]);

const full = (letter: string) => ({ rows: Array<string>(4).fill(letter.repeat(20)) });
/** At 9600 baud. */
const BYTE_MS = 10 / 9.6;

describe("a SerLCD", () => {
  test("shows its first frame though it was deaf and splashing when that was sent", async () => {
    const { display, chip, pass, scheduler } = makeWorld({ cold: true });
    display.show({ rows: ["Ana Kovač", "", "", "06:02"] });
    let settledMs = 0;
    void display.settled().then(() => (settledMs = scheduler.nowMs()));
    await pass(700);
    expect(chip.rows()[0]).toContain("SparkFun");
    await pass(FRAME_MS);
    expect(textOf(chip)).toEqual(["Ana Kovač", "", "", "06:02"].map((row) => row.padEnd(20)));
    expect(settledMs).toBeGreaterThan(1000);
  });

  test("needs few bytes: 82 for a full 20x4, 3 for a character, 1 for the next one", async () => {
    const { display, pass, socket } = makeWorld();
    display.show(full("a"));
    await pass(FRAME_MS);
    const bytesFor = async (frame: { rows: string[] }) => {
      const before = socket.byteCount;
      display.show(frame);
      await pass(200);
      return socket.byteCount - before;
    };
    expect(await bytesFor(full("b"))).toBe(82);
    const rows = full("b").rows.slice(1);
    expect(await bytesFor({ rows: ["bbc".padEnd(20, "b"), ...rows] })).toBe(3);
    expect(await bytesFor({ rows: ["bbcd".padEnd(20, "b"), ...rows] })).toBe(1);
    expect(await bytesFor({ rows: ["bbcd".padEnd(20, "b"), ...rows] })).toBe(0);
  });

  test("echoes a key within two slices while a whole repaint is under way", async () => {
    for (let afterMs = 1; afterMs < 90; afterMs += 4) {
      const { display, chip, pass, scheduler } = makeWorld();
      await pass(FRAME_MS);
      display.show(full("x"));
      await pass(afterMs);
      display.show({ rows: [...full("x").rows.slice(0, 3), "xxxx7".padEnd(20, "x")] });
      const startMs = scheduler.nowMs();
      await scheduler.run(startMs + 1000, () => chip.rows()[3]?.[4] === "7");
      expect(scheduler.nowMs() - startMs).toBeLessThan(2 * (SLICE_MS + 3 * BYTE_MS));
    }
  });

  test("shows a new letter plain at once, and as it is written when nobody has changed anything for a moment", async () => {
    const { display, chip, pass } = makeWorld();
    await pass(FRAME_MS);
    display.show({ rows: ["Ana Kovač"] });
    await pass(50);
    expect(textOf(chip)[0]?.trim()).toBe("Ana Kovac");
    display.show({ rows: ["Ana Kovač", "PIN"] });
    await pass(QUIET_MS);
    expect(textOf(chip)[0]?.trim()).toBe("Ana Kovac");
    await pass(QUIET_MS);
    expect(textOf(chip)[0]?.trim()).toBe("Ana Kovač");
    display.show({ rows: ["Kovač"] });
    await pass(50);
    expect(textOf(chip)[0]?.trim()).toBe("Kovač");
  });

  test.each([9600, 115_200])(
    "is never flooded, nor the port's buffer filled, at %i baud",
    async (baudRate) => {
      const { display, chip, socket, scheduler } = makeWorld({ baudRate });
      chip.settings.baudRate = baudRate;
      let waiting = 0;
      for (let count = 0; count < 30; count++) {
        display.show({
          rows: [`áčďéěíňó ${count}`, "ř".repeat(count % 20), ...full(String(count % 10)).rows],
        });
        display.backlight(count % 2 === 0 ? "off" : "full");
        const untilMs = scheduler.nowMs() + count * 37;
        while (scheduler.nowMs() < untilMs) {
          await scheduler.pass(1);
          waiting = Math.max(waiting, socket.waitingBytes);
        }
      }
      expect(chip.violations).toEqual([]);
      expect(waiting).toBeGreaterThan(0);
      expect(waiting * BYTE_MS).toBeLessThanOrEqual(30);
    },
  );

  test("is dimmed, and its contrast set, without a message of its own on the glass", async () => {
    const { display, chip, pass } = makeWorld({ contrast: 17 });
    let messages = 0;
    chip.onChange(() => {
      if (chip.rows().join("").includes("Contrast")) messages++;
    });
    display.show({ rows: ["06:02"] });
    display.backlight("dim");
    await pass(FRAME_MS);
    expect(chip.settings.contrast).toBe(17);
    const { red, green, blue } = chip.settings.light;
    expect(red).toBeGreaterThan(0);
    expect(red).toBeLessThan(128);
    expect([green, blue]).toEqual([red, red]);
    expect(messages).toBe(0);
    expect(textOf(chip)[0]?.trim()).toBe("06:02");
  });

  test("has its EEPROM left alone by what is sent again now and then", async () => {
    const { display, chip, pass } = makeWorld({ contrast: 17 });
    display.show({ rows: ["Ana Kovač"] });
    await pass(2 * RESYNC_INTERVAL_MS);
    const { written } = chip.settings;
    await pass(20 * RESYNC_INTERVAL_MS);
    expect(chip.settings.written).toBe(written);
  });

  test("is right again after the loss of any one byte, at the latest with the second resync", async () => {
    const rows = ["Ana Kovač", "Łucja", "#=help 12|34", "Westside Bar"].map((row) => row.padEnd(20));
    const sent = makeWorld({ contrast: 17 });
    sent.display.show({ rows });
    await sent.pass(FRAME_MS);
    expect(textOf(sent.chip)).toEqual(rows);
    const bytes = sent.socket.byteCount;
    expect(bytes).toBeGreaterThan(100);
    for (let nth = 1; nth <= bytes; nth++) {
      const { display, chip, pass } = makeWorld({ contrast: 17 });
      chip.dropNibble(nth);
      display.show({ rows });
      await pass(2 * RESYNC_INTERVAL_MS + FRAME_MS);
      expect(textOf(chip), `without byte ${nth}`).toEqual(rows);
      expect([chip.settings.baudRate, chip.settings.contrast]).toEqual([9600, 17]);
    }
  });

  test.each([
    ["a setting", "|"],
    ["an instruction", "\xfe"],
    ["a glyph", "|\x1c"],
    ["the last row of a glyph", "|\x1c1234567"],
    ["its light", "|+\x01"],
  ])(
    "is right again when a resync finds it in the middle of %s, switched off and writing backwards",
    async (_, start) => {
      const { display, chip, pass, scheduler } = makeWorld();
      display.show({ rows: ["Type your number"] });
      await pass(FRAME_MS);
      for (const byte of Buffer.from(`\xfe\x08\xfe\x04\xfe\x1c${start}`, "latin1")) {
        chip.receive(byte, scheduler.nowMs());
      }
      chip.settings.messages = true;
      await pass(RESYNC_INTERVAL_MS + FRAME_MS);
      expect([chip.displayOn, chip.settings.messages]).toEqual([true, false]);
      expect(textOf(chip)[0]?.trim()).toBe("Type your number");
    },
  );

  test("whose port takes nothing any more is in fault once, and painted whole when it does again", async () => {
    const { display, chip, socket, pass } = makeWorld();
    const health: string[] = [];
    display.onFault((error) => health.push(error.code));
    display.onRecovered(() => health.push("recovered"));
    await pass(FRAME_MS);
    socket.hold(true);
    for (let count = 0; count < 200; count++) {
      display.show(full(String(count % 10)));
      await pass(200);
    }
    expect(health).toEqual(["hal.display.io"]);
    await display.probe();
    socket.hold(false);
    display.show({ rows: ["after"] });
    await pass(LONGEST_REOPEN_MS + FRAME_MS);
    expect(health).toEqual(["hal.display.io", "recovered"]);
    expect(textOf(chip).map((row) => row.trim())).toEqual(["after", "", "", ""]);
  });

  test("sleeps from one resync to the next", async () => {
    const { display, scheduler, socket, pass } = makeWorld();
    display.show({ rows: ["06:02"] });
    await pass(FRAME_MS);
    const before = socket.byteCount;
    expect(scheduler.pending).toBe(1);
    await pass(RESYNC_INTERVAL_MS - 2 * FRAME_MS);
    expect(socket.byteCount).toBe(before);
  });

  test("comes in sizes up to 20x4", () => {
    expect(() => makeWorld({ size: { columns: 40, rows: 2 } })).toThrow(RangeError);
  });
});
