import type { Random } from "../../protocol/seams.ts";

/**
 * When to try again to reach the hub. Each pause has full jitter: uniform from nothing to a bound, so that a thousand terminals
 * do not come back in the same second. The bound doubles with each failure, up to a tenth of how long the outage has lasted: after
 * a minute without the hub a terminal is back within 6 s of its return, after ten minutes and more within a minute.
 */
export const FIRST_PAUSE_MS = 1_000;
/** The bound grows to this however short the outage is. */
export const SHORT_PAUSE_MS = 5_000;
export const LONGEST_PAUSE_MS = 60_000;
const SHARE_OF_OUTAGE = 0.1;
/** Beyond this many doublings the longest pause is reached anyway. */
const MAX_DOUBLINGS = 10;
/** A link that ends sooner did not end the outage: a hub that takes terminals in only to fail is not run over. */
export const STABLE_LINK_MS = 15_000;
/** A hub cannot keep a terminal away for longer at a time. */
export const LONGEST_HINT_MS = 15 * 60_000;
/** Of the hub's hint, on top of it: all that were refused at once come back spread. */
const HINT_JITTER = 0.25;

/** Why there is no link. */
export type Absence =
  | "failed"
  /** The hub said that it goes down: it will be back soon. */
  | "going"
  /** This end wants a new link. */
  | "anew";

export class Backoff {
  readonly #random: Random;
  #failures = 0;
  #outageSinceMs: number | null = null;
  #upSinceMs: number | null = null;

  constructor(random: Random) {
    this.#random = random;
  }

  linkUp(nowMs: number): void {
    this.#upSinceMs = nowMs;
  }

  /** Milliseconds until the next try. `hintMs`: what the hub asked for with its refusal, if it did; it holds this once. */
  pauseMs(nowMs: number, why: Absence, hintMs: number): number {
    const upMs = this.#upSinceMs === null ? null : nowMs - this.#upSinceMs;
    this.#upSinceMs = null;
    if (upMs !== null && (upMs >= STABLE_LINK_MS || why === "going")) {
      this.#failures = 0;
      this.#outageSinceMs = null;
    }
    if (why === "anew") return this.#random.uniform() * FIRST_PAUSE_MS;
    this.#outageSinceMs ??= nowMs;
    const boundMs = pauseBoundMs(this.#failures, nowMs - this.#outageSinceMs);
    this.#failures += 1;
    const waitMs = Math.min(hintMs, LONGEST_HINT_MS);
    return waitMs + this.#random.uniform() * Math.max(boundMs, waitMs * HINT_JITTER);
  }
}

/** The longest pause after so many failures in a row, so long into an outage. */
export function pauseBoundMs(failures: number, outageMs: number): number {
  const doubledMs = FIRST_PAUSE_MS * 2 ** Math.min(failures, MAX_DOUBLINGS);
  return Math.min(doubledMs, Math.max(SHORT_PAUSE_MS, outageMs * SHARE_OF_OUTAGE), LONGEST_PAUSE_MS);
}
