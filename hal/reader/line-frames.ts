import type { CardNumber } from "../ports.ts";
import { BROKEN_OFF_MS, MAX_CARD_LENGTH, type CardFrames } from "./card-frames.ts";

const CR = 0x0d;
const LF = 0x0a;
/** Some readers put a line between start and end of text. */
const STX = 0x02;
const ETX = 0x03;
const CARD_LETTER = /^[0-9A-Za-z]$/;

/**
 * Lines of letters and digits, each ended by CR, LF or both: what readers on a USB serial port send. A card's number is its
 * line in upper case. Empty lines mean nothing; a line that is too long, or has anything else in it, is dropped as a whole.
 */
export class LineFrames implements CardFrames {
  #line = "";
  /** The line that is coming is no card's, whatever follows. */
  #spoilt = false;
  #lastMs = Number.NEGATIVE_INFINITY;
  #dropped = 0;

  get dropped(): number {
    return this.#dropped;
  }

  push(bytes: Uint8Array, atMs: number): CardNumber[] {
    if (atMs - this.#lastMs > BROKEN_OFF_MS && (this.#spoilt || this.#line !== "")) this.#drop();
    this.#lastMs = atMs;
    const cards: CardNumber[] = [];
    for (const byte of bytes) {
      if (byte === CR || byte === LF) {
        if (this.#spoilt) this.#drop();
        else if (this.#line !== "") cards.push(this.#line);
        this.#line = "";
      } else if (byte !== STX && byte !== ETX) this.#append(String.fromCharCode(byte));
    }
    return cards;
  }

  #append(letter: string): void {
    if (this.#spoilt) return;
    if (this.#line.length < MAX_CARD_LENGTH && CARD_LETTER.test(letter)) this.#line += letter.toUpperCase();
    else this.#spoilt = true;
  }

  #drop(): void {
    this.#dropped++;
    this.#line = "";
    this.#spoilt = false;
  }
}
