import type { Scheduler, Timer } from "./ports.ts";

/** Reopening a part: the first try comes soon (a loose plug), later ones ever more rarely (a part that is not there). */
export const FIRST_REOPEN_MS = 250;
export const LONGEST_REOPEN_MS = 30_000;
const GROWTH = 2;

/** Waits between attempts, each twice as long as the one before, until `reset`. */
export class Backoff {
  readonly #scheduler: Scheduler;
  #nextMs = FIRST_REOPEN_MS;
  #timer: Timer | null = null;
  #closed = false;
  #end: () => void = () => undefined;

  constructor(scheduler: Scheduler) {
    this.#scheduler = scheduler;
  }

  /** Resolves when the next attempt is due, and at `close`. */
  wait(): Promise<void> {
    if (this.#closed) return Promise.resolve();
    const delayMs = this.#nextMs;
    this.#nextMs = Math.min(LONGEST_REOPEN_MS, delayMs * GROWTH);
    return new Promise((resolve) => {
      this.#end = resolve;
      this.#timer = this.#scheduler.after(delayMs, resolve);
    });
  }

  /** An attempt succeeded: the next failure begins with a short wait again. */
  reset(): void {
    this.#nextMs = FIRST_REOPEN_MS;
  }

  close(): void {
    this.#closed = true;
    this.#timer?.cancel();
    this.#end();
  }
}
