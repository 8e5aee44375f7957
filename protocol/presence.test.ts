import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { MAX_SPANS } from "./limits.ts";
import { applyPunch, NEVER_PUNCHED, presenceOf, undoPunch, workedMs } from "./presence.ts";
import { presence } from "./roster.ts";

const HOUR = 3_600_000;
const action = fc.constantFrom("in", "out", "break-start", "break-end", "switch-project");
const history = fc.array(fc.record({ action, gapMs: fc.nat(10 * HOUR) }), { maxLength: 120 }).map((steps) => {
  let atMs = 1_790_000_000_000;
  return steps.map((step) => ({ action: step.action, atMs: (atMs += step.gapMs + 1) }));
});

describe("presence", () => {
  test("counts in to out as work, and a break not", () => {
    const day = presenceOf([
      { action: "in", atMs: 0 },
      { action: "break-start", atMs: 3 * HOUR },
      { action: "break-end", atMs: 4 * HOUR },
      { action: "out", atMs: 8 * HOUR },
    ]);
    expect(day.state).toBe("out");
    expect(workedMs(day, 0, 24 * HOUR, 9 * HOUR)).toBe(7 * HOUR);
  });

  test("counts an open span up to now, and clips to the day asked for", () => {
    const night = applyPunch(NEVER_PUNCHED, "in", -2 * HOUR);
    expect(workedMs(night, 0, 24 * HOUR, 3 * HOUR)).toBe(3 * HOUR);
  });

  test("a second in keeps the first one's time", () => {
    const twice = presenceOf([
      { action: "in", atMs: 0 },
      { action: "in", atMs: HOUR },
    ]);
    expect(twice.sinceMs).toBe(0);
  });

  test("an out before its in (a clock step) is an empty span, not negative work", () => {
    const stepped = presenceOf([
      { action: "in", atMs: HOUR },
      { action: "out", atMs: 0 },
    ]);
    expect(workedMs(stepped, -HOUR, 24 * HOUR, 24 * HOUR)).toBe(0);
  });

  test("of any history fits the schema, never has more spans than its limit, nor negative work", () => {
    fc.assert(
      fc.property(history, (punches) => {
        const result = presenceOf(punches);
        expect(presence.parse(result)).toEqual(result);
        expect(result.spans.length).toBeLessThanOrEqual(MAX_SPANS);
        expect(workedMs(result, 0, Infinity, 1_800_000_000_000)).toBeGreaterThanOrEqual(0);
      }),
    );
  });

  test("after an undo is what it was before the punch, for in and out", () => {
    fc.assert(
      fc.property(history, fc.constantFrom("in" as const, "out" as const), (punches, last) => {
        // The latest change of state is by in or out only, so that "out since" is the end of the last span.
        const before = presenceOf(punches.filter((punch) => punch.action === "in" || punch.action === "out"));
        if (before.spans.length === MAX_SPANS || before.state === last) return;
        const after = applyPunch(before, last, 1_900_000_000_000);
        expect(undoPunch(after, before.state)).toEqual(before);
      }),
    );
  });
});
