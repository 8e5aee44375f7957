import { SET_DDRAM } from "./chip-image.ts";
import { nextAddress, type Geometry } from "./geometry.ts";
import { DATA_FLAG, type LcdByte } from "./lcd-bus.ts";

/**
 * Cells that need no change but are written all the same because that is as cheap as stepping over them: a cursor move is
 * one byte like a cell, and over a PCF8574 the two changes of RS around it make it dearer than one cell, never than two.
 */
export const MAX_BRIDGED_CELLS = 1;

/**
 * A change as short as this is what a key does: a digit, a block, a digit deleted. It goes before longer ones, so that over
 * a slow bus a finger need not wait for a line of help that changes with it; that costs one cursor move at most.
 */
export const MAX_ECHO_CELLS = 2;

/**
 * The cheapest bytes that turn `held` into `wanted`, both indexed by DDRAM address, echoes of keys first. `address` is where
 * the controller's address counter stands, null when unknown. The row order of the glass does not matter: cells are visited
 * as the address counter passes them, beginning where it stands.
 */
export function frameDiff(
  held: ArrayLike<number>,
  wanted: ArrayLike<number>,
  geometry: Geometry,
  address: number | null,
): LcdByte[] {
  const bytes: LcdByte[] = [];
  let counter = address;
  for (const [first, last] of echoesFirst(changedRuns(held, wanted, geometry, address))) {
    // One unchanged cell between the counter and the run is written rather than jumped.
    if (counter !== null && nextAddress(counter) === first && geometry.shows[counter] === 1) {
      bytes.push(DATA_FLAG | (wanted[counter] ?? 0));
    } else if (counter !== first) bytes.push(SET_DDRAM | first);
    for (let cell = first; ; cell = nextAddress(cell)) {
      bytes.push(DATA_FLAG | (wanted[cell] ?? 0));
      counter = nextAddress(cell);
      if (cell === last) break;
    }
  }
  return bytes;
}

/** First and last address of a stretch that is written without a cursor move. */
type Run = readonly [first: number, last: number];

/** The runs in the order in which the address counter meets them, going round once from where it stands. */
function changedRuns(
  held: ArrayLike<number>,
  wanted: ArrayLike<number>,
  geometry: Geometry,
  address: number | null,
): Run[] {
  const { inOrder } = geometry;
  const start =
    address === null
      ? 0
      : Math.max(
          0,
          inOrder.findIndex((cell) => cell >= address),
        );
  const runs: [number, number][] = [];
  for (let index = 0; index < inOrder.length; index++) {
    const cell = inOrder[(start + index) % inOrder.length] ?? 0;
    if (held[cell] === wanted[cell]) continue;
    const run = runs.at(-1);
    if (run !== undefined && reaches(run[1], cell, geometry)) run[1] = cell;
    else runs.push([cell, cell]);
  }
  return runs;
}

/** A run that goes on into the controller's other line is no echo, however short. */
function echoesFirst(runs: readonly Run[]): readonly Run[] {
  const isEcho = ([first, last]: Run): boolean => last >= first && last - first < MAX_ECHO_CELLS;
  return [...runs.filter(isEcho), ...runs.filter((run) => !isEcho(run))];
}

/** Whether `to` follows `from` with no more than MAX_BRIDGED_CELLS in between, all of which show. */
function reaches(from: number, to: number, geometry: Geometry): boolean {
  let cell = nextAddress(from);
  for (let bridged = 0; bridged <= MAX_BRIDGED_CELLS; bridged++) {
    if (cell === to) return true;
    if (geometry.shows[cell] !== 1) return false;
    cell = nextAddress(cell);
  }
  return false;
}
