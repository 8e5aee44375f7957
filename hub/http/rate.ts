import type { Scheduler } from "../../protocol/seams.ts";
import { TooMany } from "../access/throttle.ts";

/** How many requests one caller may make: enough for a busy page, too few to keep the hub from its terminals. */

export const RATE_WINDOW_MS = 60_000;
/** Of one session or token: a page fetches a few lists, four times a second at most. */
export const MAX_REQUESTS = 3_000;
/** Of all who are not signed in, of one network. */
export const MAX_OPEN_REQUESTS = 300;
/** Callers that are counted apart; a flood of more shares what is left. */
const MAX_CALLERS = 10_000;

export class RateLimit {
  readonly #scheduler: Scheduler;
  readonly #counts = new Map<string, number>();
  #windowEndsMs: number;

  constructor(scheduler: Scheduler) {
    this.#scheduler = scheduler;
    this.#windowEndsMs = scheduler.nowMs() + RATE_WINDOW_MS;
  }

  /** Counts a request. Throws {@link TooMany} `request.too-many`. */
  take(caller: string, most: number): void {
    const nowMs = this.#scheduler.nowMs();
    if (nowMs >= this.#windowEndsMs) {
      this.#counts.clear();
      this.#windowEndsMs = nowMs + RATE_WINDOW_MS;
    }
    const isKnown = this.#counts.has(caller) || this.#counts.size < MAX_CALLERS;
    const counted = isKnown ? caller : "everyone else";
    const count = (this.#counts.get(counted) ?? 0) + 1;
    this.#counts.set(counted, count);
    if (count > most) {
      throw new TooMany(
        "request.too-many",
        `${most} requests a minute are the most: wait`,
        this.#windowEndsMs - nowMs,
      );
    }
  }
}
