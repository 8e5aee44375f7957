import fc from "fast-check";
import { expect, test } from "vitest";
import { NO_BOUNCE, USUAL_BOUNCE, WORN } from "../../sim/chips/switch-matrix.ts";
import type { KeypadLayout } from "../ports.ts";
import { LAYOUT_4X3, LAYOUT_4X4 } from "./layouts.ts";
import { keypadWorld, type KeypadWorldOptions } from "./testing/keypad-world.ts";
import {
  cleanStrokes,
  handsAt,
  IN_ORDER_AFTER_MS,
  REPORTED_WITHIN_MS,
  type Stroke,
} from "./testing/strokes.ts";

const LAYOUTS: readonly (readonly [string, KeypadLayout])[] = [
  ["4x4", LAYOUT_4X4],
  ["4x3", LAYOUT_4X3],
  ["1x4", [["1", "2", "3", "4"]]],
  [
    "3x4, turned",
    [
      ["*", "7", "4", "1"],
      ["0", "8", "5", "2"],
      ["#", "9", "6", "3"],
    ],
  ],
  [
    "5x4 with blanks",
    [
      [null, null, "#", "*"],
      ["1", "2", "3", "A"],
      ["4", "5", "6", "B"],
      ["7", "8", "9", "C"],
      [null, "0", null, "D"],
    ],
  ],
];

const BOUNCES = [NO_BOUNCE, USUAL_BOUNCE, { meanMs: 6, worstMs: 10 }];
const contacts = fc.record({
  bounce: fc.constantFrom(...BOUNCES),
  worn: fc.boolean(),
  seed: fc.nat(),
});

/** Lets a hand do what it does, and 200 ms pass. */
async function play(strokes: readonly Stroke[], options: KeypadWorldOptions) {
  const world = keypadWorld(options);
  const { scheduler, hand, pass } = world;
  for (const { key, downMs, upMs } of strokes) {
    scheduler.after(downMs, () => hand.press(key));
    scheduler.after(upMs, () => hand.release(key));
  }
  await pass(Math.max(...strokes.map(({ upMs }) => upMs)) + 200);
  return world;
}

/**
 * Takes for each report the earliest stroke that it can stand for, each stroke once. A report comes while the finger is
 * there, or while its contact still bounces.
 */
function standingFor(
  strokes: readonly Stroke[],
  reports: readonly { readonly key: string; readonly atMs: number }[],
) {
  const left = [...strokes];
  return reports.map(({ key, atMs }) => {
    const index = left.findIndex(
      (stroke) => stroke.key === key && stroke.downMs <= atMs && atMs <= stroke.upMs + REPORTED_WITHIN_MS,
    );
    const [stroke] = index < 0 ? [] : left.splice(index, 1);
    return { atMs, stroke: stroke ?? null };
  });
}

test.each(LAYOUTS)(
  "on a %s keypad every clean press is reported once and in order, and nothing that was not pressed",
  async (_, layout) => {
    await fc.assert(
      fc.asyncProperty(handsAt(layout), contacts, async (strokes, { bounce, worn, seed }) => {
        const options = { layout, bounce, seed, ...(worn ? { wear: WORN } : {}) };
        const { reports, nets, scheduler, health } = await play(strokes, options);
        const found = standingFor(strokes, reports);
        for (const { stroke } of found) expect(stroke).not.toBeNull();
        const clean = cleanStrokes(strokes, layout).map((stroke) => {
          const place = found.findIndex((each) => each.stroke === stroke);
          expect({ stroke, place }).not.toHaveProperty("place", -1);
          expect((found[place]?.atMs ?? 0) - stroke.downMs).toBeLessThanOrEqual(REPORTED_WITHIN_MS);
          return { stroke, place };
        });
        for (const one of clean) {
          for (const other of clean) {
            if (other.stroke.downMs - one.stroke.downMs >= IN_ORDER_AFTER_MS)
              expect(one.place).toBeLessThan(other.place);
          }
        }
        expect(health).toEqual([]);
        expect(nets.contention).toBe(0);
        expect(scheduler.pending).toBe(0);
      }),
      { numRuns: 60 },
    );
  },
  60_000,
);

test("most presses of hands other than a cat's are clean", () => {
  let [all, clean] = [0, 0];
  for (const strokes of fc.sample(handsAt(LAYOUT_4X4), { seed: 1, numRuns: 500 })) {
    all += strokes.length;
    clean += cleanStrokes(strokes, LAYOUT_4X4).length;
  }
  expect(clean / all).toBeGreaterThan(0.5);
});
