import { Backoff } from "../backoff.ts";
import { HalError } from "../errors.ts";
import { FaultReporter } from "../fault-reporter.ts";
import type { BacklightLevel, CharacterDisplay, DisplaySize, Frame, Scheduler } from "../ports.ts";
import { ChipImage } from "./chip-image.ts";
import { frameDiff } from "./frame-diff.ts";
import { DDRAM_SPAN, geometryOf, type Geometry } from "./geometry.ts";
import { glyphDiff } from "./glyph-diff.ts";
import { GlyphSlots } from "./glyph-slots.ts";
import type { LcdBus, LcdByte } from "./lcd-bus.ts";
import { CLEAR_OR_HOME_MS, FIRST_FUNCTION_SET_MS, NEXT_FUNCTION_SET_MS, POWER_ON_MS } from "./timing.ts";

/** Instructions of the datasheet's table 6, with the settings this driver uses. */
const CLEAR = 0x01;
const HOME = 0x02;
/** Count up, do not shift. */
const ENTRY_MODE = 0x06;
const DISPLAY_OFF = 0x08;
/** No cursor: a frame is all there is to see. */
const DISPLAY_ON = 0x0c;
/** 4 bits, two lines, 5x8 dots. */
const FUNCTION_SET = 0x28;
/** Upper nibbles of "8 bits" and "4 bits" (figure 24). */
const EIGHT_BITS = 0x3;
const FOUR_BITS = 0x2;

/**
 * A controller in 4-bit mode that misses a nibble shows nonsense until it is initialised again, and nothing tells. So it
 * is, now and then, once nobody has been using it for a while.
 */
export const RESYNC_INTERVAL_MS = 10 * 60_000;
export const RESYNC_QUIET_MS = 3000;

const BLANK = 0x20;

export interface Hd44780DisplayOptions {
  readonly bus: LcdBus;
  readonly scheduler: Scheduler;
  /** Two or four rows, 80 cells at most. */
  readonly size: DisplaySize;
  /** Since when the controller has had power for certain, on the scheduler's time line; since now when left out. */
  readonly poweredSinceMs?: number;
}

/**
 * A character display on an HD44780. It knows what the controller holds and sends only differences, in transactions short
 * enough for a newer frame to take over in between. After an error it initialises and repaints without clearing.
 */
export class Hd44780Display implements CharacterDisplay {
  readonly size: DisplaySize;
  readonly #bus: LcdBus;
  readonly #scheduler: Scheduler;
  readonly #geometry: Geometry;
  readonly #image = new ChipImage();
  readonly #slots = new GlyphSlots();
  readonly #faults = new FaultReporter();
  readonly #backoff: Backoff;
  readonly #poweredSinceMs: number;
  readonly #stopped: Promise<void>;
  /** Codes wanted, by DDRAM address. */
  readonly #wanted = new Uint8Array(DDRAM_SPAN).fill(BLANK);
  /** The newest frame, until it has been turned into codes. */
  #frame: Frame | null = null;
  #lightWanted: BacklightLevel = "full";
  #lightSet: BacklightLevel | null = null;
  /** False until the first initialisation is through: only that one may clear. */
  #everReady = false;
  /** The display is switched on only when everything is in place. */
  #switchOnDue = false;
  #initialisedMs = 0;
  #changedMs = 0;
  #closed = false;
  #atRest = false;
  #settled: PromiseWithResolvers<void> = Promise.withResolvers();
  #wake: () => void = () => undefined;

  /** Starts initialising at once; trouble is reported to `onFault`. Throws RangeError for a size no controller has. */
  constructor(options: Hd44780DisplayOptions) {
    this.size = options.size;
    this.#bus = options.bus;
    this.#scheduler = options.scheduler;
    this.#geometry = geometryOf(options.size);
    this.#backoff = new Backoff(options.scheduler);
    this.#poweredSinceMs = options.poweredSinceMs ?? options.scheduler.nowMs();
    this.#stopped = this.#serve();
  }

  show(frame: Frame): void {
    this.#frame = frame;
    this.#changed();
  }

  backlight(level: BacklightLevel): void {
    this.#lightWanted = level;
    this.#changed();
  }

  settled(): Promise<void> {
    return this.#atRest || this.#closed || this.#faults.inFault ? Promise.resolve() : this.#settled.promise;
  }

  onFault(listener: (error: HalError) => void): void {
    this.#faults.onFault(listener);
  }

  onRecovered(listener: () => void): void {
    this.#faults.onRecovered(listener);
  }

  probe(): Promise<void> {
    return Promise.resolve();
  }

