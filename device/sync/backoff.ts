import type { Random } from "../../protocol/seams.ts";

/** First and longest pause between tries to reach the hub. */
export const FIRST_PAUSE_MS = 1_000;
export const LONGEST_PAUSE_MS = 60_000;
/** Beyond this many doublings the longest pause is reached anyway. */
const MAX_DOUBLINGS = 10;

/**
 * Pause before try number `failures + 1`: full jitter (uniform up to an exponentially growing bound), on top of the
 * hub's hint, so that a thousand terminals do not come back in the same second.
 */
export function pauseMs(failures: number, hintMs: number, random: Random): number {
  const bound = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** Math.min(failures, MAX_DOUBLINGS));
  return hintMs + random.uniform() * bound;
}
