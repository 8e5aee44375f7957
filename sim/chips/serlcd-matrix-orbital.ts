import type { DisplaySize, Scheduler } from "../../hal/ports.ts";
import { characterGenerator } from "./cgrom.ts";
import type { SerialDevice } from "./serial-wire.ts";

const COMMAND = 0xfe;
const BLANK = 0x20;
/** Bytes that follow each command, by its number. */
const ARGUMENTS = new Map([
  [0x42, 1],
  [0x47, 2],
  [0x4e, 9],
  [0x50, 1],
  [0x99, 1],
]);
const GLYPHS = 8;
const GLYPH_ROWS = 8;

/** A display with Matrix Orbital's command set, as far as the manuals of LK204-25 and LK162 say. */
export class MatrixOrbital implements SerialDevice {
  readonly baudRate = 9600;
  readonly violations: readonly unknown[] = [];
  readonly violationCount = 0;
  /** No driver of ours switches it on. */
  readonly cursor = null;
  contrast = 128;
  brightness = 255;
  lit = true;
  readonly size: DisplaySize;
  readonly #nowMs: () => number;
  readonly #generator = characterGenerator("A00");
  readonly #listeners = new Set<(atMs: number) => void>();
  #cells: number[] = [];
  #glyphs: number[][] = [];
  #cursor = 0;
  #powered = true;
  /** A command and its arguments so far; null in text. */
  #command: number[] | null = null;
  #dropAfter = 0;

  constructor(size: DisplaySize, scheduler: Scheduler) {
    this.size = size;
    this.#nowMs = () => scheduler.nowMs();
    this.#forget();
  }

  get displayOn(): boolean {
    return this.#powered;
  }

  rows(): string[] {
    const { columns, rows } = this.size;
    const text = this.#cells.map(
      (code) => (this.#powered ? this.#generator.characters[code] : undefined) ?? " ",
    );
    return Array.from({ length: rows }, (_, row) => text.slice(row * columns, (row + 1) * columns).join(""));
  }

  codeAt(row: number, column: number): number {
    const code = this.#cells[row * this.size.columns + column];
    return this.#powered ? (code ?? BLANK) : BLANK;
  }

  /** `pixels()[row][column]` is 8 rows of 5 bits, bit 4 the left dot. */
  pixels(): number[][][] {
    return Array.from({ length: this.size.rows }, (_, row) =>
      Array.from({ length: this.size.columns }, (__, column) => {
        const code = this.codeAt(row, column);
        return code < GLYPHS ? [...this.glyph(code)] : [...this.#generator.patternOf(code)];
      }),
    );
  }

  glyph(slot: number): number[] {
    return this.#glyphs[slot] ?? [];
  }

  onChange(listener: (atMs: number) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Fault: the nth byte from now (1 is the next) never arrives. */
  dropNibble(nth: number): void {
    this.#dropAfter = nth;
  }

  setPower(on: boolean): void {
    this.#powered = on;
    this.#forget();
  }

  connect(): void {
    return;
  }

  receive(byte: number): void {
    if (!this.#powered) return;
    if (this.#dropAfter > 0 && --this.#dropAfter === 0) return;
    if (this.#command === null && byte === COMMAND) this.#command = [];
    else if (this.#command === null) {
      this.#cells[this.#cursor] = byte;
      this.#cursor = (this.#cursor + 1) % this.#cells.length;
    } else {
      this.#command.push(byte);
      const [number = 0, ...given] = this.#command;
      if (given.length < (ARGUMENTS.get(number) ?? 0)) return;
      this.#command = null;
      this.#carryOut(number, given);
    }
    for (const listener of this.#listeners) listener(this.#nowMs());
  }

  #carryOut(number: number, given: readonly number[]): void {
    const [first = 0, second = 0] = given;
    const { columns, rows } = this.size;
    if (number === 0x42) this.lit = true;
    else if (number === 0x46) this.lit = false;
    else if (number === 0x47 && first >= 1 && first <= columns && second >= 1 && second <= rows) {
      this.#cursor = (second - 1) * columns + first - 1;
    } else if (number === 0x4e) this.#glyphs[first % GLYPHS] = given.slice(1);
    else if (number === 0x50) this.contrast = first;
    else if (number === 0x58) this.#clear();
    else if (number === 0x99) this.brightness = first;
  }

  #clear(): void {
    this.#cells = Array<number>(this.size.columns * this.size.rows).fill(BLANK);
    this.#cursor = 0;
  }

  #forget(): void {
    this.#command = null;
    this.#glyphs = Array.from({ length: GLYPHS }, () => Array<number>(GLYPH_ROWS).fill(0));
    this.#clear();
  }
}
