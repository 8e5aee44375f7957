import { doubtfulRows, type MatrixReading } from "./ghosts.ts";
import { MAX_LINES_PER_SIDE } from "./layouts.ts";

/**
 * Decides from readings of a switch matrix what was pressed. Pure: readings and times go in, presses and the time to
 * the next reading come out; it neither waits nor touches a line.
 *
 * A press is reported eagerly, after one more reading has confirmed it. A release is believed late, after the contact
 * has been quiet for longer than any contact bounces. So bouncing at either end never makes a second press.
 */

/**
 * A key that reads closed is read again after this long; closed both times, it is pressed. Long enough that one spike
 * on a cable (microseconds) cannot be in both readings, short enough not to be felt.
 */
export const CONFIRM_MS = 2;
/** Between readings while anything is down: a fifth of RELEASE_QUIET_MS, so that a release is seen from several. */
export const SCAN_INTERVAL_MS = 4;
/** Contacts bounce for 6.2 ms at worst of 16 kinds; cheap membranes get more. */
export const LONGEST_BOUNCE_MS = 10;
/**
 * A key is released once every reading for this long found it open: twice the longest bounce. People need 80 ms and more
 * from one press of a key to its next.
 */
export const RELEASE_QUIET_MS = 20;
/** A key down for this long is not under a finger: it is stuck, and counts as open until it opens. */
export const STUCK_AFTER_MS = 30_000;
/**
 * A stuck key holds its column low, so that the column's other keys make no edge at rest: between readings that look for
 * them. Somebody who gets no answer presses longer than this.
 */
export const STUCK_SCAN_INTERVAL_MS = 250;
/** The same while somebody types: no press is shorter. */
export const STUCK_TYPING_INTERVAL_MS = 20;
/** After its last press a hand counts as typing for this long: as long as the terminal waits for a PIN's next digit. */
export const TYPING_MS = 10_000;

export interface ScanResult {
  /** Crossings newly pressed, as `row * columns + column`, in the order in which they were first seen closed. */
  readonly presses: readonly number[];
  /** Whether the matrix may rest until an edge: nothing is down but keys that are stuck. */
  readonly resting: boolean;
  /** How long until the next reading is due even without an edge; null when none is. */
  readonly nextScanMs: number | null;
  /** Crossings that are stuck, in order. */
  readonly stuck: readonly number[];
}

/** Unclear: it reads closed, but may be the ghost of three others. */
type Phase = "open" | "confirming" | "unclear" | "down" | "stuck";

interface Crossing {
  phase: Phase;
  /** When it was first seen closed since it was open. */
  closedSinceMs: number;
  /** When its confirmation began. */
  confirmingSinceMs: number;
  /** When the present run of open readings began; null while it reads closed. */
  openSinceMs: number | null;
  lastClosedMs: number;
}

const NEVER_MS = Number.NEGATIVE_INFINITY;
const NONE: readonly number[] = [];

export class MatrixScanner {
  readonly #columns: number;
  readonly #crossings: readonly Crossing[];
  #lastPressMs = NEVER_MS;

