import { describe, expect, it } from "vitest";
import { DEFAULT_TRY_SETTINGS } from "../../protocol/try-settings.ts";
import { MORNING } from "../../test/docs/gallery-people.ts";
import { triesOf } from "../../test/docs/walk.ts";
import { dayWaitMs, leftBeforeWait, triesBeforeWait, waitAfter } from "./waits.ts";

const MINUTE_MS = 60_000;
const { waits } = DEFAULT_TRY_SETTINGS;

describe("waits after wrong PINs", () => {
  it("costs 1 minute at the 3rd, 5 at the 5th, 30 from the 8th on, and nothing in between", () => {
    const minutes = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 100].map(
      (refusals) => waitAfter(refusals, waits) / MINUTE_MS,
    );
    expect(minutes).toEqual([0, 0, 1, 0, 5, 0, 0, 30, 30, 30, 30]);
  });

  it("is never for ever", () => {
    expect(waitAfter(Number.MAX_SAFE_INTEGER, waits)).toBe(30 * MINUTE_MS);
  });

  it("says how many wrong PINs are left, the one that begins the wait included", () => {
    expect([0, 1, 2, 3, 4, 5, 6, 7, 8, 50].map((refusals) => triesBeforeWait(refusals, waits))).toEqual([
      3, 2, 1, 2, 1, 3, 2, 1, 1, 1,
    ]);
  });

  it("agrees with itself: that many more refusals begin a wait, fewer do not", () => {
    for (let refusals = 0; refusals < 40; refusals++) {
      const left = triesBeforeWait(refusals, waits);
      for (let more = 1; more < left; more++) expect(waitAfter(refusals + more, waits)).toBe(0);
      expect(waitAfter(refusals + left, waits)).toBeGreaterThan(0);
    }
  });

  it("takes its numbers from the settings", () => {
    const settings = { steps: [{ refusals: 2, waitMs: 7 }], every: { fromRefusals: 4, waitMs: 9 } };
    expect([1, 2, 3, 4, 5].map((refusals) => waitAfter(refusals, settings))).toEqual([0, 7, 0, 9, 9]);
    expect(triesBeforeWait(2, settings)).toBe(2);
  });
});

describe("the wrong PINs of a day", () => {
  const day = { ...DEFAULT_TRY_SETTINGS, triesPerDay: 3 };
  const now = MORNING;
  const after = (ms: number): number => now.monotonicMs + ms;

  it("cost nothing by themselves while the day has more", () => {
    expect(dayWaitMs([], day, now)).toBe(0);
    expect(dayWaitMs([after(5)], day, now)).toBe(0);
    expect(dayWaitMs([after(-1), after(0), after(5)], day, now)).toBe(0);
  });

  it("begin with the last a wait until the oldest counts no more", () => {
    expect(dayWaitMs([after(5), after(6)], day, now)).toBe(5);
    expect(dayWaitMs([after(5), after(6), after(7)], day, now)).toBe(6);
    expect(dayWaitMs([], { triesPerDay: 1 }, now)).toBe(24 * 60 * MINUTE_MS);
  });

  it("are among the tries that are said to be left", () => {
    const tries = { ...triesOf(0), leaveAtMs: [after(5)] };
    expect(leftBeforeWait(tries, 0, day, now)).toBe(2);
    expect(leftBeforeWait(tries, 1, day, now)).toBe(1);
    expect(leftBeforeWait(triesOf(1), 0, day, now)).toBe(2);
  });
});
