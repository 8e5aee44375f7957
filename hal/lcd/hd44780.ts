import { Backoff } from "../backoff.ts";
import { HalError } from "../errors.ts";
import { FaultReporter } from "../fault-reporter.ts";
import type { CharacterRom } from "../plan.ts";
import type { BacklightLevel, CharacterDisplay, DisplaySize, Frame, Scheduler } from "../ports.ts";
import { ChipImage } from "./chip-image.ts";
import { FrameCodes } from "./frame-codes.ts";
import { frameDiff, urgentDiff } from "./frame-diff.ts";
import { geometryOf, type Geometry } from "./geometry.ts";
import { glyphDiff } from "./glyph-diff.ts";
import { DISPLAY_ON, initialiseAgain, initialiseEmpty } from "./initialise.ts";
import type { LcdBus, LcdByte } from "./lcd-bus.ts";
import { LimitedBus } from "./limited-bus.ts";
import { POWER_ON_MS } from "./timing.ts";

/**
 * A controller in 4-bit mode that misses a nibble shows nonsense until it is initialised again, and nothing tells. So it
 * is, now and then, once nobody has been using it for a while. On GPIO, where nothing can be asked, that is also how a
 * controller comes back that lost power alone: within this interval, or when it has been quiet for so long after.
 */
export const RESYNC_INTERVAL_MS = 10 * 60_000;
export const RESYNC_QUIET_MS = 3000;

export interface Hd44780DisplayOptions {
  readonly bus: LcdBus;
  readonly scheduler: Scheduler;
  /** Two or four rows, 80 cells at most. */
  readonly size: DisplaySize;
  /** The letters behind the controller's name, `HD44780UA02`; A00 when left out. The wrong one shows wrong letters. */
  readonly rom?: CharacterRom;
  /** Since when the controller has had power for certain, on the scheduler's time line; since now when left out. */
  readonly poweredSinceMs?: number;
}

/**
 * A character display on an HD44780. It knows what the controller holds and sends only differences, in transactions short
 * enough for a newer frame to take over in between. After an error it initialises and repaints without clearing.
 *
 * It needs a bus and a scheduler and nothing else of this repository:
 * `new Hd44780Display({ bus: new Gpio4Bus(await openGpiochip(scheduler), wires), scheduler, size: { columns: 20, rows: 4 } })`,
 * then `show({ rows: ["06:02", "Ana"] })` as often as you like. Contrast is the potentiometer at the module's V0.
 */
export class Hd44780Display implements CharacterDisplay {
  readonly size: DisplaySize;
  readonly #bus: LcdBus;
  readonly #scheduler: Scheduler;
  readonly #geometry: Geometry;
  readonly #image = new ChipImage();
  readonly #codes: FrameCodes;
  readonly #faults = new FaultReporter();
  readonly #backoff: Backoff;
  readonly #stopped: Promise<void>;
  /** The newest frame, until it has been turned into codes. */
  #frame: Frame | null = null;
  #lightWanted: "full" | "off" = "full";
  #lightSet: "full" | "off" | null = null;
  /** Since when the controller has had power at the latest. */
  #poweredSinceMs: number;
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
  /** A probe that somebody waits for. */
  #probe: PromiseWithResolvers<void> | null = null;

  /** Starts initialising at once; trouble is reported to `onFault`. Throws RangeError for a size no controller has. */
  constructor(options: Hd44780DisplayOptions) {
    this.size = options.size;
    this.#bus = new LimitedBus(options.bus, options.scheduler);
    this.#scheduler = options.scheduler;
    this.#geometry = geometryOf(options.size);
    this.#codes = new FrameCodes(this.#geometry, options.rom ?? "A00");
    this.#backoff = new Backoff(options.scheduler);
    this.#poweredSinceMs = options.poweredSinceMs ?? options.scheduler.nowMs();
    this.#stopped = this.#serve();
  }

  show(frame: Frame): void {
    this.#frame = frame;
    this.#changed();
  }

