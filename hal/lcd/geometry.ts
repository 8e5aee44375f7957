import type { DisplaySize } from "../ports.ts";

/** DDRAM of one of the two lines, and where the second begins (datasheet, "Display data RAM"). */
export const CELLS_PER_LINE = 40;
export const SECOND_LINE = 0x40;
/** Size of an array indexed by DDRAM address. */
export const DDRAM_SPAN = 0x80;

/** A glass and its cells in DDRAM. */
export interface Geometry {
  readonly size: DisplaySize;
  /** DDRAM address of each cell, row by row. */
  readonly addresses: readonly number[];
  /** The same addresses in the order in which the address counter passes them. */
  readonly inOrder: readonly number[];
  /** 1 at each DDRAM address that shows. */
  readonly shows: Uint8Array;
}

/**
 * Geometry of a glass with two or four rows on one controller: four rows continue lines 0 and 1 in rows 2 and 3
 * (datasheet, "Interface to liquid crystal display"). Throws RangeError for one that a single controller cannot drive.
 */
export function geometryOf(size: DisplaySize): Geometry {
  const { columns, rows } = size;
  const fits = Number.isInteger(columns) && columns >= 1 && (columns * rows) / 2 <= CELLS_PER_LINE;
  if (!fits || (rows !== 2 && rows !== 4)) {
    throw new RangeError(
      `a display of ${columns}x${rows}: two or four rows and 80 cells at most are possible`,
    );
  }
  const addresses = Array.from({ length: columns * rows }, (_, cell) => {
    const row = Math.floor(cell / columns);
    return (row % 2) * SECOND_LINE + (row >> 1) * columns + (cell % columns);
  });
  const shows = new Uint8Array(DDRAM_SPAN);
  for (const address of addresses) shows[address] = 1;
  return { size, addresses, inOrder: addresses.toSorted((one, other) => one - other), shows };
}

/** Where the address counter goes after a write, counting up. */
export function nextAddress(address: number): number {
  if (address === CELLS_PER_LINE - 1) return SECOND_LINE;
  return address === SECOND_LINE + CELLS_PER_LINE - 1 ? 0 : address + 1;
}
