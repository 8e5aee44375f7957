import type { DisplaySize, Scheduler, Timer } from "../../hal/ports.ts";
import { CGRAM_CODES } from "./cgram-codes.ts";
import { characterGenerator } from "./cgrom.ts";
import type { SerialDevice } from "./serial-wire.ts";
import { SerLcdGlass } from "./serlcd-glass.ts";
import { GLYPH_BYTES, SerLcdSettings } from "./serlcd-settings.ts";

/** Arduino's ring for what the UART receives, one place of which stays free: what comes while the module is busy. */
const RECEIVE_BYTES = 63;
/** An ATmega328P's own time for a byte of text, at worst. */
const BYTE_MS = 0.7;
const EEPROM_BYTE_MS = 3.4;
/** `LiquidCrystalFast::begin`: it waits 135 ms, and initialises as the datasheet's figure 24 asks. */
const BEGIN_MS = 141;
const CLEAR_MS = 3;
/** How long a splash screen or a system message stays. */
const MESSAGE_MS = 500;
/** While the splash screen shows, this byte alone means something: back to 9600 baud. */
const BAUD_RESET = 0x12;
const FACTORY_BAUD = 9600;
const MAX_LOSSES = 64;
const BLANK = 0x20;

const SETTING = 0x7c;
const COMMAND = 0xfe;
const BACKSPACE = 0x08;

/** What the parser waits for. */
type Mode = "text" | "setting" | "command" | "contrast" | "address" | "glyph" | "light";

export interface SerLcdOptions {
  readonly scheduler: Scheduler;
  readonly size: DisplaySize;
  /** It has had power for long, and shows nothing; otherwise it is switched on at this instant. */
  readonly running?: boolean;
}

/**
 * SparkFun's SerLCD, seen from its RX pin: an ATmega328P with the OpenLCD firmware 1.2 in front of an HD44780. What it does, with its
 * oddities, is what the published firmware does: deaf while it starts, slow where it writes its EEPROM, blank after each glyph.
 */
export class SerLcd implements SerialDevice {
  readonly size: DisplaySize;
  readonly settings = new SerLcdSettings();
  readonly #scheduler: Scheduler;
  readonly #glass: SerLcdGlass;
  readonly #generator = characterGenerator("A00");
  readonly #listeners = new Set<(atMs: number) => void>();
  readonly #losses: { readonly code: "overflow"; readonly atMs: number }[] = [];
  #lossCount = 0;
  readonly #queue: number[] = [];
  #powered = false;
  /** What it is doing at its start, until it listens. */
  #starting: Timer | null = null;
  #showsSplash = false;
  #busy: Timer | null = null;
  #message: Timer | null = null;
  #mode: Mode = "text";
  #argument: number[] = [];
  #glyphSlot = 0;
  #dropAfter = 0;

  constructor({ scheduler, size, running = false }: SerLcdOptions) {
    this.#scheduler = scheduler;
    this.size = size;
    this.#glass = new SerLcdGlass(size);
    if (running) {
      this.#powered = true;
      this.#glass.begin();
    } else this.setPower(true);
  }

  get baudRate(): number {
    return this.#showsSplash ? FACTORY_BAUD : this.settings.baudRate;
  }

  get displayOn(): boolean {
    return this.#powered && this.#glass.memory.displayOn;
  }

  /** The controller inside has one; no driver of ours switches it on, and it is not drawn. */
  readonly cursor = null;

  /** Bytes that were lost because it was flooded. */
  get violationCount(): number {
    return this.#lossCount;
  }

  /** The latest of them. */
  get violations(): readonly { readonly code: "overflow"; readonly atMs: number }[] {
    return this.#losses;
  }

