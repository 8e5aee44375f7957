import { Backoff } from "../backoff.ts";
import { HalError } from "../errors.ts";
import { FaultReporter } from "../fault-reporter.ts";
import type { ReaderPlan } from "../plan.ts";
import type { CardNumber, Reader, Scheduler, SerialPorts } from "../ports.ts";
import type { CardFrames } from "./card-frames.ts";
import { HeldCards } from "./held-cards.ts";
import { LineFrames } from "./line-frames.ts";
import { Rdm6300Frames } from "./rdm6300-frames.ts";

/** A port that was there for so long was really there: the next search begins with short waits again. */
export const STEADY_MS = 5000;

/**
 * A card reader behind a serial port: `rdm6300` (see {@link Rdm6300Frames}) or `lines` (see {@link LineFrames}). It reports each card once for
 * each time it is held, and logs none. A port that is not there is reported to `onFault` and looked for again with growing waits.
 */
export class SerialReader implements Reader {
  readonly #plan: ReaderPlan;
  readonly #serial: SerialPorts;
  readonly #scheduler: Scheduler;
  readonly #frames: CardFrames;
  readonly #held = new HeldCards();
  readonly #faults = new FaultReporter();
  readonly #backoff: Backoff;
  readonly #stopped: Promise<void>;
  #onCard: (card: CardNumber) => void = () => undefined;
  #closed = false;
  /** Ends the open port's turn, with what went wrong or null at close. */
  #end: (error: Error | null) => void = () => undefined;

  constructor(plan: ReaderPlan, serial: SerialPorts, scheduler: Scheduler) {
    this.#plan = plan;
    this.#serial = serial;
    this.#scheduler = scheduler;
    this.#frames = framesOf(plan.driver);
    this.#backoff = new Backoff(scheduler);
    this.#stopped = this.#serve();
  }

  /** Frames that were thrown away since the start. Many of them: a wrong baud rate, or another kind of reader. */
  get dropped(): number {
    return this.#frames.dropped;
  }

  onCard(listener: (card: CardNumber) => void): void {
    this.#onCard = listener;
  }

  onFault(listener: (error: HalError) => void): void {
    this.#faults.onFault(listener);
  }

  onRecovered(listener: () => void): void {
    this.#faults.onRecovered(listener);
  }

  /** A reader answers no questions. Its port says by itself when it is gone, and that has been reported by now. */
  probe(): Promise<void> {
    return Promise.resolve();
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#backoff.close();
    this.#end(null);
    await this.#stopped;
  }

  async #serve(): Promise<void> {
    while (!this.#closed) {
      try {
        await this.#readUntilGone();
      } catch (cause) {
        const message = `the card reader on ${this.#plan.path} cannot be read`;
        this.#faults.begin("io", new HalError("hal.reader.io", message, { cause }));
        await this.#backoff.wait();
      }
    }
  }

  async #readUntilGone(): Promise<void> {
    const { path, baudRate } = this.#plan;
    const line = await this.#serial.open(path, { baudRate });
    const openedMs = this.#scheduler.nowMs();
    try {
      if (this.#closed) return;
      line.onData((bytes) => this.#take(bytes));
      const end = new Promise<Error | null>((resolve) => (this.#end = resolve));
      line.onGone(this.#end);
      this.#faults.end("io");
      const error = await end;
      if (error !== null) throw error;
    } finally {
      if (this.#scheduler.nowMs() - openedMs >= STEADY_MS) this.#backoff.reset();
      // A port that is gone may fail to close; there is nothing to be done about it.
      await line.close().catch(() => undefined);
    }
  }

  #take(bytes: Uint8Array): void {
    if (this.#closed) return;
    const atMs = this.#scheduler.nowMs();
    for (const card of this.#frames.push(bytes, atMs)) {
      if (this.#held.isNew(card, atMs)) this.#onCard(card);
    }
  }
}

function framesOf(driver: ReaderPlan["driver"]): CardFrames {
  switch (driver) {
    case "rdm6300":
      return new Rdm6300Frames();
    case "lines":
      return new LineFrames();
  }
}
