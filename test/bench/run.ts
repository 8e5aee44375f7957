import { Bench, type Result, type Row } from "./row.ts";

export interface RunOptions {
  readonly quick: boolean;
  /** Rows whose names begin so; null for all. */
  readonly only: string | null;
}

/** Told of each result as it comes. */
export type Listener = (result: Result) => void;

/** Measures rows one after the other. One that cannot be measured is not ok, and `onFailure` is told why. */
export async function runRows(
  rows: readonly Row[],
  { quick, only }: RunOptions,
  onResult: Listener,
  onFailure: (row: Row, error: unknown) => void,
): Promise<Result[]> {
  await using bench = new Bench(quick);
  const results: Result[] = [];
  for (const row of rows.filter(({ name }) => name.startsWith(only ?? ""))) {
    const value = await measured(row, bench, onFailure);
    const { name, unit, limit, against } = row;
    const ok = value !== null && (limit === null || value <= limit);
    const outcome = { name, value, unit, limit, ok, against };
    results.push(outcome);
    onResult(outcome);
  }
  return results;
}

/** 0 when every row is ok and there was one. */
export function exitCodeOf(results: readonly Result[]): 0 | 1 {
  return results.length > 0 && results.every(({ ok }) => ok) ? 0 : 1;
}

async function measured(
  row: Row,
  bench: Bench,
  onFailure: (row: Row, error: unknown) => void,
): Promise<number | null> {
  try {
    const value = await row.measure(bench);
    if (Number.isFinite(value)) return value;
    throw new RangeError(`${row.name} was measured as ${value}`);
  } catch (error) {
    onFailure(row, error);
    return null;
  }
}
