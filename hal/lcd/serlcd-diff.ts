/** A cell to be written, and whether the cursor has to be moved there first. */
export interface CellWrite {
  readonly cell: number;
  readonly move: boolean;
}

/**
 * The cells to write, in order, that turn `held` into `wanted`, both by cell from the top left: urgent ones (1 in `urgent`) first,
 * beginning where the cursor stands (null: not known). Cells in between are written too where that is cheaper than the `moveBytes` of
 * a cursor move. Nothing is assumed of where the cursor goes after the last cell.
 */
export function cellWrites(
  held: ArrayLike<number>,
  wanted: ArrayLike<number>,
  urgent: ArrayLike<number>,
  cursor: number | null,
  moveBytes: number,
): CellWrite[] {
  const writes: CellWrite[] = [];
  const done = new Set<number>();
  let at = cursor;
  const visit = (isUrgent: boolean): void => {
    const start = at ?? 0;
    for (let index = 0; index < wanted.length; index++) {
      const cell = (start + index) % wanted.length;
      if (held[cell] === wanted[cell] || done.has(cell) || (urgent[cell] === 1) !== isUrgent) continue;
      const between = at === null ? -1 : cell - at;
      const move = between < 0 || between >= moveBytes;
      for (let bridged = move ? cell : cell - between; bridged <= cell; bridged++) {
        writes.push({ cell: bridged, move: move && bridged === cell });
        done.add(bridged);
      }
      at = cell + 1;
    }
  };
  visit(true);
  visit(false);
  return writes;
}
