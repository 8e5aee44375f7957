import { codeOf } from "../../protocol/errors.ts";

/**
 * Why a store ends though its file is sound, and what the file set aside is called for it. It ends as a damaged one does
 * (recovery.ts): the file is set aside whole, its events are offered to the hub as an earlier store's, from the first that is
 * here on, and people, presences and waits are carried over.
 */
const REASONS = {
  /** The hub knows events under higher numbers: the card lost what it had said was written, or is an older copy. */
  "store.hub-ahead": "hub-ahead",
  /** The hub knows other events under the same numbers: two cards went on from one. */
  "store.forked": "forked",
  /** Another store has taken this one's place already. */
  "store.ended": "ended",
} as const;
export type NewStoreReason = keyof typeof REASONS;

/** The word for the file's name; null for an error that is no such reason. */
export function endingOf(error: unknown): string | null {
  const code = codeOf(error);
  return isReason(code) ? REASONS[code] : null;
}

function isReason(code: string): code is NewStoreReason {
  return Object.hasOwn(REASONS, code);
}
