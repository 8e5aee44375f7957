import type { CharacterRom } from "../../hal/plan.ts";
import type { DisplaySize } from "../../hal/ports.ts";
import { CGRAM_CODES } from "./cgram-codes.ts";
import { characterGenerator, type CharacterGenerator } from "./cgrom.ts";
import {
  connectPins,
  type Hd44780Pins,
  type Hd44780Violation,
  type Hd44780ViolationCode,
} from "./hd44780-interface.ts";
import { Hd44780Memory } from "./hd44780-memory.ts";
import type { NetBoard } from "./nets.ts";

/** Execution times at 270 kHz (datasheet, table 6). */
const INSTRUCTION_MS = 0.037;
const CLEAR_OR_HOME_MS = 1.52;
/** The address counter follows 4 us after the busy flag falls (table 6, note); memory must not be used before. */
const ADDRESS_UPDATE_MS = 0.004;
/** Initialising by instruction (figure 24), at 2.7 V: how long nothing may be sent after power-on ... */
const POWER_ON_MS = 40;
/** ... and after the first and the second function set, while the controller finds its feet. */
const FIRST_FUNCTION_SET_MS = 4.1;
const SECOND_FUNCTION_SET_MS = 0.1;
/** Blinking alternates every 409.6 ms at 250 kHz (table 6), so every 379.3 ms at 270 kHz. */
const BLINK_MS = 379.3;
/** D0 to D3 are open in a 4-bit hook-up and have pull-ups inside (datasheet, "Pin functions"). */
const OPEN_LOW_NIBBLE = 0x0f;
const MAX_VIOLATIONS = 64;
/** The clock of a listener may round; an access this much early is still in time. */
const CLOCK_GRAIN_MS = 1e-6;

const CELL_ROWS = 8;
const BLANK = 0x20;
const CURSOR_ROW = 0x1f;

export interface Hd44780Options {
  readonly nets: NetBoard;
  readonly pins: Hd44780Pins;
  readonly size: DisplaySize;
  readonly nowMs: () => number;
  /** Which characters it was made with; A00 when left out. */
  readonly rom?: CharacterRom;
  /** How many times longer than at 270 kHz everything takes that its oscillator paces: 1.5 for a clone at 180 kHz. */
  readonly slowness?: number;
}

/** Where the cursor is on the glass, and how it looks. */
export interface Hd44780Cursor {
  readonly row: number;
  readonly column: number;
  readonly underline: boolean;
  readonly blink: boolean;
}

/**
 * An HD44780U on a glass of `size`, seen from its pins in a 4-bit hook-up. It does what the datasheet says,
 * and what a real one does when it is treated badly: nibbles sent too early are lost, and with them the phase.
 */
export class Hd44780 {
  readonly size: DisplaySize;
  readonly #nowMs: () => number;
  readonly #generator: CharacterGenerator;
  readonly #slowness: number;
  readonly #memory = new Hd44780Memory();
  readonly #listeners = new Set<(atMs: number) => void>();
  readonly #violations: Hd44780Violation[] = [];
  #violationCount = 0;
  #powered = false;
  #poweredAtMs = 0;
  #busyUntilMs = 0;
  #functionSets = 0;
  /** Set by instructions other than function set, until the data length changes: the number of lines is fixed then. */
  #linesFixed = false;
  #eightBit = true;
  #highNibble = -1;
  #highNibbleIsData = false;
  #dropAfter = 0;

  constructor(options: Hd44780Options) {
    this.size = options.size;
    this.#nowMs = options.nowMs;
    this.#generator = characterGenerator(options.rom ?? "A00");
    this.#slowness = options.slowness ?? 1;
    connectPins(
      options.nets,
      options.pins,
      options.nowMs,
      (rs, nibble, roseAtMs, fellAtMs) => this.#receive(rs, nibble, roseAtMs, fellAtMs),
      (code, atMs) => this.#violate(code, atMs),
    );
    this.setPower(true);
  }

