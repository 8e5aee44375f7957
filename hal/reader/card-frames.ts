import type { CardNumber } from "../ports.ts";

/** Turns what a reader sends into cards. Pure: bytes in pieces of any size, cards out. Its memory is bounded. */
export interface CardFrames {
  /** Cards completed by these bytes, in order. `atMs` is when they came, on any clock that does not run backwards. */
  push(bytes: Uint8Array, atMs: number): CardNumber[];
  /** Frames or lines that were thrown away so far: broken, too long, or nothing that a card says. */
  readonly dropped: number;
}

/** Longest card number that a port may bring (hal/ports.ts). */
export const MAX_CARD_LENGTH = 20;
/**
 * Silence after which a frame that has begun is never finished: half of one, from a plug that was pulled, must not join
 * with the next card. At 1200 baud a byte takes 8.3 ms; USB adapters hand on within 16 ms.
 */
export const BROKEN_OFF_MS = 200;
