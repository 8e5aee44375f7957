import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { LONGEST_REOPEN_MS } from "../backoff.ts";
import { PROBE_LIMIT_MS, type DisplaySize } from "../ports.ts";
import type { Hd44780 } from "../../sim/chips/hd44780.ts";
import { textOf } from "./display.contract.ts";
import { RESYNC_INTERVAL_MS, RESYNC_QUIET_MS } from "./hd44780.ts";
import { BUS_LIMIT_MS } from "./limited-bus.ts";
import { gpioWorld, i2cWorld, type WiredWorld } from "./testing/worlds.ts";

const SIZE: DisplaySize = { columns: 20, rows: 4 };
const ROWS = ["Ana Kovač", "PIN ____", "*=back", "#=Forgot your PIN?"].map((row) => row.padEnd(20));
const PAINTED_MS = 200;
/** Whatever happened to a controller on wires that cannot be asked: by then the glass is right again. */
const MENDED_MS = RESYNC_INTERVAL_MS + RESYNC_QUIET_MS + PAINTED_MS;

async function showing<World extends WiredWorld>(world: World) {
  const health: string[] = [];
  world.display.onFault((error) => health.push(error.code));
  world.display.onRecovered(() => health.push("recovered"));
  const pass = (ms: number) => world.scheduler.pass(ms);
  await pass(PAINTED_MS);
  world.display.show({ rows: ROWS });
  await pass(PAINTED_MS);
  return { ...world, health, pass };
}

/** Counts the longest time for which a row of {@link ROWS} is blank or the display off, from now on. */
function watchForBlanks(chip: Hd44780): () => number {
  let sinceMs: number | null = null;
  let longestMs = 0;
  chip.onChange((atMs) => {
    const blank = !chip.displayOn || chip.rows().some((row) => row.trim() === "");
    if (sinceMs !== null) longestMs = Math.max(longestMs, atMs - sinceMs);
    sinceMs = blank ? atMs : null;
  });
  return () => longestMs;
}

/** One refresh of the glass at 270 kHz, 1/16 duty (datasheet, figure 19): what is dark for less is not seen. */
const REFRESH_MS = 11.9;

describe("a display behind a backpack that lost power together with it", () => {
  test("is set up again and painted when it is probed, without a fault", async () => {
    const { display, chip, expander, health, pass, lit } = await showing(i2cWorld(SIZE));
    display.backlight("off");
    await pass(PAINTED_MS);
    chip.setPower(false);
    await pass(100);
    expander.losePower();
    chip.setPower(true);
    expect(lit()).toBe(true);
    let answered = false;
    void display.probe().then(() => (answered = true));
    await pass(PAINTED_MS);
    expect(answered).toBe(true);
    expect(textOf(chip)).toEqual(ROWS);
    expect(lit()).toBe(false);
    expect(health).toEqual([]);
  });
});

describe("a probe", () => {
  test("is two bytes on an I2C bus, and finds a cable that was pulled while nothing was to show", async () => {
    const { display, i2c, breakWires, chip, health, pass } = await showing(i2cWorld(SIZE));
    const before = i2c.byteCount;
    let answered = 0;
    void display.probe().then(() => answered++);
    await pass(5);
    expect(answered).toBe(1);
    expect(i2c.byteCount - before).toBe(2);
    breakWires(true);
    void display.probe().then(() => answered++);
    await pass(PROBE_LIMIT_MS);
    expect(answered).toBe(2);
    expect(health).toEqual(["hal.display.io"]);
    breakWires(false);
    await pass(LONGEST_REOPEN_MS);
    expect(health).toEqual(["hal.display.io", "recovered"]);
    expect(textOf(chip)).toEqual(ROWS);
  });

  test("does not settle for a display that has something to show", async () => {
    const { display, chip, pass } = await showing(i2cWorld(SIZE));
    display.show({ rows: ["other"] });
    void display.probe();
    let settled = "";
    void display.settled().then(() => (settled = chip.rows()[0]?.trim() ?? ""));
    await pass(PAINTED_MS);
    expect(settled).toBe("other");
  });
});