  /** Leaves the last frame on the glass. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#backoff.close();
    this.#wake();
    await this.#stopped;
  }

  #changed(): void {
    this.#changedMs = this.#scheduler.nowMs();
    this.#leaveRest();
    this.#wake();
  }

  #leaveRest(): void {
    if (!this.#atRest) return;
    this.#atRest = false;
    this.#settled = Promise.withResolvers();
  }

  async #serve(): Promise<void> {
    await this.#wait(this.#poweredSinceMs + POWER_ON_MS - this.#scheduler.nowMs());
    while (!this.#closed) {
      try {
        await this.#bus.open();
        await this.#initialise();
        await this.#paint();
      } catch (cause) {
        const message = `the display on ${this.#bus.name} does not answer`;
        this.#faults.begin("io", new HalError("hal.display.io", message, { cause }));
        this.#settled.resolve();
        await this.#backoff.wait();
      }
    }
    this.#settled.resolve();
    // A bus that failed may fail again at closing; there is nobody left to tell.
    await this.#bus.close().catch(() => undefined);
  }

  /** Initialising by instruction (figure 24): gets a controller into step from whatever state it is in. */
  async #initialise(): Promise<void> {
    this.#image.forget();
    this.#lightSet = null;
    await this.#bus.sendNibble(EIGHT_BITS);
    await this.#wait(FIRST_FUNCTION_SET_MS);
    await this.#bus.sendNibble(EIGHT_BITS);
    await this.#wait(NEXT_FUNCTION_SET_MS);
    await this.#bus.sendNibble(EIGHT_BITS);
    await this.#wait(NEXT_FUNCTION_SET_MS);
    await this.#bus.sendNibble(FOUR_BITS);
    await this.#wait(NEXT_FUNCTION_SET_MS);
    if (this.#everReady) {
      // Home takes back a shift that a slipped nibble may have made, and leaves the text alone.
      await this.#bus.send([FUNCTION_SET, HOME]);
      await this.#wait(CLEAR_OR_HOME_MS);
      await this.#bus.send([ENTRY_MODE]);
      this.#image.homed();
      this.#switchOnDue = true;
    } else {
      await this.#bus.send([FUNCTION_SET, DISPLAY_OFF, CLEAR]);
      await this.#wait(CLEAR_OR_HOME_MS);
      await this.#bus.send([ENTRY_MODE, DISPLAY_ON]);
      this.#image.cleared();
      this.#everReady = true;
    }
    this.#initialisedMs = this.#scheduler.nowMs();
  }

  /** Keeps the controller's memory what is wanted, until closed or something fails. */
  async #paint(): Promise<void> {
    while (!this.#closed) {
      if (this.#lightSet !== this.#lightWanted) {
        const level = this.#lightWanted;
        await this.#bus.backlight(level);
        this.#lightSet = level;
        continue;
      }
      const bytes = this.#nextBytes();
      if (bytes.length > 0) await this.#transact(bytes.slice(0, this.#bus.bytesPerTransaction));
      else await this.#rest();
    }
  }

  /** What is still to be sent, computed anew for each transaction: so the newest frame always takes over. */
  #nextBytes(): readonly LcdByte[] {
    this.#compose();
    const glyphs = glyphDiff(this.#image, this.#slots.inUse());
    if (glyphs.length > 0) return glyphs;
    const cells = frameDiff(this.#image.ddram, this.#wanted, this.#geometry, this.#image.ddramAddress);
    if (cells.length > 0) return cells;
    return this.#switchOnDue ? [DISPLAY_ON] : [];
  }

  async #transact(bytes: readonly LcdByte[]): Promise<void> {
    await this.#bus.send(bytes);
    for (const byte of bytes) {
      this.#image.apply(byte);
      if (byte === DISPLAY_ON) this.#switchOnDue = false;
    }
    await this.#turn();
  }

  /** Waits for something new to show, or until the time has come to initialise again. */
  async #rest(): Promise<void> {
    this.#atRest = true;
    this.#settled.resolve();
    this.#backoff.reset();
    this.#faults.end("io");
    const resyncMs = Math.max(this.#initialisedMs + RESYNC_INTERVAL_MS, this.#changedMs + RESYNC_QUIET_MS);
    const woken = await new Promise<boolean>((resolve) => {
      const timer = this.#scheduler.after(resyncMs - this.#scheduler.nowMs(), () => resolve(false));
      this.#wake = () => {
        timer.cancel();
        resolve(true);
      };
    });
    this.#wake = () => undefined;
    // Whoever wants something shown has more to do in this turn, and may want something else by its end.
    if (woken) return this.#turn();
    this.#leaveRest();
    await this.#initialise();
  }

  /** Turns the newest frame into codes; characters beyond the display's edge are left out. */
  #compose(): void {
    if (this.#frame === null) return;
    const { columns, rows } = this.size;
    const characters = Array.from({ length: rows }, (_, row) =>
      lettersOf(this.#frame?.rows[row] ?? "").slice(0, columns),
    );
    this.#frame = null;
    this.#slots.allocate(characters.flat());
    for (const [cell, address] of this.#geometry.addresses.entries()) {
      const character = characters[Math.floor(cell / columns)]?.[cell % columns];
      this.#wanted[address] = character === undefined ? BLANK : this.#slots.codeOf(character);
    }
  }

  #turn(): Promise<void> {
    return new Promise((resolve) => this.#scheduler.soon(resolve));
  }

  #wait(delayMs: number): Promise<void> {
    return new Promise((resolve) => this.#scheduler.after(delayMs, resolve));
  }
}

/** Normalising loads its tables at its first use, which takes as long as painting a frame: not for plain letters. */
function lettersOf(text: string): string[] {
  return Array.from(/[^ -~]/.test(text) ? text.normalize("NFC") : text);
}
