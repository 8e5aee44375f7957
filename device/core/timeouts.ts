import type { DirectoryEntry } from "./types.ts";

/**
 * How long each screen stays after the last key (product.md section 3, "Timeouts"); three times as long for a person
 * with "more time", once known.
 */
export const TIMEOUTS_MS = {
  find: 8_000,
  pin: 10_000,
  act: 6_000,
  result: 3_000,
  receipt: 15_000,
  /** Sentences that want reading, with nothing to decide. */
  message: 6_000,
  identify: 10_000,
} as const;

export const MORE_TIME_FACTOR = 3;

/** `*` on a result does nothing for so long: it may be the tail of what was typed before (product.md, "Undo"). */
export const UNDO_IGNORED_MS = 600;

/** A punch this soon after the same person's last one asks first (product.md, "Double punch"). */
export const DOUBLE_PUNCH_MS = 60_000;

/**
 * An effect unanswered for so long counts as failed. Ten times what an SD card may take for one write (500 ms for
 * SDXC, SD Physical Layer Simplified Specification 4.6.2.2), since a commit is several; and no longer than a person
 * with a queue behind them will stand still.
 */
export const STORE_PATIENCE_MS = 5_000;

/** Keys kept while an answer is awaited: a number, a PIN and a few menu digits of whoever is next. */
export const MAX_TYPE_AHEAD_KEYS = 20;

export type Timeout = keyof typeof TIMEOUTS_MS;

/** The monotonic instant at which a screen shown or touched at `fromMs` goes; `person` null while nobody is known. */
export function expiry(timeout: Timeout, person: DirectoryEntry | null, fromMs: number): number {
  return fromMs + TIMEOUTS_MS[timeout] * (person?.moreTime === true ? MORE_TIME_FACTOR : 1);
}