  /** Switching off forgets everything; switching on begins with the internal reset. */
  setPower(on: boolean): void {
    if (on === this.#powered) return;
    this.#powered = on;
    this.#poweredAtMs = this.#nowMs();
    this.#busyUntilMs = this.#poweredAtMs + POWER_ON_MS;
    this.#functionSets = 0;
    this.#linesFixed = false;
    this.#eightBit = true;
    this.#highNibble = -1;
    this.#memory.reset();
    this.#changed(this.#poweredAtMs);
  }

  /** Fault: the nth nibble from now (1 is the next) never arrives, as when a wire picks up a spike. */
  dropNibble(nth: number): void {
    this.#dropAfter = nth;
  }

  /** That nibble has not come yet. */
  get isDropping(): boolean {
    return this.#dropAfter > 0;
  }

  /** Fault: a spike on E that is long enough for a pulse; what the data pins happen to carry is taken for a nibble. */
  spikeOnEnable(rs: boolean, nibble: number): void {
    const atMs = this.#nowMs();
    this.#receive(rs, nibble, atMs, atMs);
  }

  /** The latest broken rules of the datasheet, and how many there were in all. */
  get violations(): readonly Hd44780Violation[] {
    return this.#violations;
  }

  get violationCount(): number {
    return this.#violationCount;
  }

  get displayOn(): boolean {
    return this.#memory.displayOn;
  }

  /** Null when the display is off or the address counter is not at a cell that shows. */
  get cursor(): Hd44780Cursor | null {
    const memory = this.#memory;
    if (!memory.displayOn || memory.inCgram) return null;
    for (let row = 0; row < this.size.rows; row++) {
      for (let column = 0; column < this.size.columns; column++) {
        if (this.#addressAt(row, column) === memory.address) {
          return { row, column, underline: memory.cursorShown, blink: memory.blinking };
        }
      }
    }
    return null;
  }

  /** The text on the glass, blank while the display is off; custom glyphs are U+E000 + slot. */
  rows(): string[] {
    return Array.from({ length: this.size.rows }, (_, row) => {
      let text = "";
      for (let column = 0; column < this.size.columns; column++) {
        text += this.#generator.characters[this.codeAt(row, column)] ?? " ";
      }
      return text;
    });
  }

  /** The code shown in a cell; a blank while the display is off. */
  codeAt(row: number, column: number): number {
    const address = this.#memory.displayOn ? this.#addressAt(row, column) : -1;
    return this.#memory.ddram[address] ?? BLANK;
  }

  /** The dots on the glass, cursor included: `pixels()[row][column]` is 8 rows of 5 bits, bit 4 the left dot. */
  pixels(): number[][][] {
    const { cursor } = this;
    const blinkShown = Math.floor(this.#nowMs() / BLINK_MS) % 2 === 1;
    return Array.from({ length: this.size.rows }, (_, row) =>
      Array.from({ length: this.size.columns }, (__, column) => {
        const dots = this.#patternOf(this.codeAt(row, column));
        if (cursor?.row !== row || cursor.column !== column) return dots;
        if (cursor.blink && blinkShown) return dots.map(() => CURSOR_ROW);
        if (cursor.underline) dots[CELL_ROWS - 1] = CURSOR_ROW;
        return dots;
      }),
    );
  }

  /** The eight rows of a CGRAM slot. */
  glyph(slot: number): number[] {
    return Array.from(
      this.#memory.cgram.subarray(slot * CELL_ROWS, (slot + 1) * CELL_ROWS),
      (row) => row & CURSOR_ROW,
    );
  }

  /** Calls `listener` with the time of each instruction that may have changed what shows. Returns the call that ends it. */
  onChange(listener: (atMs: number) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #patternOf(code: number): number[] {
    if (code < CGRAM_CODES) return this.glyph(code & 7);
    return [...this.#generator.patternOf(code)];
  }

  /** Glasses of four rows continue lines 0 and 1 in rows 2 and 3 (datasheet, "Interface to liquid crystal display"). */
  #addressAt(row: number, column: number): number {
    return this.#memory.shownAddress(row % 2, column + (row >> 1) * this.size.columns);
  }

  /** A nibble counts when E falls, but the controller has to be free from E's rise on. */
  #receive(rs: boolean, nibble: number, roseAtMs: number, fellAtMs: number): void {
    if (!this.#powered) return;
    if (this.#dropAfter > 0 && --this.#dropAfter === 0) return;
    if (roseAtMs < this.#busyUntilMs - CLOCK_GRAIN_MS) {
      this.#violate(roseAtMs < this.#poweredAtMs + POWER_ON_MS ? "power-on" : "busy", roseAtMs);
      return;
    }
    if (this.#eightBit) {
      this.#execute(rs, (nibble << 4) | OPEN_LOW_NIBBLE, fellAtMs);
    } else if (this.#highNibble < 0) {
      this.#highNibble = nibble;
      this.#highNibbleIsData = rs;
    } else {
      const byte = (this.#highNibble << 4) | nibble;
      this.#highNibble = -1;
      this.#execute(this.#highNibbleIsData, byte, fellAtMs);
    }
  }

  #execute(isData: boolean, byte: number, atMs: number): void {
    if (isData) {
      this.#memory.write(byte);
      this.#busyUntilMs = atMs + this.#slowness * (INSTRUCTION_MS + ADDRESS_UPDATE_MS);
    } else {
      this.#busyUntilMs = atMs + this.#slowness * this.#instruct(byte, atMs);
    }
    this.#changed(atMs);
  }

  /** Carries out an instruction (datasheet, table 6) and returns its execution time. */
  #instruct(byte: number, atMs: number): number {
    const memory = this.#memory;
    if (byte >= 0x40 || (byte & 0x20) === 0) this.#linesFixed = true;
    if ((byte & 0x80) !== 0) {
      if (!memory.setDdramAddress(byte & 0x7f)) this.#violate("address", atMs);
    } else if ((byte & 0x40) !== 0) {
      memory.setCgramAddress(byte & 0x3f);
    } else if ((byte & 0x20) !== 0) {
      return this.#setFunction(byte, atMs);
    } else if ((byte & 0x10) !== 0) {
      const by = (byte & 0x04) !== 0 ? 1 : -1;
      if ((byte & 0x08) !== 0) memory.shiftDisplay(-by);
      else memory.moveCursor(by);
    } else if ((byte & 0x08) !== 0) {
      memory.displayOn = (byte & 0x04) !== 0;
      memory.cursorShown = (byte & 0x02) !== 0;
      memory.blinking = (byte & 0x01) !== 0;
    } else if ((byte & 0x04) !== 0) {
      memory.setEntryMode((byte & 0x02) !== 0, (byte & 0x01) !== 0);
    } else if ((byte & 0x02) !== 0) {
      memory.home();
      return CLEAR_OR_HOME_MS;
    } else if ((byte & 0x01) !== 0) {
      memory.clear();
      return CLEAR_OR_HOME_MS;
    }
    return INSTRUCTION_MS;
  }

  #setFunction(byte: number, atMs: number): number {
    const eightBit = (byte & 0x10) !== 0;
    const twoLines = (byte & 0x08) !== 0;
    if (eightBit !== this.#eightBit) this.#linesFixed = false;
    this.#eightBit = eightBit;
    if (this.#linesFixed && twoLines !== this.#memory.twoLines) this.#violate("function-set", atMs);
    else this.#memory.twoLines = twoLines;
    this.#functionSets++;
    if (this.#functionSets === 1) return FIRST_FUNCTION_SET_MS;
    return this.#functionSets === 2 ? SECOND_FUNCTION_SET_MS : INSTRUCTION_MS;
  }

  #changed(atMs: number): void {
    for (const listener of this.#listeners) listener(atMs);
  }

  #violate(code: Hd44780ViolationCode, atMs: number): void {
    this.#violationCount++;
    if (this.#violations.length >= MAX_VIOLATIONS) this.#violations.shift();
    this.#violations.push({ code, atMs });
  }
}