  /** Throws RangeError for a matrix that has no lines on a side or more than {@link MAX_LINES_PER_SIDE}. */
  constructor(rows: number, columns: number) {
    if (Math.min(rows, columns) < 1 || Math.max(rows, columns) > MAX_LINES_PER_SIDE) {
      throw new RangeError(
        `a matrix of ${rows} by ${columns}: 1 to ${MAX_LINES_PER_SIDE} of each are possible`,
      );
    }
    this.#columns = columns;
    this.#crossings = Array.from({ length: rows * columns }, () => ({
      phase: "open",
      closedSinceMs: 0,
      confirmingSinceMs: 0,
      openSinceMs: null,
      lastClosedMs: NEVER_MS,
    }));
  }

  /** Takes a reading made at `nowMs` (monotonic). */
  scan(reading: MatrixReading, nowMs: number): ScanResult {
    const doubtful = doubtfulRows(this.#maybeClosed(reading, nowMs));
    let presses: number[] | null = null;
    for (const [index, crossing] of this.#crossings.entries()) {
      const row = Math.trunc(index / this.#columns);
      const closed = (((reading[row] ?? 0) >> (index % this.#columns)) & 1) === 1;
      if (!closed) readOpen(crossing, nowMs);
      else if (readClosed(crossing, nowMs, doubtful[row] === true)) (presses ??= []).push(index);
    }
    if (presses !== null) this.#lastPressMs = nowMs;
    presses?.sort((one, other) => this.#closedSinceMs(one) - this.#closedSinceMs(other) || one - other);
    return { presses: presses ?? NONE, ...this.#outlook(nowMs) };
  }

  /** Forgets everything: for after a fault, when nobody knows what happened meanwhile. */
  reset(): void {
    this.#lastPressMs = NEVER_MS;
    for (const crossing of this.#crossings) {
      crossing.phase = "open";
      crossing.openSinceMs = null;
      crossing.lastClosedMs = NEVER_MS;
    }
  }

  /** A contact that was closed a moment ago may have bounced open in this row's turn and closed in the next one's. */
  #maybeClosed(reading: MatrixReading, nowMs: number): MatrixReading {
    const maybe = [...reading];
    for (const [index, { lastClosedMs }] of this.#crossings.entries()) {
      if (nowMs - lastClosedMs > LONGEST_BOUNCE_MS) continue;
      const row = Math.trunc(index / this.#columns);
      maybe[row] = (maybe[row] ?? 0) | (1 << (index % this.#columns));
    }
    return maybe;
  }

  #closedSinceMs(index: number): number {
    return this.#crossings[index]?.closedSinceMs ?? 0;
  }

  #outlook(nowMs: number): Omit<ScanResult, "presses"> {
    let stuck: number[] | null = null;
    let confirming = false;
    let moving = false;
    for (const [index, { phase, openSinceMs }] of this.#crossings.entries()) {
      if (phase === "stuck") (stuck ??= []).push(index);
      if (phase === "confirming") confirming = true;
      if (phase === "down" || phase === "unclear" || (phase === "stuck" && openSinceMs !== null))
        moving = true;
    }
    const resting = !confirming && !moving;
    if (!resting) {
      return { resting, nextScanMs: confirming ? CONFIRM_MS : SCAN_INTERVAL_MS, stuck: stuck ?? NONE };
    }
    if (stuck === null) return { resting, nextScanMs: null, stuck: NONE };
    const typing = nowMs - this.#lastPressMs < TYPING_MS;
    return { resting, nextScanMs: typing ? STUCK_TYPING_INTERVAL_MS : STUCK_SCAN_INTERVAL_MS, stuck };
  }
}

function readOpen(crossing: Crossing, nowMs: number): void {
  if (crossing.phase === "open") return;
  crossing.openSinceMs ??= nowMs;
  const quiet = nowMs - crossing.openSinceMs >= RELEASE_QUIET_MS;
  if (crossing.phase === "confirming" || quiet) crossing.phase = "open";
}

/** Returns true when this reading makes it a press. Where it is in doubt, what was down stays down, and nothing else is believed. */
function readClosed(crossing: Crossing, nowMs: number, doubtful: boolean): boolean {
  crossing.openSinceMs = null;
  crossing.lastClosedMs = nowMs;
  if (crossing.phase === "open") crossing.closedSinceMs = nowMs;
  switch (crossing.phase) {
    case "confirming":
      if (doubtful) crossing.phase = "unclear";
      else if (nowMs - crossing.confirmingSinceMs >= CONFIRM_MS) {
        crossing.phase = "down";
        return true;
      }
      return false;
    case "open":
    case "unclear":
      crossing.phase = doubtful ? "unclear" : "confirming";
      crossing.confirmingSinceMs = nowMs;
      break;
    case "down":
      break;
    case "stuck":
      return false;
  }
  if (crossing.phase !== "confirming" && nowMs - crossing.closedSinceMs >= STUCK_AFTER_MS)
    crossing.phase = "stuck";
  return false;
}
