/**
 * The fewest bus bytes that any driver could need to change what an HD44780 behind a PCF8574 holds, found by exact search, in
 * the cost model of hal/lcd/bus-pcf8574.ts at 100 kHz: four bytes for each byte to the controller, one for each change
 * of RS, one for the address. All in a single transaction, which nobody who lets a key in between can have.
 */
const BYTES_PER_WRITE = 4;
/** A cursor move among data: its four bytes, and RS down and up again. */
const BYTES_PER_MOVE = 6;
const ADDRESS_BYTES = 1;

/** One of the controller's memories as the address counter goes round it. */
export interface Ring {
  /** Whether each cell has to be written, in the counter's order. */
  readonly changed: readonly boolean[];
  /** Whether each may be written in passing: what is there is known. */
  readonly known: readonly boolean[];
  /** Index of the cell that the address counter stands at; null when it stands in the other memory or nobody knows. */
  readonly counter: number | null;
}

/** Bytes to write all that changed in some memories, which share one address counter. 0 when nothing has. */
export function minimumBytes(rings: readonly Ring[]): number {
  const changedAtAll = rings.some(({ changed }) => changed.includes(true));
  if (!changedAtAll) return 0;
  return ADDRESS_BYTES + rings.reduce((sum, ring) => sum + cheapestRound(ring), 0);
}

/**
 * Once round a ring from where the counter stands: a stretch written across that place costs the same cut in two, for there
 * the second part begins without a move. Where it stands elsewhere, every place to begin at is tried.
 */
function cheapestRound(ring: Ring): number {
  if (!ring.changed.includes(true)) return 0;
  if (ring.counter !== null) return cheapestFrom(ring, ring.counter, 0);
  return Math.min(...ring.changed.map((_, cut) => cheapestFrom(ring, cut, Infinity)));
}

/** Dynamic programming over the cells: the cheapest way to have done all before a cell, writing or not at that moment. */
function cheapestFrom({ changed, known }: Ring, cut: number, writingAtStart: number): number {
  let elsewhere = 0;
  let writing = writingAtStart;
  for (let step = 0; step < changed.length; step++) {
    const cell = (cut + step) % changed.length;
    const mayWrite = changed[cell] === true || known[cell] === true;
    const written = mayWrite ? Math.min(writing, elsewhere + BYTES_PER_MOVE) + BYTES_PER_WRITE : Infinity;
    elsewhere = changed[cell] === true ? Infinity : Math.min(elsewhere, writing);
    elsewhere = Math.min(elsewhere, written);
    writing = written;
  }
  return Math.min(elsewhere, writing);
}
