import type { CardNumber } from "../ports.ts";

/** Readers repeat a card many times a second while it is held; after this much silence it has been taken away. */
export const AWAY_MS = 1000;
/** Cards that may lie on a reader at once; beyond it the one that was seen longest ago is forgotten. */
export const MAX_HELD = 4;

/** Tells a card that is held to the reader from one that is still there. */
export class HeldCards {
  /** When each was last seen, the latest last. */
  readonly #seenAtMs = new Map<CardNumber, number>();

  /** Whether this card comes anew. */
  isNew(card: CardNumber, atMs: number): boolean {
    const lastMs = this.#seenAtMs.get(card);
    this.#seenAtMs.delete(card);
    this.#seenAtMs.set(card, atMs);
    for (const oldest of this.#seenAtMs.keys()) {
      if (this.#seenAtMs.size <= MAX_HELD) break;
      this.#seenAtMs.delete(oldest);
    }
    return lastMs === undefined || atMs - lastMs > AWAY_MS;
  }
}
