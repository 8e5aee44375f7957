import type { DisplaySize } from "../../hal/ports.ts";
import { Hd44780Memory } from "./hd44780-memory.ts";

const BLANK = 0x20;
const CR = 0x0d;
const LF = 0x0a;
const GLYPH_ROWS = 8;
const GLYPH_COLUMNS = 0x1f;
/** First address of rows 0 to 3 in the commands that a host sends, and how many follow. */
const COMMAND_ROWS = [0, 64, 20, 84] as const;
const COMMAND_COLUMNS = 20;

/**
 * The controller behind the module's processor, and what the LiquidCrystalFast library and the firmware remember of it. They do not agree
 * with it everywhere, and that is what a driver has to live with.
 */
export class SerLcdGlass {
  readonly memory = new Hd44780Memory();
  readonly #size: DisplaySize;
  /** Where the library thinks that the cursor is; it places it anew after each row. */
  #column = 0;
  #row = 0;
  #placeBeforeWrite = false;
  /** The firmware's copy of what was typed; cursor moves are not in it. */
  readonly #typed: number[];
  #typedAt = 0;

  constructor(size: DisplaySize) {
    this.#size = size;
    this.#typed = Array<number>(size.columns * size.rows).fill(BLANK);
    this.memory.reset();
  }

  powerOff(): void {
    this.memory.reset();
    this.#column = 0;
    this.#row = 0;
    this.#placeBeforeWrite = false;
    this.#forgetTyped();
  }

  /** Initialises the controller: blank, on, no cursor. The library goes on counting where it was. */
  begin(): void {
    this.memory.reset();
    this.memory.twoLines = this.#size.rows > 1;
    this.memory.displayOn = true;
  }

  /** The library's clear: the cursor goes home, and it does not notice. */
  clear(): void {
    this.memory.clear();
  }

  /** The firmware's: forgets what was typed too. */
  clearAll(): void {
    this.clear();
    this.place(0, 0);
    this.#forgetTyped();
  }

  place(row: number, column: number): void {
    this.#row = row;
    this.#column = column;
    this.#placeBeforeWrite = false;
    this.memory.setDdramAddress((row % 2) * 64 + (row >> 1) * this.#size.columns + column);
  }

  write(code: number): void {
    if (this.#placeBeforeWrite) this.place(this.#row, this.#column);
    if (code !== CR && code !== LF) this.memory.write(code);
    this.#column++;
    if (code !== CR && this.#column < this.#size.columns) return;
    this.#column = 0;
    this.#row = (this.#row + 1) % this.#size.rows;
    this.#placeBeforeWrite = true;
  }

  writeText(code: number): void {
    this.write(code);
    this.#typed[this.#typedAt] = code;
    this.#typedAt = (this.#typedAt + 1) % this.#typed.length;
  }

  backspace(): void {
    this.#typedAt = (this.#typedAt + this.#typed.length - 1) % this.#typed.length;
    this.#typed[this.#typedAt] = BLANK;
    this.restore();
  }

  /** Shows what was typed, as if there had been no cursor moves. */
  restore(): void {
    this.clear();
    this.place(0, 0);
    for (const code of this.#typed) this.write(code);
    this.place(Math.floor(this.#typedAt / this.#size.columns), this.#typedAt % this.#size.columns);
  }

  print(text: string): void {
    this.place(0, 0);
    for (const byte of Buffer.from(text, "ascii")) this.write(byte);
  }

  /** What follows 0xFE, but for glyphs: an instruction of the controller, of which not all are let through. */
  instruct(byte: number): void {
    const { memory } = this;
    if (byte >= 0x80) {
      const address = byte - 0x80;
      const row = COMMAND_ROWS.findIndex((first) => address >= first && address < first + COMMAND_COLUMNS);
      this.place(Math.max(0, row), row < 0 ? 0 : address - (COMMAND_ROWS[row] ?? 0));
    } else if (byte >= 0x30) return;
    else if (byte >= 0x20) memory.twoLines = (byte & 0x08) !== 0;
    else if (byte >= 0x18) memory.shiftDisplay((byte & 0x04) === 0 ? 1 : -1);
    else if (byte >= 0x10) return;
    else if (byte >= 0x08) {
      memory.displayOn = (byte & 0x04) !== 0;
      memory.cursorShown = (byte & 0x02) !== 0;
      memory.blinking = (byte & 0x01) !== 0;
    } else if (byte >= 0x04) memory.setEntryMode((byte & 0x02) !== 0, (byte & 0x01) !== 0);
    else if (byte >= 0x02) memory.home();
    else if (byte === 0x01) memory.clear();
  }

  setGlyph(slot: number, rows: readonly number[]): void {
    rows.forEach((row, at) => (this.memory.cgram[slot * GLYPH_ROWS + at] = row));
  }

  glyph(slot: number): number[] {
    const rows = this.memory.cgram.subarray(slot * GLYPH_ROWS, (slot + 1) * GLYPH_ROWS);
    return Array.from(rows, (row) => row & GLYPH_COLUMNS);
  }

  /** Codes that show, row by row; blanks while the display is off. */
  codes(): number[][] {
    const { columns, rows } = this.#size;
    return Array.from({ length: rows }, (_, row) =>
      Array.from({ length: columns }, (__, column) => {
        const address = this.memory.shownAddress(row % 2, (row >> 1) * columns + column);
        return this.memory.displayOn ? (this.memory.ddram[address] ?? BLANK) : BLANK;
      }),
    );
  }

  #forgetTyped(): void {
    this.#typed.fill(BLANK);
    this.#typedAt = 0;
  }
}