  /** The text on the glass; custom glyphs are U+E000 + slot. */
  rows(): string[] {
    return this.#glass
      .codes()
      .map((row) => row.map((code) => this.#generator.characters[code] ?? " ").join(""));
  }

  /** The code shown in a cell; a blank while the display is off. */
  codeAt(row: number, column: number): number {
    return this.#glass.codes()[row]?.[column] ?? BLANK;
  }

  /** The dots on the glass: `pixels()[row][column]` is 8 rows of 5 bits, bit 4 the left dot. */
  pixels(): number[][][] {
    return this.#glass
      .codes()
      .map((row) =>
        row.map((code) => (code < CGRAM_CODES ? this.glyph(code & 7) : [...this.#generator.patternOf(code)])),
      );
  }

  /** Whether there is light on the glass, of any colour. */
  get lit(): boolean {
    const { red, green, blue } = this.settings.light;
    return red + green + blue > 0;
  }

  /** The eight rows of a glyph, bit 4 the left dot. */
  glyph(slot: number): number[] {
    return this.#glass.glyph(slot);
  }

  /** Calls `listener` whenever what shows may have changed. Returns the call that ends it. */
  onChange(listener: (atMs: number) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Fault: the nth byte from now (1 is the next) never arrives; by this name one contract drives all chips. */
  dropNibble(nth: number): void {
    this.#dropAfter = nth;
  }

  /** Off forgets all but the EEPROM; on begins with splash screen and deafness. */
  setPower(on: boolean): void {
    if (on === this.#powered) return;
    this.#powered = on;
    this.#starting?.cancel();
    this.#busy?.cancel();
    this.#busy = null;
    this.#queue.length = 0;
    this.#mode = "text";
    this.#argument = [];
    this.#message?.cancel();
    this.#showsSplash = false;
    this.#glass.powerOff();
    if (on) this.#start();
    this.#changed();
  }

  /** It never answers. */
  connect(): void {
    return;
  }

  receive(byte: number, atMs: number): void {
    if (!this.#powered) return;
    if (this.#dropAfter > 0 && --this.#dropAfter === 0) return;
    if (this.#starting !== null) {
      if (this.#showsSplash && byte === BAUD_RESET) this.settings.store({ baudRate: FACTORY_BAUD });
      return;
    }
    if (this.#queue.length >= RECEIVE_BYTES) {
      this.#lossCount++;
      if (this.#losses.length >= MAX_LOSSES) this.#losses.shift();
      this.#losses.push({ code: "overflow", atMs });
      return;
    }
    this.#queue.push(byte);
    if (this.#busy === null) this.#next();
  }

  #start(): void {
    const after = (delayMs: number, run: () => void): void => {
      this.#starting = this.#scheduler.after(delayMs, run);
    };
    after(2 * BEGIN_MS, () => {
      this.#glass.begin();
      this.#showsSplash = true;
      this.#glass.print("SparkFun OpenLCD");
      this.#changed();
      after(MESSAGE_MS, () => {
        this.#showsSplash = false;
        this.#glass.clearAll();
        this.#changed();
        after(BEGIN_MS, () => {
          this.settings.glyphs.forEach((rows, slot) => this.#glass.setGlyph(slot, rows));
          this.#glass.begin();
          this.#starting = null;
          this.#changed();
        });
      });
    });
  }

  #next(): void {
    const byte = this.#queue.shift();
    if (byte === undefined) return;
    const busyMs = this.#take(byte);
    this.#changed();
    this.#busy = this.#scheduler.after(busyMs, () => {
      this.#busy = null;
      this.#next();
    });
  }

  /** Handles one byte; returns how long that takes. */
  #take(byte: number): number {
    const mode = this.#mode;
    this.#mode = "text";
    switch (mode) {
      case "text":
        return this.#text(byte);
      case "setting":
        return this.#setting(byte);
      case "command":
        return this.#command(byte);
      case "contrast":
        return this.#tell(this.settings.store({ contrast: byte }), "Contrast Set");
      case "address":
        return this.#tell(EEPROM_BYTE_MS, "New TWI");
      case "glyph":
        return this.#collect(mode, byte, GLYPH_BYTES, (rows) => this.#recordGlyph(rows));
      case "light":
        return this.#collect(
          mode,
          byte,
          3,
          ([red = 0, green = 0, blue = 0]) =>
            BYTE_MS + EEPROM_BYTE_MS * this.settings.store({ light: { red, green, blue } }),
        );
    }
  }

  #text(byte: number): number {
    if (byte === SETTING) this.#mode = "setting";
    else if (byte === COMMAND) this.#mode = "command";
    else if (byte === BACKSPACE) this.#glass.backspace();
    else this.#glass.writeText(byte);
    return BYTE_MS;
  }

  #setting(byte: number): number {
    if (byte >= 0x03 && byte <= 0x07) return this.#tell(BEGIN_MS, "Lines");
    if (byte === 0x08) {
      this.setPower(false);
      this.setPower(true);
    } else if (byte === 0x18) this.#mode = "contrast";
    else if (byte === 0x19) this.#mode = "address";
    else if (byte >= 0x1b && byte <= 0x22) {
      this.#mode = "glyph";
      this.#glyphSlot = byte - 0x1b;
    } else if (byte >= 0x23 && byte <= 0x2a) this.#glass.write(byte - 0x23);
    else if (byte === 0x2b) this.#mode = "light";
    else if (byte === 0x2d) {
      this.#glass.clearAll();
      return CLEAR_MS;
    } else if (byte === 0x2e) this.settings.messages = true;
    else if (byte === 0x2f) this.settings.messages = false;
    else if (byte === SETTING) this.#glass.writeText(byte);
    else if (byte >= 0x80 && byte <= 0xd9) return this.#tell(EEPROM_BYTE_MS, "Backlight");
    return BYTE_MS;
  }

  #command(byte: number): number {
    if (byte >= 0x40 && byte < 0x80) {
      // The firmware counts glyphs from 27 here too; anything else ends in a slot of its own choice.
      this.#mode = "glyph";
      this.#glyphSlot = (byte - 0x40 - 0x1b) & 7;
    } else this.#glass.instruct(byte);
    return BYTE_MS;
  }

  #collect(mode: Mode, byte: number, length: number, complete: (bytes: readonly number[]) => number): number {
    this.#argument.push(byte);
    if (this.#argument.length < length) {
      this.#mode = mode;
      return BYTE_MS;
    }
    const bytes = this.#argument;
    this.#argument = [];
    return complete(bytes);
  }

  #recordGlyph(rows: readonly number[]): number {
    const writtenBytes = this.settings.storeGlyph(this.#glyphSlot, rows);
    this.#glass.setGlyph(this.#glyphSlot, rows);
    this.#glass.begin();
    return BEGIN_MS + writtenBytes * EEPROM_BYTE_MS;
  }

  /** A system message takes half a second; then what the module thinks was there comes back, which is text without cursor moves. */
  #tell(writtenBytes: number, text: string): number {
    const busyMs = BYTE_MS + writtenBytes * EEPROM_BYTE_MS;
    if (!this.settings.messages) return busyMs;
    this.#glass.clear();
    this.#glass.print(text);
    this.#message = this.#scheduler.after(MESSAGE_MS, () => {
      this.#glass.restore();
      this.#changed();
    });
    return busyMs + MESSAGE_MS;
  }

  #changed(): void {
    for (const listener of this.#listeners) listener(this.#scheduler.nowMs());
  }
}
