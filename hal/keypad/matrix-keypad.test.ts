import { describe, expect, test } from "vitest";
import { HalError } from "../errors.ts";
import { bcm, KEY_NAMES, PROBE_LIMIT_MS, type GpioBank, type KeypadLayout } from "../ports.ts";
import { NO_BOUNCE } from "../../sim/chips/switch-matrix.ts";
import { LAYOUT_4X3, LAYOUT_4X4 } from "./layouts.ts";
import { MatrixKeypad } from "./matrix-keypad.ts";
import { RELEASE_QUIET_MS, STUCK_AFTER_MS, STUCK_SCAN_INTERVAL_MS } from "./matrix-scanner.ts";
import { keypadWorld as makeKeypad } from "./testing/keypad-world.ts";

const HOUR_MS = 3_600_000;

/** 16 keys on the diagonals of eight rows and eight columns, blanks between. */
const LAYOUT_8X8: KeypadLayout = Array.from({ length: 8 }, (_, row) =>
  Array.from({ length: 8 }, (__, column) => {
    if (column === row) return KEY_NAMES[row] ?? null;
    return column === 7 - row ? (KEY_NAMES[8 + row] ?? null) : null;
  }),
);

describe("a matrix keypad", () => {
  test.each([
    ["4x4", LAYOUT_4X4],
    ["4x3", LAYOUT_4X3],
    ["1x1", [["#"]]],
    ["1x4", [["1", "2", "3", "4"]]],
    ["8x1", [["1"], ["2"], ["3"], ["4"], ["5"], ["6"], ["7"], ["8"]]],
    ["8x8", LAYOUT_8X8],
  ] satisfies [string, KeypadLayout][])(
    "reports each key of a %s keypad when it is pressed, and nothing when it is released",
    async (_, layout) => {
      const { hand, pressed, pass } = makeKeypad({ layout });
      await pass(1);
      const keys = layout.flat().filter((key) => key !== null);
      for (const key of keys) {
        hand.press(key);
        await pass(50);
        expect(pressed.at(-1)).toBe(key);
        hand.release(key);
        await pass(100);
      }
      expect(pressed).toEqual(keys);
    },
  );

  test("reports nothing for a blank, and takes the keys beside it", async () => {
    const { hand, pressed, pass } = makeKeypad({
      layout: [
        ["1", null],
        ["2", "3"],
      ],
    });
    await pass(1);
    hand.pressAt(0, 1);
    await pass(60);
    hand.press("1");
    await pass(60);
    expect(pressed).toEqual(["1"]);
  });

  test("asks for no timer in an hour in which nothing is down", async () => {
    const { scheduler, hand, pass, timersAsked } = makeKeypad();
    await pass(1);
    const before = timersAsked();
    await pass(HOUR_MS);
    expect([scheduler.pending, timersAsked() - before]).toEqual([0, 0]);
    hand.press("5");
    await pass(80);
    hand.release("5");
    await pass(100);
    const after = timersAsked();
    await pass(HOUR_MS);
    expect([scheduler.pending, timersAsked() - after]).toEqual([0, 0]);
  });

  test("reports a key that was already down when it was opened", async () => {
    const { hand, pressed, pass } = makeKeypad({ bounce: NO_BOUNCE });
    hand.press("7");
    await pass(50);
    expect(pressed).toEqual(["7"]);
  });

  test("sees a key that closes after the last scan and before the edge is armed", async () => {
    const { scheduler, hand, pressed, pass } = makeKeypad({ bounce: NO_BOUNCE });
    await pass(1);
    for (let offsetUs = 0; offsetUs < 30_000; offsetUs += 250) {
      hand.press("1");
      await pass(40);
      hand.release("1");
      scheduler.after(RELEASE_QUIET_MS - 15 + offsetUs / 1000, () => hand.press("2"));
      await pass(100);
      hand.release("2");
      await pass(100);
      expect(pressed.splice(0)).toEqual(["1", "2"]);
    }
  });

  test("takes the second of two keys held together (roll-over)", async () => {
    const { hand, pressed, pass } = makeKeypad();
    hand.press("1");
    await pass(60);
    hand.press("5");
    await pass(60);
    hand.release("1");
    await pass(60);
    hand.press("9");
    await pass(60);
    expect(pressed).toEqual(["1", "5", "9"]);
  });

  test("reports no ghost for three keys of a rectangle, and the third key once it is plain", async () => {
    const { hand, pressed, pass, nets } = makeKeypad();
    hand.press("1");
    await pass(60);
    hand.press("2");
    await pass(60);
    hand.press("4");
    await pass(200);
    expect(pressed).toEqual(["1", "2"]);
    hand.release("2");
    await pass(60);
    expect(pressed).toEqual(["1", "2", "4"]);
    hand.releaseAll();
    await pass(100);
    expect(nets.contention).toBe(0);
  });

  test("takes out a key that is down for 30 s, says where it is, and goes on with the others", async () => {
    const { hand, pressed, health, faults, pass, scheduler } = makeKeypad();
    hand.press("6");
    await pass(STUCK_AFTER_MS + 1000);
    expect(health).toEqual(["hal.keypad.stuck"]);
    expect(faults[0]?.message).toMatch(/row 2, column 3 \(GPIO6, GPIO20\)/);
    hand.press("8");
    await pass(60);
    hand.release("8");
    await pass(60);
    expect(pressed).toEqual(["6", "8"]);
    hand.release("6");
    await pass(100);
    expect(health).toEqual(["hal.keypad.stuck", "recovered"]);
    expect(scheduler.pending).toBe(0);
    hand.press("6");
    await pass(60);
    expect(pressed).toEqual(["6", "8", "6"]);
  });

  test("takes every other key while one is stuck, its column's too while somebody types", async () => {
    for (const stuck of ["1", "6", "0", "D"] as const) {
      const { hand, pressed, pass } = makeKeypad();
      hand.press(stuck);
      await pass(STUCK_AFTER_MS + 1000);
      // The first key may be one that makes no edge: it takes a little longer to be found.
      const others = LAYOUT_4X4.flat().filter((key) => key !== stuck);
      for (const [index, key] of others.entries()) {
        hand.press(key);
        await pass(index === 0 ? STUCK_SCAN_INTERVAL_MS + 50 : 50);
        hand.release(key);
        await pass(100);
      }
      expect(pressed).toEqual([stuck, ...others]);
    }
  });

  test("asks for no more timers than a few a second while a key is stuck and nobody types", async () => {
    const { hand, pass, timersAsked, health, scheduler } = makeKeypad();
    hand.press("0");
    await pass(STUCK_AFTER_MS + 15_000);
    const before = timersAsked();
    await pass(10_000);
    expect(timersAsked() - before).toBeLessThanOrEqual(10_000 / STUCK_SCAN_INTERVAL_MS);
    hand.release("0");
    await pass(RELEASE_QUIET_MS + 40);
    expect(health).toEqual(["hal.keypad.stuck", "recovered"]);
    expect(scheduler.pending).toBe(0);
  });

  test("leaves a column as it is that dirty contacts pull low only together, and takes the others' keys", async () => {
    const { nets, hand, pressed, pass, timersAsked } = makeKeypad();
    await pass(1);
    // Each alone divides the supply to 1.5 V, which leaves a column as it was; all three make 0.7 V.
    for (const row of [6, 13, 19]) nets.closeSwitch(row, 12, 40_000);
    await pass(1000);
    const before = timersAsked();
    await pass(10_000);
    expect(timersAsked() - before).toBeLessThanOrEqual(10_000 / STUCK_SCAN_INTERVAL_MS);
    hand.press("5");
    await pass(40);
    expect(pressed).toEqual(["5"]);
    hand.release("5");
    for (const row of [6, 13, 19]) nets.openSwitch(row, 12, 40_000);
    await pass(1000);
    const after = timersAsked();
    await pass(HOUR_MS);
    expect(timersAsked() - after).toBe(0);
    hand.press("1");
    await pass(40);
    expect(pressed).toEqual(["5", "1"]);
  });

  test("reports each of several stuck keys, and recovery when the last of them is up", async () => {
    const { hand, pass, health, faults } = makeKeypad();
    hand.press("1");
    await pass(5000);
    hand.press("8");
    await pass(STUCK_AFTER_MS + 1000);
    expect(faults.map(({ message }) => /row \d, column \d/.exec(message)?.[0])).toEqual([
      "row 1, column 1",
      "row 3, column 2",
    ]);
    hand.release("1");
    await pass(1000);
    expect(health).not.toContain("recovered");
    hand.release("8");
    await pass(1000);
    expect(health.at(-1)).toBe("recovered");
  });

  test("reports lost lines once, opens them again, and reports that once", async () => {
    const { bank, hand, pressed, health, pass } = makeKeypad();
    await pass(1);
    hand.press("1");
    await pass(50);
    bank.powerOff();
    await pass(5000);
    hand.release("1");
    expect(health).toEqual(["hal.keypad.io"]);
    bank.powerOn();
    await pass(10_000);
    expect(health).toEqual(["hal.keypad.io", "recovered"]);
    hand.press("1");
    await pass(60);
    expect(pressed).toEqual(["1", "1"]);
  });

  test("a probe disturbs nothing, leaves no timer, and finds lines that were lost at rest", async () => {
    const { bank, hand, keypad, pressed, health, pass, scheduler } = makeKeypad();
    await keypad.probe();
    await pass(1);
    hand.press("4");
    await pass(5);
    await keypad.probe();
    await pass(60);
    hand.release("4");
    await pass(60);
    expect([pressed, health, scheduler.pending]).toEqual([["4"], [], 0]);
    bank.powerOff();
    await keypad.probe();
    await keypad.probe();
    expect(health).toEqual(["hal.keypad.io"]);
    bank.powerOn();
    await pass(10_000);
    expect(health).toEqual(["hal.keypad.io", "recovered"]);
    hand.press("4");
    await pass(60);
    expect(pressed).toEqual(["4", "4"]);
    expect(scheduler.pending).toBe(1);
    const closing = keypad.close();
    await pass(10);
    await closing;
    await keypad.probe();
  });

  test("a probe gives a transaction that never ends up after its limit, and the lines are opened anew", async () => {
    let hanging = false;
    const through = (bank: GpioBank): GpioBank => ({
      name: bank.name,
      open: async (consumer, requests) => {
        const lines = await bank.open(consumer, requests);
        const stuck = new Promise<never>(() => undefined);
        return {
          run: (operations) => (hanging ? stuck : lines.run(operations)),
          onEdge: (listener) => lines.onEdge(listener),
          close: () => lines.close(),
        };
      },
    });
    const { hand, keypad, pressed, health, pass } = makeKeypad({ through });
    await pass(1);
    hanging = true;
    hand.press("2");
    await pass(100);
    expect([pressed, health]).toEqual([[], []]);
    const probing = keypad.probe();
    await pass(PROBE_LIMIT_MS + 1);
    await probing;
    expect(health).toEqual(["hal.keypad.io"]);
    hanging = false;
    await pass(1000);
    expect(health).toEqual(["hal.keypad.io", "recovered"]);
    expect(pressed).toEqual(["2"]);
  });

  test("a probe of lines that are long in opening reports it; they work when they are open", async () => {
    let openNow: () => void = () => undefined;
    const through = (bank: GpioBank): GpioBank => ({
      name: bank.name,
      open: async (consumer, requests) => {
        await new Promise<void>((resolve) => (openNow = resolve));
        return bank.open(consumer, requests);
      },
    });
    const { hand, keypad, pressed, health, pass } = makeKeypad({ through });
    const probing = keypad.probe();
    await pass(PROBE_LIMIT_MS);
    await probing;
    expect(health).toEqual(["hal.keypad.io"]);
    openNow();
    await pass(1);
    hand.press("9");
    await pass(60);
    expect([pressed, health]).toEqual([["9"], ["hal.keypad.io", "recovered"]]);
  });

  test("lines that fail in the middle of a press are reported once, with the cause", async () => {
    let failing = false;
    const through = (bank: GpioBank): GpioBank => ({
      name: bank.name,
      open: async (consumer, requests) => {
        const lines = await bank.open(consumer, requests);
        return {
          ...lines,
          run: (operations) =>
            failing ? Promise.reject(new HalError("hal.gpio.io", "EIO")) : lines.run(operations),
          onEdge: (listener) => lines.onEdge(listener),
          close: () => lines.close(),
        };
      },
    });
    const { hand, pressed, health, faults, pass } = makeKeypad({ through });
    await pass(1);
    hand.press("2");
    await pass(40);
    failing = true;
    await pass(3000);
    expect(health).toEqual(["hal.keypad.io"]);
    expect(faults[0]?.cause).toMatchObject({ code: "hal.gpio.io" });
    hand.release("2");
    failing = false;
    await pass(5000);
    hand.press("3");
    await pass(60);
    expect(health).toEqual(["hal.keypad.io", "recovered"]);
    expect(pressed).toEqual(["2", "3"]);
  });

  test("takes no edges while it scans: held keys would make some with every row", async () => {
    const { scheduler, hand, pass } = makeKeypad({ bounce: NO_BOUNCE });
    await pass(1);
    hand.press("1");
    await pass(10);
    let mostPending = 0;
    await scheduler.run(scheduler.nowMs() + 500, () => {
      mostPending = Math.max(mostPending, scheduler.pending);
      return false;
    });
    expect(mostPending).toBe(1);
  });

  test("frees its lines and reports nothing more after close, whatever it was doing", async () => {
    for (const state of ["resting", "scanning", "failed"]) {
      const { bank, hand, keypad, pressed, pass } = makeKeypad();
      await pass(1);
      if (state === "failed") bank.powerOff();
      if (state !== "resting") hand.press("6");
      await pass(50);
      const before = pressed.length;
      const closing = keypad.close();
      await pass(50);
      await closing;
      bank.powerOn();
      hand.releaseAll();
      hand.press("1");
      await pass(100);
      expect(pressed).toHaveLength(before);
      await expect(
        bank.open("next", [{ bcm: bcm(5), direction: "in", pull: "up", edges: "none" }]),
      ).resolves.toBeDefined();
    }
  });

  test("refuses a layout that does not fit its lines", () => {
    const { bank, scheduler } = makeKeypad();
    const rows = [5, 6, 13, 19].map(bcm);
    expect(() => new MatrixKeypad({ bank, scheduler, layout: LAYOUT_4X4, rows, columns: [bcm(12)] })).toThrow(
      RangeError,
    );
  });
});