describe("a display whose bus hangs", () => {
  test("says so once, sends nothing meanwhile, and is painted when the bus is free again", async () => {
    const { display, chip, i2c, health, pass } = await showing(i2cWorld(SIZE));
    const before = i2c.byteCount;
    i2c.holdDown(true);
    for (let count = 0; count < 100; count++) {
      display.show({ rows: [String(count)] });
      await pass(BUS_LIMIT_MS);
    }
    expect(health).toEqual(["hal.display.timeout"]);
    await expect(display.settled()).resolves.toBeUndefined();
    await expect(display.probe()).resolves.toBeUndefined();
    i2c.holdDown(false);
    await pass(100);
    // What had been waiting is one transaction, and none came after it before the next attempt.
    expect(i2c.byteCount - before).toBeLessThan(25);
    await pass(LONGEST_REOPEN_MS);
    expect(health).toEqual(["hal.display.timeout", "recovered"]);
    expect(chip.rows()[0]?.trim()).toBe("99");
  });

  test("answers a probe in time", async () => {
    const { display, i2c, health, pass } = await showing(i2cWorld(SIZE));
    i2c.holdDown(true);
    let answered = false;
    void display.probe().then(() => (answered = true));
    await pass(PROBE_LIMIT_MS - 1);
    expect(answered).toBe(true);
    expect(health).toEqual(["hal.display.timeout"]);
  });

  test("can be closed all the same", async () => {
    const { display, i2c, scheduler, pass } = await showing(i2cWorld(SIZE));
    i2c.holdDown(true);
    display.show({ rows: ["other"] });
    await pass(1);
    let closed = false;
    void display.close().then(() => (closed = true));
    await pass(2 * BUS_LIMIT_MS);
    expect(closed).toBe(true);
    expect(scheduler.pending).toBe(0);
  });
});

describe("a display that is initialised anew", () => {
  test.each([
    ["on GPIO", () => gpioWorld(SIZE)],
    ["on I2C", () => i2cWorld(SIZE)],
  ])("%s shows nothing of it: nothing is blank for as long as a refresh of the glass", async (_, make) => {
    const { chip, pass } = await showing(make());
    const longestBlankMs = watchForBlanks(chip);
    let instructions = 0;
    chip.onChange(() => instructions++);
    await pass(3 * RESYNC_INTERVAL_MS);
    expect(instructions).toBeGreaterThan(2 * 80);
    expect(longestBlankMs()).toBeLessThan(REFRESH_MS / 4);
  });

  test("after a transaction that broke off is neither blank nor dark meanwhile, unless its phase was lost", async () => {
    for (let afterBytes = 0; afterBytes < 21; afterBytes += 4) {
      const { display, chip, i2c, pass } = await showing(i2cWorld(SIZE));
      const longestBlankMs = watchForBlanks(chip);
      i2c.nakNext(1, afterBytes);
      display.show({ rows: ROWS.map((row) => row.toUpperCase()) });
      await pass(1000);
      expect(chip.rows()[1]).toBe(ROWS[1]);
      expect(longestBlankMs()).toBeLessThan(REFRESH_MS / 4);
    }
  });

  test("on GPIO, its controller alone having lost power, is right again by the next time that comes by itself", async () => {
    const { chip, pass } = await showing(gpioWorld(SIZE));
    chip.setPower(false);
    await pass(1);
    chip.setPower(true);
    await pass(MENDED_MS);
    expect(textOf(chip)).toEqual(ROWS);
  });
});

describe("a slow clone", () => {
  test("half as slow again is driven without a breach of its times; one three times as slow is not", async () => {
    for (const [slowness, breaches] of [
      [1.5, false],
      [3, true],
    ] as const) {
      for (const make of [
        () => gpioWorld(SIZE, { slowness }),
        () => i2cWorld(SIZE, { slowness }),
        () => i2cWorld(SIZE, { slowness, clockHz: 400_000 }),
      ]) {
        const { chip } = await showing(make());
        expect(chip.violationCount > 0).toBe(breaches);
      }
    }
  });
});

