import type { CardNumber } from "../ports.ts";
import { BROKEN_OFF_MS, type CardFrames } from "./card-frames.ts";

const START = 0x02;
const END = 0x03;
const DATA_DIGITS = 10;
const CHECKSUM_DIGITS = 2;
const FRAME_DIGITS = DATA_DIGITS + CHECKSUM_DIGITS;

/**
 * Frames of the RDM6300 (and ID-12, RDM630): 0x02, ten hexadecimal digits, two more that are the exclusive or of the five bytes
 * which the ten spell, 0x03. What does not fit, checksum included, is dropped.
 *
 * A card's number is its ten digits in upper case: the EM4100 version byte and four bytes of tag. What is printed on most cards is
 * the tag alone: its last eight digits as a decimal number of ten places (`6F007B3972`: 0008075634), and often once more in
 * two parts, the third byte and the last two (123,14706).
 */
export class Rdm6300Frames implements CardFrames {
  /** Digits since 0x02; null outside a frame. Never longer than a frame. */
  #digits: string | null = null;
  #lastMs = Number.NEGATIVE_INFINITY;
  #dropped = 0;

  get dropped(): number {
    return this.#dropped;
  }

  push(bytes: Uint8Array, atMs: number): CardNumber[] {
    if (atMs - this.#lastMs > BROKEN_OFF_MS) this.#drop();
    this.#lastMs = atMs;
    const cards: CardNumber[] = [];
    for (const byte of bytes) {
      const card = this.#take(byte);
      if (card !== null) cards.push(card);
    }
    return cards;
  }

  #take(byte: number): CardNumber | null {
    if (byte === START) {
      this.#drop();
      this.#digits = "";
      return null;
    }
    const digits = this.#digits;
    if (digits === null) return null;
    if (byte === END && digits.length === FRAME_DIGITS && isSumRight(digits)) {
      this.#digits = null;
      return digits.slice(0, DATA_DIGITS);
    }
    const letter = String.fromCharCode(byte).toUpperCase();
    if (digits.length < FRAME_DIGITS && /^[0-9A-F]$/.test(letter)) this.#digits = digits + letter;
    else this.#drop();
    return null;
  }

  #drop(): void {
    if (this.#digits !== null) this.#dropped++;
    this.#digits = null;
  }
}

/** The exclusive or of all six bytes, checksum included, is zero. */
function isSumRight(digits: string): boolean {
  let sum = 0;
  for (let at = 0; at < digits.length; at += 2) sum ^= Number.parseInt(digits.slice(at, at + 2), 16);
  return sum === 0;
}
