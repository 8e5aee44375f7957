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
/**
 * A key is released once every reading for this long found it open. Contacts bounce for 6.2 ms at worst of 16 kinds, and
 * cheap membranes for 10; twice that. People need 80 ms and more from one press of a key to its next.
 */
export const RELEASE_QUIET_MS = 20;
/** A key down for this long is not under a finger: it is stuck, and counts as open until it opens. */
export const STUCK_AFTER_MS = 30_000;
/** Between readings while only stuck keys are down: the others must still be found, but the matrix cannot be armed. */
export const STUCK_SCAN_INTERVAL_MS = 20;

/** A reading: bit `row * columns + column` is set where the crossing reads closed. */
export type MatrixReading = number;

/** Crossings of a reading must fit a small integer. */
export const MAX_CROSSINGS = 30;

export interface ScanResult {
  /** Crossings newly pressed, in the order in which they were first seen closed. */
  readonly presses: readonly number[];
  /** How long until the next reading is due; null when nothing is down and the matrix can be left alone. */
  readonly nextScanMs: number | null;
  /** How many keys are stuck. */
  readonly stuck: number;
}

type Phase = "open" | "confirming" | "down" | "stuck";

interface Crossing {
  phase: Phase;
  /** When it was first seen closed. */
  closedSinceMs: number;
  /** When the present run of open readings began; null while it reads closed. */
  openSinceMs: number | null;
}

const NO_PRESSES: readonly number[] = [];

export class MatrixScanner {
  readonly #rows: number;
  readonly #columns: number;
  readonly #crossings: readonly Crossing[];

  constructor(rows: number, columns: number) {
    if (rows < 1 || columns < 1 || rows * columns > MAX_CROSSINGS) {
      throw new RangeError(`a matrix of ${rows} by ${columns}: 1 to ${MAX_CROSSINGS} crossings are possible`);
    }
    this.#rows = rows;
    this.#columns = columns;
    this.#crossings = Array.from({ length: rows * columns }, () => ({
      phase: "open",
      closedSinceMs: 0,
      openSinceMs: null,
    }));
  }

  /** Takes a reading made at `nowMs` (monotonic). */
  scan(reading: MatrixReading, nowMs: number): ScanResult {
    const ambiguous = ambiguousCrossings(reading, this.#rows, this.#columns);
    let presses: number[] | null = null;
    for (const [index, crossing] of this.#crossings.entries()) {
      const bit = 1 << index;
      if ((ambiguous & bit) !== 0) this.#readAmbiguous(crossing);
      else if ((reading & bit) === 0) this.#readOpen(crossing, nowMs);
      else if (this.#readClosed(crossing, nowMs)) (presses ??= []).push(index);
    }
    presses?.sort((one, other) => this.#closedSinceMs(one) - this.#closedSinceMs(other) || one - other);
    return { presses: presses ?? NO_PRESSES, ...this.#outlook(reading) };
  }

  /** Forgets everything: for after a fault, when nobody knows what happened meanwhile. */
  reset(): void {
    for (const crossing of this.#crossings) {
      crossing.phase = "open";
      crossing.openSinceMs = null;
    }
  }

  /** Nobody can tell what is closed in a rectangle: what was down stays down, what was not is not believed. */
  #readAmbiguous(crossing: Crossing): void {
    crossing.openSinceMs = null;
    if (crossing.phase === "confirming") crossing.phase = "open";
  }

  #readOpen(crossing: Crossing, nowMs: number): void {
    if (crossing.phase === "open") return;
    crossing.openSinceMs ??= nowMs;
    const quiet = nowMs - crossing.openSinceMs >= RELEASE_QUIET_MS;
    if (crossing.phase === "confirming" || quiet) crossing.phase = "open";
  }

  /** Returns true when this reading makes it a press. */
  #readClosed(crossing: Crossing, nowMs: number): boolean {
    crossing.openSinceMs = null;
    const closedForMs = nowMs - crossing.closedSinceMs;
    switch (crossing.phase) {
      case "open":
        crossing.phase = "confirming";
        crossing.closedSinceMs = nowMs;
        return false;
      case "confirming":
        if (closedForMs < CONFIRM_MS) return false;
        crossing.phase = "down";
        return true;
      case "down":
        if (closedForMs >= STUCK_AFTER_MS) crossing.phase = "stuck";
        return false;
      case "stuck":
        return false;
    }
  }

  #closedSinceMs(index: number): number {
    return this.#crossings[index]?.closedSinceMs ?? 0;
  }

  #outlook(reading: MatrixReading): { nextScanMs: number | null; stuck: number } {
    let stuck = 0;
    let confirming = false;
    let down = reading !== 0;
    for (const { phase } of this.#crossings) {
      if (phase === "stuck") stuck++;
      if (phase === "confirming") confirming = true;
      if (phase === "down") down = true;
    }
    if (confirming) return { nextScanMs: CONFIRM_MS, stuck };
    if (stuck > 0 && !this.#othersDown(reading)) return { nextScanMs: STUCK_SCAN_INTERVAL_MS, stuck };
    return { nextScanMs: down ? SCAN_INTERVAL_MS : null, stuck };
  }

  /** Whether any crossing but the stuck ones is down or reads closed. */
  #othersDown(reading: MatrixReading): boolean {
    return this.#crossings.some(
      ({ phase }, index) => phase !== "stuck" && (phase !== "open" || (reading & (1 << index)) !== 0),
    );
  }
}

/**
 * Crossings of every rectangle in a reading: where two rows read closed in the same two columns, three keys or four may
 * be down, and which cannot be told. Returns their bits.
 */
export function ambiguousCrossings(reading: MatrixReading, rows: number, columns: number): MatrixReading {
  const rowMask = (1 << columns) - 1;
  let ambiguous = 0;
  for (let one = 0; one < rows; one++) {
    const oneRow = (reading >> (one * columns)) & rowMask;
    // A row with one key or none has no part in a rectangle.
    if ((oneRow & (oneRow - 1)) === 0) continue;
    for (let other = one + 1; other < rows; other++) {
      const shared = oneRow & (reading >> (other * columns));
      if ((shared & (shared - 1)) !== 0)
        ambiguous |= (shared << (one * columns)) | (shared << (other * columns));
    }
  }
  return ambiguous;
}
