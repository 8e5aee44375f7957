/** DDRAM of one line in two-line mode, and of the only line in one-line mode (datasheet, "Display data RAM"). */
const CELLS_PER_LINE = 40;
const CELLS_OF_ONE_LINE = 80;
/** The second line begins at address 0x40. */
const SECOND_LINE = 0x40;
const BLANK = 0x20;
const CGRAM_BYTES = 64;

/** The controller's registers and memories, and what instructions and data do to them; no time, no pins. */
export class Hd44780Memory {
  readonly ddram = new Uint8Array(0x80).fill(BLANK);
  readonly cgram = new Uint8Array(CGRAM_BYTES);
  twoLines = false;
  displayOn = false;
  cursorShown = false;
  blinking = false;
  /** Cells by which the display is shifted to the left. */
  shift = 0;
  /** The address counter, and which memory it points into. */
  address = 0;
  inCgram = false;
  #increment = 1;
  #shiftOnWrite = false;

  /** The state after power-on (datasheet, "Initializing by internal reset circuit"). CGRAM holds what chance put there. */
  reset(): void {
    this.clear();
    this.twoLines = false;
    this.displayOn = false;
    this.cursorShown = false;
    this.blinking = false;
    this.#shiftOnWrite = false;
  }

  clear(): void {
    this.ddram.fill(BLANK);
    this.#increment = 1;
    this.home();
  }

  home(): void {
    this.address = 0;
    this.inCgram = false;
    this.shift = 0;
  }

  setEntryMode(increments: boolean, shifts: boolean): void {
    this.#increment = increments ? 1 : -1;
    this.#shiftOnWrite = shifts;
  }

  setCgramAddress(address: number): void {
    this.address = address & (CGRAM_BYTES - 1);
    this.inCgram = true;
  }

  /** Returns false, and goes to 0, when there is no such address. */
  setDdramAddress(address: number): boolean {
    this.inCgram = false;
    const exists = this.#exists(address);
    this.address = exists ? address : 0;
    return exists;
  }

  write(byte: number): void {
    if (this.inCgram) {
      this.cgram[this.address] = byte;
      this.address = (this.address + this.#increment) & (CGRAM_BYTES - 1);
      return;
    }
    this.ddram[this.address] = byte;
    this.moveCursor(this.#increment);
    if (this.#shiftOnWrite) this.shiftDisplay(this.#increment);
  }

  /** One cell on or back, from the end of one line to the other. */
  moveCursor(by: number): void {
    const next = this.address + by;
    if (this.#exists(next)) this.address = next;
    else if (!this.twoLines) this.address = by > 0 ? 0 : CELLS_OF_ONE_LINE - 1;
    else if (by > 0) this.address = this.address < SECOND_LINE ? SECOND_LINE : 0;
    else this.address = (this.address < SECOND_LINE ? SECOND_LINE : 0) + CELLS_PER_LINE - 1;
  }

  /** Shifts the display by `by` cells to the left. */
  shiftDisplay(by: number): void {
    const cells = this.twoLines ? CELLS_PER_LINE : CELLS_OF_ONE_LINE;
    this.shift = (this.shift + by + cells) % cells;
  }

  /** DDRAM address shown `offset` cells from the left end of a line (0 or 1), or -1: a second line that is not driven. */
  shownAddress(line: number, offset: number): number {
    if (!this.twoLines) return line === 0 ? (offset + this.shift) % CELLS_OF_ONE_LINE : -1;
    return line * SECOND_LINE + ((offset + this.shift) % CELLS_PER_LINE);
  }

  #exists(address: number): boolean {
    if (!this.twoLines) return address >= 0 && address < CELLS_OF_ONE_LINE;
    const inLine = address & ~SECOND_LINE;
    return address >= 0 && address < 0x80 && inLine < CELLS_PER_LINE;
  }
}
