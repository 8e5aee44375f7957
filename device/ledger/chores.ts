import type { Scheduler, Timer } from "../../protocol/seams.ts";
import type { KeptStore } from "./kept-store.ts";

/** Nobody's first punch of the day waits for the chores of a start. */
export const BEGIN_AFTER_MS = 5_000;
/** Between two slices, so that whoever asks is answered between them. */
export const PAUSE_MS = 20;
/** After the store was used, and not more often: an idle terminal has no timer here. */
export const AFTER_USE_MS = 60_000;

/** Has a store look after itself when nobody needs it. */
export class Chores {
  readonly #kept: KeptStore;
  readonly #scheduler: Scheduler;
  #timer: Timer | null = null;
  #stopped = false;

  constructor(kept: KeptStore, scheduler: Scheduler) {
    this.#kept = kept;
    this.#scheduler = scheduler;
    this.#after(BEGIN_AFTER_MS);
  }

  /** The store was used: there may be something to do. */
  used(): void {
    if (this.#timer === null) this.#after(AFTER_USE_MS);
  }

  stop(): void {
    this.#stopped = true;
    this.#timer?.cancel();
  }

  #after(delayMs: number): void {
    if (this.#stopped) return;
    this.#timer = this.#scheduler.after(delayMs, () => {
      this.#timer = null;
      if (this.#kept.chore()) this.#after(PAUSE_MS);
    });
  }
}
