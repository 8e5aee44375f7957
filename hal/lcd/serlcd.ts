import { Backoff } from "../backoff.ts";
import { HalError } from "../errors.ts";
import { FaultReporter } from "../fault-reporter.ts";
import type { SerialDisplayPlan } from "../plan.ts";
import type {
  BacklightLevel,
  CharacterDisplay,
  DisplaySize,
  Frame,
  Scheduler,
  SerialLine,
  SerialPorts,
} from "../ports.ts";
import type { GlyphPattern } from "./glyphs.ts";
import type { SerialCommand, SerialCommandSet } from "./serlcd-commands.ts";
import { cellWrites } from "./serlcd-diff.ts";
import { SerialImage } from "./serlcd-image.ts";
import { SerialText } from "./serlcd-text.ts";

/** Text is written in slices of this much time on the wire: a newer frame takes over in between. */
export const SLICE_MS = 10;
/** Nothing tells that a byte was lost, so everything is written again now and then, once nobody has used it for a while. */
export const RESYNC_INTERVAL_MS = 10 * 60_000;
export const RESYNC_QUIET_MS = 3000;
/** A glyph may blank the glass, and contrast takes its time: they are sent when no frame has come for so long. */
export const QUIET_MS = 500;
/** Contrast is sent for a port just opened and after the first resync, in case it was garbled: some modules wear at it. */
const CONTRAST_TIMES = 2;
/** A start bit, eight data bits, one stop bit. */
const BITS_PER_BYTE = 10;
const BLANK = 0x20;

export interface SerialDisplayOptions {
  readonly plan: SerialDisplayPlan;
  readonly serial: SerialPorts;
  readonly scheduler: Scheduler;
  /** Since when the module has had power for certain, on the scheduler's time line; since now when left out. */
  readonly poweredSinceMs?: number;
  /** What its make of module understands. */
  readonly commands: SerialCommandSet;
}

/**
 * A character display with a controller of its own behind a serial port. It sends only what differs from what the module holds,
 * no faster than wire and module take it. The line goes one way: a module that is gone from a port that is still there is
 * not noticed, but it is painted again within RESYNC_INTERVAL_MS of its return.
 */
export class SerialDisplay implements CharacterDisplay {
  readonly size: DisplaySize;
  readonly #plan: SerialDisplayPlan;
  readonly #serial: SerialPorts;
  readonly #scheduler: Scheduler;
  readonly #commands: SerialCommandSet;
  readonly #byteMs: number;
  readonly #text: SerialText;
  readonly #image: SerialImage;
  readonly #faults = new FaultReporter();
  readonly #backoff: Backoff;
  readonly #stopped: Promise<void>;
  #lightWanted: BacklightLevel = "full";
  #lightSet: BacklightLevel | null = null;
  #line: SerialLine | null = null;
  #gone: Error | null = null;
  /** False until the module was cleared once: it has something of its own on the glass. */
  #everOpen = false;
  /** When a module that got power just now will hear for the first time. */
  #hearsFromMs: number;
  #resyncedMs = 0;
  #contrastDue = false;
  #contrastSends = 0;
  #frameMs = 0;
  /** When the module will have done with the last byte sent. */
  #doneMs = 0;
  #closed = false;
  #atRest = false;
  #settled: PromiseWithResolvers<void> = Promise.withResolvers();
  #wake: () => void = () => undefined;

