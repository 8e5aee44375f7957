import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { bcm, type KeyName, type KeypadLayout } from "../ports.ts";
import { SimulatedGpioBank } from "../../sim/chips/gpio-bank.ts";
import { NetBoard } from "../../sim/chips/nets.ts";
import { NO_BOUNCE, SwitchMatrix, USUAL_BOUNCE, type Bounce } from "../../sim/chips/switch-matrix.ts";
import { VirtualScheduler } from "../../sim/world/virtual-scheduler.ts";
import { LAYOUT_4X3, LAYOUT_4X4 } from "./layouts.ts";
import { MatrixKeypad } from "./matrix-keypad.ts";
import { RELEASE_QUIET_MS, STUCK_AFTER_MS } from "./matrix-scanner.ts";

const ROWS = [5, 6, 13, 19];
const COLUMNS = [12, 16, 20, 21];

/** A small generator with a seed (mulberry32), so that a failing hand can be replayed. */
function seeded(seed: number) {
  let state = seed;
  return {
    uniform: () => {
      state = (state + 0x6d2b79f5) | 0;
      let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
      mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
      return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
    },
  };
}

function makeKeypad({
  layout = LAYOUT_4X4,
  bounce = USUAL_BOUNCE,
  seed = 1,
}: { layout?: KeypadLayout; bounce?: Bounce; seed?: number } = {}) {
  const scheduler = new VirtualScheduler();
  const nets = new NetBoard();
  const bank = new SimulatedGpioBank({ nets, scheduler, spinUs: (us) => scheduler.advanceUs(us) });
  const columns = COLUMNS.slice(0, layout[0]?.length);
  const hand = new SwitchMatrix({
    nets,
    scheduler,
    random: seeded(seed),
    layout,
    rows: ROWS,
    columns,
    bounce,
  });
  const keypad = new MatrixKeypad({
    bank,
    scheduler,
    layout,
    rows: ROWS.map(bcm),
    columns: columns.map(bcm),
  });
  const pressed: KeyName[] = [];
  const health: string[] = [];
  keypad.onPress((key) => pressed.push(key));
  keypad.onFault((error) => health.push(error.code));
  keypad.onRecovered(() => health.push("recovered"));
  const pass = (ms: number) => scheduler.run(scheduler.nowMs() + ms);
  return { scheduler, nets, bank, hand, keypad, pressed, health, pass };
}

describe("a matrix keypad", () => {
  test.each([
    ["4x4", LAYOUT_4X4],
    ["4x3", LAYOUT_4X3],
  ])(
    "reports each key of a %s keypad when it is pressed, and nothing when it is released",
    async (_, layout) => {
      const { hand, pressed, pass } = makeKeypad({ layout });
      await pass(1);
      for (const key of layout.flat()) {
        hand.press(key);
        await pass(50);
        expect(pressed.at(-1)).toBe(key);
        hand.release(key);
        await pass(100);
      }
      expect(pressed).toEqual(layout.flat());
    },
  );

  test("runs no timer while nothing is down", async () => {
    const { scheduler, hand, pass } = makeKeypad();
    await pass(1);
    expect(scheduler.pending).toBe(0);
    hand.press("5");
    await pass(80);
    hand.release("5");
    await pass(100);
    expect(scheduler.pending).toBe(0);
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

  test("takes out a key that is down for 30 s, reports it without naming it, and goes on with the others", async () => {
    const { hand, pressed, health, pass, scheduler } = makeKeypad();
    hand.press("3");
    await pass(STUCK_AFTER_MS + 1000);
    expect(health).toEqual(["hal.keypad.stuck"]);
    hand.press("8");
    await pass(60);
    hand.release("8");
    await pass(60);
    expect(pressed).toEqual(["3", "8"]);
    hand.release("3");
    await pass(100);
    expect(health).toEqual(["hal.keypad.stuck", "recovered"]);
    expect(scheduler.pending).toBe(0);
    hand.press("3");
    await pass(60);
    expect(pressed).toEqual(["3", "8", "3"]);
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
    expect(
      () =>
        new MatrixKeypad({ bank, scheduler, layout: LAYOUT_4X4, rows: ROWS.map(bcm), columns: [bcm(12)] }),
    ).toThrow(RangeError);
  });

  test("reports every press of a random hand once, in order, and nothing else, with contacts bouncing up to 10 ms", async () => {
    const stroke = fc.record({
      key: fc.constantFrom(...LAYOUT_4X4.flat()),
      /** From this press to the next: beyond the bounce of both, as fast as any fingers. */
      gapMs: fc.integer({ min: 35, max: 120 }),
      /** How long it is held: past the next press it is roll-over. */
      holdMs: fc.integer({ min: 35, max: 110 }),
    });
    const bounce = { meanMs: 6, worstMs: 10 };
    await fc.assert(
      fc.asyncProperty(fc.array(stroke, { minLength: 1, maxLength: 25 }), fc.nat(), async (strokes, seed) => {
        const { hand, pressed, pass, scheduler, nets } = makeKeypad({ bounce, seed });
        await pass(1);
        const expected: KeyName[] = [];
        let atMs = 0;
        const upAt = new Map<KeyName, number>();
        for (const { key, gapMs, holdMs } of strokes) {
          // The same key needs a finger to come up first; two held keys and a third could make a ghost.
          const held = [...upAt.values()].filter((upMs) => upMs > atMs - 2 * RELEASE_QUIET_MS);
          atMs = Math.max(
            atMs,
            (upAt.get(key) ?? 0) + 2 * RELEASE_QUIET_MS,
            ...(held.length > 1 ? held.map((ms) => ms + 40) : []),
          );
          scheduler.after(atMs, () => hand.press(key));
          scheduler.after(atMs + holdMs, () => hand.release(key));
          upAt.set(key, atMs + holdMs);
          expected.push(key);
          atMs += gapMs;
        }
        await pass(atMs + 1000);
        expect(pressed).toEqual(expected);
        expect(nets.contention).toBe(0);
        expect(scheduler.pending).toBe(0);
      }),
      { numRuns: 150 },
    );
  });

  test("reports no key that was not pressed, whatever a hand does", async () => {
    const act = fc.record({
      key: fc.constantFrom(...LAYOUT_4X4.flat()),
      waitMs: fc.integer({ min: 0, max: 60 }),
      down: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(act, { minLength: 1, maxLength: 40 }), fc.nat(), async (acts, seed) => {
        const { hand, pressed, pass, scheduler } = makeKeypad({ seed, bounce: { meanMs: 6, worstMs: 10 } });
        const touched = new Map<KeyName, number>();
        for (const { key, waitMs, down } of acts) {
          if (down) touched.set(key, (touched.get(key) ?? 0) + 1);
          if (down) hand.press(key);
          else hand.release(key);
          await pass(waitMs);
        }
        hand.releaseAll();
        await pass(200);
        for (const key of new Set(pressed)) {
          expect(pressed.filter((each) => each === key).length).toBeLessThanOrEqual(touched.get(key) ?? 0);
        }
        expect(scheduler.pending).toBe(0);
      }),
      { numRuns: 100 },
    );
  });
});
