/** A reading of a matrix: a mask for each row, bit c set where the crossing with column c reads closed. */
export type MatrixReading = readonly number[];

/**
 * Tells for each row whether what it reads is in doubt. Closed contacts join rows and columns into groups, in which every
 * row reads every column: three keys of a rectangle make the fourth corner appear. So of a group with two rows and two
 * columns nobody can tell which crossings are closed. Groups of one row, or of one column, hide nothing.
 *
 * A group that reads like three corners, or a longer path, cannot be: the contacts moved between one row's turn and the next.
 * It is as doubtful as the full rectangle.
 */
export function doubtfulRows(reading: MatrixReading): readonly boolean[] {
  // Rows are in a larger group exactly when they share a column with another row and one of the two has more columns.
  return reading.map((one, row) =>
    reading.some((other, otherRow) => otherRow !== row && (one & other) !== 0 && (many(one) || many(other))),
  );
}

function many(columns: number): boolean {
  return (columns & (columns - 1)) !== 0;
}
