/** Where the dots of a character display are on the page's canvas, in its pixels, and what colours they have. */

/** Edge of one dot. */
export const DOT = 4;
export const CELL_COLUMNS = 5;
export const CELL_ROWS = 8;

const DOT_GAP = 1;
const CELL_GAP = 4;
const MARGIN = 18;
export const CELL_WIDTH = CELL_COLUMNS * (DOT + DOT_GAP);
export const CELL_HEIGHT = CELL_ROWS * (DOT + DOT_GAP);

export const LIT = { glass: "#1d3fbf", cell: "#2247cc", dot: "#f2f6ff" } as const;
export const DARK = { glass: "#0b1a4d", cell: "#0d1e57", dot: "#5d6fa8" } as const;

export interface Place {
  readonly left: number;
  readonly top: number;
}

export function canvasSize(
  columns: number,
  rows: number,
): { readonly width: number; readonly height: number } {
  return {
    width: 2 * MARGIN + columns * (CELL_WIDTH + CELL_GAP) - CELL_GAP,
    height: 2 * MARGIN + rows * (CELL_HEIGHT + CELL_GAP) - CELL_GAP,
  };
}

/** Upper left corner of a cell. */
export function cellPlace(row: number, column: number): Place {
  return { left: MARGIN + column * (CELL_WIDTH + CELL_GAP), top: MARGIN + row * (CELL_HEIGHT + CELL_GAP) };
}

/** Upper left corner of a cell's dot; `x` counts from the left, `y` from the top. */
export function dotPlace(cell: Place, x: number, y: number): Place {
  return { left: cell.left + x * (DOT + DOT_GAP), top: cell.top + y * (DOT + DOT_GAP) };
}

/** Whether dot `x` is set in one line of a cell: five bits, the highest is the left dot. */
export function isSet(line: number, x: number): boolean {
  return ((line >> (CELL_COLUMNS - 1 - x)) & 1) === 1;
}
