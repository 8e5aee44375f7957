import fc from "fast-check";
import { expect, test } from "vitest";
import { checkRhythm, MAX_RHYTHM_TIMES, MAX_RHYTHM_TIME_MS, shortened } from "./rhythm.ts";

test("a shortened rhythm has short beeps that begin when they did", () => {
  expect(shortened([80, 50, 160])).toEqual([20, 110, 40]);
  expect(shortened([12])).toEqual([8]);
  expect(shortened([0, 50, 4, 10, 600])).toEqual([0, 50, 4, 10, 150]);
});

test("any rhythm keeps its beginnings when it is shortened, and no beep grows", () => {
  const rhythms = fc.array(fc.integer({ min: 0, max: MAX_RHYTHM_TIME_MS }), { maxLength: MAX_RHYTHM_TIMES });
  const beginnings = (rhythm: readonly number[]) =>
    rhythm.flatMap((_, index) =>
      index % 2 === 0 ? [Math.round(rhythm.slice(0, index).reduce((sum, timeMs) => sum + timeMs, 0))] : [],
    );
  fc.assert(
    fc.property(rhythms, (rhythm) => {
      const short = shortened(rhythm);
      expect(beginnings(short)).toEqual(beginnings(rhythm));
      for (const [index, timeMs] of short.entries()) {
        if (index % 2 === 0) expect(timeMs).toBeLessThanOrEqual(rhythm[index] ?? 0);
        expect(timeMs > 0).toBe((rhythm[index] ?? 0) > 0 || (index % 2 === 1 && timeMs > 0));
      }
    }),
  );
});

test("rhythms beyond the limits are refused", () => {
  for (const rhythm of [[5000], [-1], [Number.NaN], Array<number>(MAX_RHYTHM_TIMES + 1).fill(1)]) {
    expect(() => checkRhythm(rhythm)).toThrow(RangeError);
  }
  checkRhythm(Array<number>(MAX_RHYTHM_TIMES).fill(MAX_RHYTHM_TIME_MS));
});
