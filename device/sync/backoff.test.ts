import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { SeededRandom } from "../../sim/world/seeded-random.ts";
import {
  Backoff,
  FIRST_PAUSE_MS,
  LONGEST_HINT_MS,
  LONGEST_PAUSE_MS,
  pauseBoundMs,
  SHORT_PAUSE_MS,
  STABLE_LINK_MS,
} from "./backoff.ts";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const TERMINALS = 1_000;

/** How long after the hub's return each of a thousand terminals comes, that all lost it at the same moment. */
function returnsMs(outageMs: number, seed: number): number[] {
  const random = new SeededRandom(seed);
  return Array.from({ length: TERMINALS }, () => {
    const backoff = new Backoff(random);
    let atMs = 0;
    while (atMs < outageMs) atMs += backoff.pauseMs(atMs, "failed", 0);
    return atMs - outageMs;
  }).sort((one, other) => one - other);
}

const inAnySecond = (returns: readonly number[]): number =>
  Math.max(...returns.map((fromMs) => returns.filter((ms) => ms >= fromMs && ms < fromMs + 1_000).length));

describe("after an outage", () => {
  test.each([
    [10_000, SHORT_PAUSE_MS, 2_500],
    [MINUTE_MS, 6_000, 3_000],
    [5 * MINUTE_MS, 30_000, 13_000],
    [10 * MINUTE_MS, LONGEST_PAUSE_MS, 26_000],
    [24 * HOUR_MS, LONGEST_PAUSE_MS, 26_000],
  ])(
    "of %d ms all terminals are back within %d ms, half of them within %d ms",
    (outageMs, mostMs, halfMs) => {
      const returns = returnsMs(outageMs, 1);
      expect(returns.at(-1)).toBeLessThanOrEqual(mostMs);
      expect(returns[TERMINALS / 2]).toBeLessThanOrEqual(halfMs);
    },
  );

  test("a thousand terminals come back spread: in no second more than twice an even share of the time they take", () => {
    fc.assert(
      fc.property(fc.integer({ min: 20_000, max: 2 * HOUR_MS }), fc.nat(), (outageMs, seed) => {
        const boundMs = pauseBoundMs(Infinity, outageMs);
        // Of pauses that are uniform up to a bound, what is left of one is nearer to nothing: twice as dense there.
        const share = (2 * TERMINALS * 1_000) / boundMs;
        const chance = 5 * Math.sqrt(share);
        expect(inAnySecond(returnsMs(outageMs, seed))).toBeLessThanOrEqual(1.15 * share + chance);
      }),
      { numRuns: 20 },
    );
  });
});

describe("a pause", () => {
  const nothing = { bytes: () => new Uint8Array(), uniform: () => 0 };
  const all = { bytes: () => new Uint8Array(), uniform: () => 1 };

  test("is anything between nothing and its bound, which doubles with each failure", () => {
    const [least, most] = [new Backoff(nothing), new Backoff(all)];
    expect([0, 1, 2].map((atMs) => least.pauseMs(atMs, "failed", 0))).toEqual([0, 0, 0]);
    expect([0, 1, 2, 3, 4].map((atMs) => most.pauseMs(atMs, "failed", 0))).toEqual([
      FIRST_PAUSE_MS,
      2 * FIRST_PAUSE_MS,
      4 * FIRST_PAUSE_MS,
      SHORT_PAUSE_MS,
      SHORT_PAUSE_MS,
    ]);
  });

  test("is never longer than the longest, however long it has been", () => {
    expect(pauseBoundMs(1e9, 365 * 24 * HOUR_MS)).toBe(LONGEST_PAUSE_MS);
  });

  test("is what the hub asks for at least, this once, with jitter on top", () => {
    const backoff = new Backoff(nothing);
    expect(backoff.pauseMs(0, "failed", 5_000)).toBe(5_000);
    expect(backoff.pauseMs(1, "failed", 0)).toBe(0);
    expect(new Backoff(all).pauseMs(0, "failed", MINUTE_MS)).toBe(MINUTE_MS + MINUTE_MS / 4);
  });

  test("is not as long as a hub likes", () => {
    expect(new Backoff(nothing).pauseMs(0, "failed", 24 * HOUR_MS)).toBe(LONGEST_HINT_MS);
  });

  test("grows on over links that ended at once, and begins anew after one that held", () => {
    const backoff = new Backoff(all);
    expect(backoff.pauseMs(0, "failed", 0)).toBe(FIRST_PAUSE_MS);
    backoff.linkUp(10);
    expect(backoff.pauseMs(20, "failed", 0)).toBe(2 * FIRST_PAUSE_MS);
    backoff.linkUp(30);
    expect(backoff.pauseMs(30 + STABLE_LINK_MS, "failed", 0)).toBe(FIRST_PAUSE_MS);
  });

  test("is short after the hub said that it goes down, however it was before", () => {
    const backoff = new Backoff(all);
    for (let atMs = 0; atMs < HOUR_MS; atMs += MINUTE_MS) backoff.pauseMs(atMs, "failed", 0);
    backoff.linkUp(HOUR_MS);
    expect(backoff.pauseMs(HOUR_MS + 1, "going", 0)).toBe(FIRST_PAUSE_MS);
    expect(backoff.pauseMs(HOUR_MS + 2, "failed", 0)).toBe(2 * FIRST_PAUSE_MS);
  });

  test("before a link that this end wants anew is short, and lets none of the others grow", () => {
    const backoff = new Backoff(all);
    for (let count = 0; count < 9; count += 1) expect(backoff.pauseMs(0, "anew", 0)).toBe(FIRST_PAUSE_MS);
    expect(backoff.pauseMs(0, "failed", 0)).toBe(FIRST_PAUSE_MS);
  });
});
