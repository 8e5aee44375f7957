import { HalError } from "../errors.ts";
import { FaultReporter } from "../fault-reporter.ts";
import type {
  Bcm,
  GpioBank,
  GpioLines,
  GpioOp,
  Rhythm,
  Scheduler,
  Sounder,
  Volume,
  Timer,
} from "../ports.ts";

/** Times in one rhythm, on and off together; the longest of ours has seven. */
export const MAX_RHYTHM_TIMES = 32;
/** One time in a rhythm: nobody wants a longer beep, and a forgotten one ends. */
export const MAX_RHYTHM_TIME_MS = 2000;

const ON: readonly GpioOp[] = [{ op: "write", mask: 1, levels: 1 }];
const OFF: readonly GpioOp[] = [{ op: "write", mask: 1, levels: 0 }];

export interface GpioBuzzerOptions {
  readonly bank: GpioBank;
  readonly scheduler: Scheduler;
  /** Drives an active buzzer, high is loud. */
  readonly line: Bcm;
}

/**
 * An active buzzer on one line. Trouble makes it silent, never late: a rhythm that cannot start is dropped, and the line is
 * opened again for the next one.
 */
export class GpioBuzzer implements Sounder {
  readonly #options: GpioBuzzerOptions;
  readonly #faults = new FaultReporter();
  #lines: GpioLines | null = null;
  #opening: Promise<void> | null = null;
  #rhythm: Rhythm = [];
  #position = 0;
  #timer: Timer | null = null;
  #closed = false;
  #silent = false;

  constructor(options: GpioBuzzerOptions) {
    this.#options = options;
    this.#opening = this.#open();
  }

  /** Throws RangeError for a rhythm with more than MAX_RHYTHM_TIMES or a time outside 0 to MAX_RHYTHM_TIME_MS. */
  play(rhythm: Rhythm): void {
    const playable = rhythm.every((timeMs) => timeMs >= 0 && timeMs <= MAX_RHYTHM_TIME_MS);
    if (rhythm.length > MAX_RHYTHM_TIMES || !playable) {
      throw new RangeError(`a rhythm has ${MAX_RHYTHM_TIMES} times of 0 to ${MAX_RHYTHM_TIME_MS} ms at most`);
    }
    if (this.#closed) return;
    this.#timer?.cancel();
    this.#rhythm = this.#silent ? [] : rhythm;
    this.#position = 0;
    if (this.#lines !== null) this.#step();
    else this.#opening ??= this.#open();
  }

  onFault(listener: (error: HalError) => void): void {
    this.#faults.onFault(listener);
  }

  onRecovered(listener: () => void): void {
    this.#faults.onRecovered(listener);
  }

  volume(volume: Volume): void {
    this.#silent = volume === "off";
  }

  probe(): Promise<void> {
    return Promise.resolve();
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#timer?.cancel();
    await this.#opening;
    await this.#silence();
  }

  async #open(): Promise<void> {
    const { bank, line } = this.#options;
    try {
      const request = { bcm: line, direction: "out", drive: "push-pull", initial: false } as const;
      this.#lines = await bank.open("punchbox sounder", [request]);
    } catch (cause) {
      this.#report(cause);
      return;
    } finally {
      this.#opening = null;
    }
    this.#faults.end("io");
    // What was asked for meanwhile is only a moment old.
    if (!this.#closed) this.#step();
  }

  /** Plays the present position of the rhythm, even positions being on, and comes back for the next. */
  #step(): void {
    const timeMs = this.#rhythm[this.#position];
    const on = timeMs !== undefined && timeMs > 0 && this.#position % 2 === 0;
    this.#write(on ? ON : OFF);
    if (timeMs === undefined) return;
    this.#position++;
    this.#timer = this.#options.scheduler.after(timeMs, () => this.#step());
  }

  #write(operations: readonly GpioOp[]): void {
    this.#lines?.run(operations).catch((cause: unknown) => {
      this.#report(cause);
      void this.#silence();
    });
  }

  #report(cause: unknown): void {
    this.#rhythm = [];
    this.#timer?.cancel();
    this.#faults.begin(
      "io",
      new HalError("hal.sounder.io", "the sounder's line cannot be driven", { cause }),
    );
  }

  async #silence(): Promise<void> {
    const lines = this.#lines;
    this.#lines = null;
    // Closing makes the line an input: silent, whatever it was. If that fails too, nothing more can be done.
    await lines?.close().catch(() => undefined);
  }
}