describe("whatever happens to the wires", () => {
  const trouble = fc.oneof(
    fc.record({ what: fc.constant("nak" as const), afterBytes: fc.nat({ max: 25 }) }),
    fc.record({ what: fc.constant("lost nibble" as const), nth: fc.integer({ min: 1, max: 40 }) }),
    fc.record({ what: fc.constant("spike" as const), rs: fc.boolean(), nibble: fc.nat({ max: 15 }) }),
    fc.record({ what: fc.constant("power" as const) }),
    fc.record({ what: fc.constant("cable" as const), forMs: fc.nat({ max: 900 }) }),
    fc.record({ what: fc.constant("hang" as const), forMs: fc.nat({ max: 900 }) }),
  );
  const step = fc.record({
    trouble,
    text: fc.string({ unit: fc.constantFrom(...Array.from("abc 019čłñ■")), maxLength: 20 }),
    waitMs: fc.integer({ min: 0, max: 60 }),
  });

  test("the newest frame is right in the end, within the bound of an initialisation that comes by itself", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 8 }), async (steps) => {
        const { display, chip, i2c, expander, breakWires, pass } = await showing(i2cWorld(SIZE));
        for (const { trouble: each, text, waitMs } of steps) {
          if (each.what === "nak") i2c.nakNext(1, each.afterBytes);
          else if (each.what === "lost nibble") chip.dropNibble(each.nth);
          else if (each.what === "spike") chip.spikeOnEnable(each.rs, each.nibble);
          else if (each.what === "power") {
            chip.setPower(false);
            expander.losePower();
            chip.setPower(true);
          }
          if (each.what === "cable") breakWires(true);
          if (each.what === "hang") i2c.holdDown(true);
          display.show({ rows: [text, text] });
          await pass("forMs" in each ? each.forMs : waitMs);
          breakWires(false);
          i2c.holdDown(false);
        }
        chip.dropNibble(0);
        i2c.nakNext(0);
        // Twice: what is drawn while it mends itself may be lost to what came before.
        await pass(LONGEST_REOPEN_MS + 2 * MENDED_MS);
        const text = (steps.at(-1)?.text ?? "").replaceAll("■", "█").padEnd(20);
        expect(textOf(chip)).toEqual([text, text, " ".repeat(20), " ".repeat(20)]);
      }),
      { numRuns: 60 },
    );
  });
});

describe("a display with ROM A02", () => {
  const WESTERN = ["Grüße ÄÖÜ ß", "¿Qué? ñ ÁÉÍÓÚ", "ça àâéèêëîïôû", "~ \\ ° · → ←"];

  test("shows the letters of Western Europe without a glyph, and eight others", async () => {
    const { display, chip, pass } = await showing(i2cWorld(SIZE, { rom: "A02" }));
    display.show({ rows: WESTERN });
    await pass(PAINTED_MS);
    expect(textOf(chip)).toEqual(WESTERN.map((row) => row.padEnd(20)));
    expect(chip.rows().join("")).not.toMatch(/[\ue000-\ue007]/u);
    const central = ["Łukasz Żółć", "Đurđa Kovač", "PIN ■■__", "ЖИЗНЬ"];
    display.show({ rows: central });
    await pass(PAINTED_MS);
    expect(textOf(chip)).toEqual(
      ["Łukasz Żółć", "Ðurđa Kovač", "PIN ■■__", "ЖИЗH?"].map((row) => row.padEnd(20)),
    );
  });

  test.each([
    ["A00", "A02"],
    ["A02", "A00"],
  ] as const)("shows wrong letters where it is configured as %s and fitted with %s", async (rom, fitted) => {
    const { display, chip, pass } = await showing(gpioWorld(SIZE, { rom, fitted }));
    display.show({ rows: ["Grüße", "plain"] });
    await pass(PAINTED_MS);
    expect(textOf(chip)[0]).not.toBe("Grüße".padEnd(20));
    expect(textOf(chip)[1]).toBe("plain".padEnd(20));
  });
});
