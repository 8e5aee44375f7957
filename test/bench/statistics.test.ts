import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ROWS } from "./rows.ts";
import { calmest, median, percentile } from "./statistics.ts";

describe("statistics of a bench", () => {
  test("a median is the middle, or between the two in the middle", () => {
    expect(median([9, 1, 2])).toBe(2);
    expect(median([4, 1, 2, 9])).toBe(3);
    expect(median([])).toBeNaN();
  });

  test("a percentile is a value that was measured, by nearest rank", () => {
    const hundred = Array.from({ length: 100 }, (_, index) => 100 - index);
    expect(percentile(hundred, 0.99)).toBe(99);
    expect(percentile(hundred, 1)).toBe(100);
    expect(percentile([7], 0.99)).toBe(7);
    expect(percentile([], 0.5)).toBeNaN();
  });

  test("as many values as the share says, or more, do not exceed a percentile", () => {
    const values = fc.array(fc.double({ noNaN: true }), { minLength: 1 });
    fc.assert(
      fc.property(values, fc.double({ min: 0, max: 1, noNaN: true }), (measured, share) => {
        const bound = percentile(measured, share);
        expect(measured).toContain(bound);
        const within = measured.filter((value) => value <= bound).length;
        expect(within).toBeGreaterThanOrEqual(Math.floor(share * measured.length));
      }),
    );
  });

  test("the calmest rounds are judged by the yardstick alone", () => {
    const rounds = [
      { yardstick: 30, value: 1 },
      { yardstick: 10, value: 50 },
      { yardstick: 20, value: 40 },
    ];
    expect(calmest(rounds, 0.5, ({ yardstick }) => yardstick).map(({ value }) => value)).toEqual([50, 40]);
  });
});

describe("the rows of the bench", () => {
  test("have names of their own, each with its group first", () => {
    const names = ROWS.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    for (const name of names) expect(name).toMatch(/^[a-z]+(\.[a-z0-9-]+)+$/);
  });
});
