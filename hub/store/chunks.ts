/** Rows in one statement: few statements a batch, and few texts of statements to prepare. */
const ROWS_AT_ONCE = [100, 10, 1] as const;

/** Cuts rows for statements that take many; each piece has one of few lengths. */
export function* chunks<Row>(rows: readonly Row[]): Iterable<readonly Row[]> {
  let done = 0;
  for (const atOnce of ROWS_AT_ONCE) {
    for (; rows.length - done >= atOnce; done += atOnce) yield rows.slice(done, done + atOnce);
  }
}