  backlight(level: BacklightLevel): void {
    this.#lightWanted = level === "off" ? "off" : "full";
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

  /**
   * Over I2C two bus bytes; over GPIO nothing, for nothing can answer there. An expander that lost power since is set up again
   * and the glass painted anew.
   */
  probe(): Promise<void> {
    if (this.#closed || this.#faults.inFault) return Promise.resolve();
    this.#probe ??= Promise.withResolvers();
    this.#wake();
    return this.#probe.promise;
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
    await this.#waitForPowerOn();
    while (!this.#closed) {
      try {
        await this.#bus.open();
        await this.#waitForPowerOn();
        await this.#initialise();
        await this.#paint();
      } catch (cause) {
        this.#report(cause);
        await this.#backoff.wait();
      }
      // Whatever came between may have taken the controller's power as well.
      this.#poweredSinceMs = this.#scheduler.nowMs();
    }
    this.#settled.resolve();
    this.#probed();
    // A bus that failed may fail again at closing; there is nobody left to tell.
    await this.#bus.close().catch(() => undefined);
  }

  #report(cause: unknown): void {
    const timedOut = cause instanceof HalError && cause.code === "hal.display.timeout";
    const message = `the display on ${this.#bus.name} does not answer`;
    this.#faults.begin("io", timedOut ? cause : new HalError("hal.display.io", message, { cause }));
    this.#settled.resolve();
    this.#probed();
  }

  async #initialise(): Promise<void> {
    const wait = (delayMs: number): Promise<void> => this.#wait(delayMs);
    this.#image.forget();
    this.#lightSet = null;
    if (this.#everReady) {
      await initialiseAgain(this.#bus, wait);
      this.#image.homed();
      this.#switchOnDue = true;
    } else {
      await initialiseEmpty(this.#bus, wait);
      this.#image.cleared();
      this.#everReady = true;
    }
    this.#initialisedMs = this.#scheduler.nowMs();
  }

  /** Keeps the controller's memory what is wanted, until closed, or something fails, or a probe finds power lost. */
  async #paint(): Promise<void> {
    while (!this.#closed) {
      if (this.#probe !== null) {
        const whole = await this.#bus.probe();
        this.#probed();
        if (!whole) {
          this.#leaveRest();
          return;
        }
      }
      if (this.#lightSet !== this.#lightWanted) {
        const level = this.#lightWanted;
        await this.#bus.backlight(level);
        this.#lightSet = level;
        continue;
      }
      const bytes = this.#nextBytes();
      if (bytes.length > 0) await this.#transact(bytes.slice(0, this.#bus.fit(bytes)));
      else await this.#rest();
    }
  }

  #probed(): void {
    this.#probe?.resolve();
    this.#probe = null;
  }

  /**
   * What is still to be sent, computed anew for each transaction: so the newest frame always takes over. A key's echo goes
   * first, whatever else is pending; glyphs go before the cells that show them.
   */
  #nextBytes(): readonly LcdByte[] {
    const { ddram, ddramAddress } = this.#image;
    if (this.#frame !== null) this.#codes.take(this.#frame, ddram);
    this.#frame = null;
    const { wanted } = this.#codes;
    const glyphs = glyphDiff(this.#image, this.#codes.glyphs());
    const urgent = this.#codes.urgent(glyphs.length === 0);
    if (glyphs.length > 0) {
      const echoes = urgentDiff(ddram, wanted, this.#geometry, ddramAddress, urgent);
      return echoes.length > 0 ? echoes : glyphs;
    }
    const cells = frameDiff(ddram, wanted, this.#geometry, ddramAddress, urgent);
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

  #waitForPowerOn(): Promise<void> {
    return this.#wait(this.#poweredSinceMs + POWER_ON_MS - this.#scheduler.nowMs());
  }

  #turn(): Promise<void> {
    return new Promise((resolve) => this.#scheduler.soon(resolve));
  }

  #wait(delayMs: number): Promise<void> {
    if (delayMs <= 0) return Promise.resolve();
    return new Promise((resolve) => this.#scheduler.after(delayMs, resolve));
  }
}
