import type { Rhythm } from "../ports.ts";

/** Times in one rhythm, on and off together; the longest of ours has seven. */
export const MAX_RHYTHM_TIMES = 32;
/** One time in a rhythm: nobody wants a longer beep, and a forgotten one ends. */
export const MAX_RHYTHM_TIME_MS = 2000;

/** What is left of a beep where quiet can only be short, and the shortest that a buzzer still makes a sound of. */
const QUIET_SHARE = 0.25;
const QUIET_FLOOR_MS = 8;

/** Throws RangeError for a rhythm with more than MAX_RHYTHM_TIMES or a time outside 0 to MAX_RHYTHM_TIME_MS. */
export function checkRhythm(rhythm: Rhythm): void {
  const playable = rhythm.every((timeMs) => timeMs >= 0 && timeMs <= MAX_RHYTHM_TIME_MS);
  if (rhythm.length > MAX_RHYTHM_TIMES || !playable) {
    throw new RangeError(`a rhythm has ${MAX_RHYTHM_TIMES} times of 0 to ${MAX_RHYTHM_TIME_MS} ms at most`);
  }
}

/** The same rhythm with shorter beeps: each begins when it did, so that it is still known by ear. */
export function shortened(rhythm: Rhythm): Rhythm {
  return rhythm.map((timeMs, index) => {
    if (index % 2 === 0) return shortBeepMs(timeMs);
    const beepMs = rhythm[index - 1] ?? 0;
    return timeMs + beepMs - shortBeepMs(beepMs);
  });
}

function shortBeepMs(beepMs: number): number {
  return Math.min(beepMs, Math.max(QUIET_FLOOR_MS, beepMs * QUIET_SHARE));
}
