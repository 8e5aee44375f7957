import { SET_DDRAM } from "./chip-image.ts";
import { DDRAM_SPAN, nextAddress, type Geometry } from "./geometry.ts";
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
 * The cheapest bytes that turn `held` into `wanted`, both indexed by DDRAM address, cells that are `urgent` (1 at their
 * address) first. `address` is where the controller's address counter stands, null when unknown. The row order of the
 * glass does not matter: cells are visited as the address counter passes them, beginning where it stands.
 */
export function frameDiff(
  held: ArrayLike<number>,
  wanted: ArrayLike<number>,
  geometry: Geometry,
  address: number | null,
  urgent: ArrayLike<number> = marked(echoCells(held, wanted, geometry)),
): LcdByte[] {
  const bytes: LcdByte[] = [];
  const changed = (cell: number): boolean => held[cell] !== wanted[cell];
  const first = runsOf((cell) => changed(cell) && urgent[cell] === 1, geometry, address);
  const counter = write(bytes, first, wanted, geometry, address);
  const rest = runsOf((cell) => changed(cell) && urgent[cell] !== 1, geometry, counter);
  write(bytes, rest, wanted, geometry, counter);
  return bytes;
}

/** Only the urgent part of {@link frameDiff}. */
export function urgentDiff(
  held: ArrayLike<number>,
  wanted: ArrayLike<number>,
  geometry: Geometry,
  address: number | null,
  urgent: ArrayLike<number>,
): LcdByte[] {
  const bytes: LcdByte[] = [];
  const first = runsOf((cell) => urgent[cell] === 1 && held[cell] !== wanted[cell], geometry, address);
  write(bytes, first, wanted, geometry, address);
  return bytes;
}

/** Addresses of the changes from `before` to `after` that are short enough for a key's echo. */
export function echoCells(
  before: ArrayLike<number>,
  after: ArrayLike<number>,
  geometry: Geometry,
): readonly number[] {
  // A run that goes on into the controller's other line is no echo, however short.
  return runsOf((cell) => before[cell] !== after[cell], geometry, null)
    .filter(([first, last]) => last >= first && last - first < MAX_ECHO_CELLS)
    .flatMap(([first, last]) => (first === last ? [first] : [first, last]));
}

function marked(cells: readonly number[]): Uint8Array {
  const marks = new Uint8Array(DDRAM_SPAN);
  for (const cell of cells) marks[cell] = 1;
  return marks;
}

/** First and last address of a stretch that is written without a cursor move. */
type Run = readonly [first: number, last: number];

/** Runs of the cells that `changed` tells, in the order in which the address counter meets them, going round once. */
function runsOf(changed: (cell: number) => boolean, geometry: Geometry, address: number | null): Run[] {
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
    if (!changed(cell)) continue;
    const run = runs.at(-1);
    if (run !== undefined && reaches(run[1], cell, geometry)) run[1] = cell;
    else runs.push([cell, cell]);
  }
  return runs;
}

/** Appends the bytes of these runs; returns where they leave the address counter. */
function write(
  bytes: LcdByte[],
  runs: readonly Run[],
  wanted: ArrayLike<number>,
  geometry: Geometry,
  address: number | null,
): number | null {
  let counter = address;
  for (const [first, last] of runs) {
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
  return counter;
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