  /** Opens the port at once; trouble is reported to `onFault`. Throws RangeError for a size that the module does not come in. */
  constructor({ plan, serial, scheduler, poweredSinceMs, commands }: SerialDisplayOptions) {
    const { largest } = commands;
    const { columns, rows } = plan.size;
    if (columns > largest.columns || rows > largest.rows) {
      throw new RangeError(
        `a ${commands.name} of ${columns}x${rows}: ${largest.columns}x${largest.rows} at most`,
      );
    }
    this.size = plan.size;
    this.#plan = plan;
    this.#serial = serial;
    this.#scheduler = scheduler;
    this.#commands = commands;
    this.#byteMs = Math.max((BITS_PER_BYTE * 1000) / plan.baudRate, commands.byteMs);
    this.#text = new SerialText(plan.size);
    this.#image = new SerialImage(this.#text.cells);
    this.#backoff = new Backoff(scheduler);
    this.#hearsFromMs = (poweredSinceMs ?? scheduler.nowMs()) + commands.startUpMs;
    this.#stopped = this.#serve();
  }

  show(frame: Frame): void {
    this.#text.take(frame);
    this.#frameMs = this.#scheduler.nowMs();
    this.#leaveRest();
    this.#wake();
  }

  backlight(level: BacklightLevel): void {
    this.#lightWanted = level;
    this.#leaveRest();
    this.#wake();
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

  /** Nobody answers on this line. A port that is gone says so by itself, and that has been reported by now. */
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

  #leaveRest(): void {
    if (!this.#atRest) return;
    this.#atRest = false;
    this.#settled = Promise.withResolvers();
  }

  async #serve(): Promise<void> {
    while (!this.#closed) {
      try {
        await this.#openAndPaint();
      } catch (cause) {
        const message = `the display on ${this.#plan.path} cannot be reached`;
        this.#faults.begin("io", new HalError("hal.display.io", message, { cause }));
        this.#settled.resolve();
        await this.#backoff.wait();
        // What is plugged in again gets its power from the plug, as often as not.
        this.#hearsFromMs = this.#scheduler.nowMs() + this.#commands.startUpMs;
      }
    }
    this.#settled.resolve();
  }

