import { DDRAM_SPAN, nextAddress } from "./geometry.ts";
import { DATA_FLAG, type LcdByte } from "./lcd-bus.ts";

export const GLYPH_SLOTS = 8;
export const GLYPH_ROWS = 8;
/** Instructions of table 6. */
export const SET_DDRAM = 0x80;
export const SET_CGRAM = 0x40;
/** What a cell or a row of a glyph is known to hold when nothing is known. */
const UNKNOWN = -1;

/** What the controller's memories hold, as far as every byte sent to it tells. Writes count the address up. */
export class ChipImage {
  readonly ddram = new Int16Array(DDRAM_SPAN);
  readonly #cgram = new Int16Array(GLYPH_SLOTS * GLYPH_ROWS);
  /** Where the next data byte goes; null when not known. */
  #address: number | null = null;
  #inCgram = false;

  constructor() {
    this.forget();
  }

  /** The DDRAM address that the next data byte goes to, null when it is not known or lies in CGRAM. */
  get ddramAddress(): number | null {
    return this.#inCgram ? null : this.#address;
  }

  /** The CGRAM address that the next data byte goes to, null when it is not known or lies in DDRAM. */
  get cgramAddress(): number | null {
    return this.#inCgram ? this.#address : null;
  }

  /** After an error: nothing is known any more. */
  forget(): void {
    this.ddram.fill(UNKNOWN);
    this.#cgram.fill(UNKNOWN);
    this.#address = null;
  }

  /** After a clear: blanks everywhere, address 0. Glyphs stay. */
  cleared(): void {
    this.ddram.fill(0x20);
    this.#address = 0;
    this.#inCgram = false;
  }

  /** After a home: address 0. */
  homed(): void {
    this.#address = 0;
    this.#inCgram = false;
  }

  /** Whether `row` of `slot` holds these dots. */
  holdsGlyphRow(slot: number, row: number, dots: number): boolean {
    return this.#cgram[slot * GLYPH_ROWS + row] === dots;
  }

  /** Follows one byte: an address set or data; other instructions do not change memory. */
  apply(byte: LcdByte): void {
    if ((byte & DATA_FLAG) === 0) {
      if ((byte & SET_DDRAM) !== 0) {
        this.#address = byte & 0x7f;
        this.#inCgram = false;
      } else if ((byte & SET_CGRAM) !== 0) {
        this.#address = byte & 0x3f;
        this.#inCgram = true;
      }
      return;
    }
    if (this.#address === null) return;
    if (this.#inCgram) {
      this.#cgram[this.#address] = byte & 0xff;
      this.#address = (this.#address + 1) % this.#cgram.length;
    } else {
      this.ddram[this.#address] = byte & 0xff;
      this.#address = nextAddress(this.#address);
    }
  }
}
