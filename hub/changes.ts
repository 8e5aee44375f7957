import type { KioskId, TerminalId } from "../protocol/ids.ts";

/** What someone looking at the hub may want to fetch again. */
export const TOPICS = [
  "people",
  "kiosks",
  "presence",
  "punches",
  "conflicts",
  "terminals",
  "requests",
  "workspace",
  "mail",
] as const;
export type Topic = (typeof TOPICS)[number];

export interface Change {
  readonly topics: readonly Topic[];
  /** Kiosks whose roster revision grew: their terminals have something to learn. */
  readonly rosters: readonly KioskId[];
  /** Terminals whose place was taken away: their sessions tell them. */
  readonly terminals?: readonly TerminalId[];
}

/** Open pages and sessions that may listen at once. */
const MAX_LISTENERS = 10_000;

/** Tells who is listening in this process that something was committed. Says what, never the contents. */
export class Changes {
  readonly #listeners = new Set<(change: Change) => void>();

  /** Adds a listener, which must not throw; returns how to take it away again. */
  listen(listener: (change: Change) => void): () => void {
    if (this.#listeners.size >= MAX_LISTENERS) {
      throw new RangeError(`more than ${MAX_LISTENERS} listeners: someone does not let go`);
    }
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** Called after the commit, never before: a listener reads the database at once. */
  tell(change: Change): void {
    if (change.topics.length === 0 && change.rosters.length === 0 && change.terminals === undefined) return;
    for (const listener of [...this.#listeners]) listener(change);
  }
}