  async #openAndPaint(): Promise<void> {
    const { path, baudRate } = this.#plan;
    const line = await this.#serial.open(path, { baudRate });
    try {
      this.#line = line;
      this.#gone = null;
      line.onGone((error) => {
        this.#gone = error;
        this.#leaveRest();
        this.#wake();
      });
      if (this.#faults.inFault) await this.#wait(this.#hearsFromMs - this.#scheduler.nowMs());
      this.#image.forgetGlyphs();
      this.#contrastSends = 0;
      await this.#resync();
      if (!this.#everOpen) {
        await this.#send(this.#commands.clear);
        this.#image.blanked();
        this.#everOpen = true;
      }
      while (!this.#closed) await this.#step();
    } finally {
      this.#line = null;
      // A port that failed may fail again at closing; there is nobody left to tell.
      await line.close().catch(() => undefined);
    }
  }

  /** The next thing to do, decided anew each time: so the newest frame and light always take over. */
  async #step(): Promise<void> {
    if (this.#gone !== null) throw this.#gone;
    if (this.#lightSet !== this.#lightWanted) {
      const level = this.#lightWanted;
      await this.#send(this.#commands.backlight(level));
      this.#lightSet = level;
      return;
    }
    const quietWork = this.#quietWork();
    const quietMs = this.#frameMs + QUIET_MS;
    if (quietWork !== null && this.#scheduler.nowMs() >= quietMs) return quietWork();
    if (await this.#sendSlice()) return;
    return quietWork === null ? this.#restUntilResync() : this.#rest(quietMs);
  }

  /** What disturbs the glass and can wait until nobody looks so closely. */
  #quietWork(): (() => Promise<void>) | null {
    const { contrast } = this.#plan;
    if (contrast !== undefined && this.#contrastDue) return () => this.#sendContrast(contrast);
    for (const [slot, pattern] of this.#text.glyphs()) {
      if (!this.#image.holdsGlyph(slot, pattern)) return () => this.#sendGlyph(slot, pattern);
    }
    return null;
  }

  async #restUntilResync(): Promise<void> {
    // A module that may not have heard yet gets everything once more, and only then holds it for certain.
    if (this.#resyncedMs < this.#hearsFromMs) {
      await this.#rest(this.#hearsFromMs);
      if (this.#scheduler.nowMs() >= this.#hearsFromMs) await this.#resync();
      return;
    }
    if (this.#scheduler.nowMs() < this.#doneMs) return this.#rest(this.#doneMs);
    this.#atRest = true;
    this.#settled.resolve();
    this.#backoff.reset();
    this.#faults.end("io");
    const dueMs = Math.max(this.#resyncedMs + RESYNC_INTERVAL_MS, this.#frameMs + RESYNC_QUIET_MS);
    await this.#rest(dueMs);
    if (this.#scheduler.nowMs() >= dueMs && this.#gone === null && !this.#closed) {
      this.#leaveRest();
      await this.#resync();
    }
  }

  /** Nothing is known any more of what the module shows. */
  async #resync(): Promise<void> {
    await this.#send(this.#commands.attention);
    this.#image.forget();
    if (!this.#commands.glyphBlanks) this.#image.forgetGlyphs();
    this.#lightSet = null;
    this.#contrastDue = this.#contrastSends < CONTRAST_TIMES;
    this.#resyncedMs = this.#scheduler.nowMs();
  }

  /** A module may tell of it on its glass, and then show something older. */
  async #sendContrast(contrast: number): Promise<void> {
    this.#contrastDue = false;
    this.#contrastSends++;
    await this.#send(this.#commands.contrast(contrast));
    this.#image.forget();
  }

  async #sendGlyph(slot: number, pattern: GlyphPattern): Promise<void> {
    await this.#send(this.#commands.glyph(slot, pattern));
    this.#image.recorded(slot, pattern);
    if (this.#commands.glyphBlanks) this.#image.blanked();
  }

  /** Writes cells for SLICE_MS at most; false when there is nothing to write. */
  async #sendSlice(): Promise<boolean> {
    const { columns } = this.size;
    const image = this.#image;
    const wanted = this.#text.codes((slot, pattern) => image.holdsGlyph(slot, pattern));
    const moveBytes = this.#commands.moveTo(0, 0).length;
    const bytes: number[] = [];
    const { urgent } = this.#text;
    for (const { cell, move } of cellWrites(image.cells, wanted, urgent, image.cursor, moveBytes)) {
      if (bytes.length * this.#byteMs >= SLICE_MS) break;
      const code = wanted[cell] ?? BLANK;
      if (move) bytes.push(...this.#commands.moveTo(Math.floor(cell / columns), cell % columns));
      bytes.push(...this.#commands.character(code));
      image.wrote(cell, code);
      urgent[cell] = 0;
    }
    if (bytes.length === 0) {
      urgent.fill(0);
      return false;
    }
    await this.#send({ bytes, busyMs: 0 });
    return true;
  }

  /** Gives bytes to the port and waits until they are through the wire and the module has done with them. */
  async #send({ bytes, busyMs }: SerialCommand): Promise<void> {
    if (this.#gone !== null) throw this.#gone;
    if (this.#closed) return;
    await this.#line?.write(Uint8Array.from(bytes));
    const wireMs = bytes.length * this.#byteMs;
    this.#doneMs = this.#scheduler.nowMs() + wireMs + this.#byteMs + busyMs;
    await this.#wait(wireMs + busyMs);
  }

  /** Waits for something new to show or until an instant. */
  async #rest(untilMs: number): Promise<void> {
    await new Promise<void>((resolve) => {
      const timer = this.#scheduler.after(untilMs - this.#scheduler.nowMs(), resolve);
      this.#wake = () => {
        timer.cancel();
        resolve();
      };
    });
    this.#wake = () => undefined;
    // Whoever wants something shown has more to do in this turn, and may want something else by its end.
    await new Promise<void>((resolve) => this.#scheduler.soon(resolve));
  }

  #wait(delayMs: number): Promise<void> {
    return new Promise((resolve) => this.#scheduler.after(delayMs, resolve));
  }
}
