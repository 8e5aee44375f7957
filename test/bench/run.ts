import { Bench, type Result, type Row } from "./row.ts";

export interface RunOptions {
  readonly quick: boolean;
  /** Rows whose names begin so; null for all. */
  readonly only: string | null;
  /** How often rows that are not ok are measured again, at full length: other users of a machine make them slow by chance. */
  readonly again?: number;
}

/** Told of each result as it comes. */
export type Listener = (result: Result) => void;

type OnFailure = (row: Row, error: unknown) => void;

/** Measures rows one after the other. One that cannot be measured is not ok, and `onFailure` is told why. */
export async function runRows(
  rows: readonly Row[],
  { quick, only, again = 0 }: RunOptions,
  onResult: Listener,
  onFailure: OnFailure,
): Promise<Result[]> {
  const wanted = rows.filter(({ name }) => name.startsWith(only ?? ""));
  let results = await measureAll(wanted, quick, onResult, onFailure);
  for (let time = 0; time < again && results.some(({ ok }) => !ok); time++) {
    const due = new Set(results.filter(({ ok }) => !ok).map(({ name }) => name));
    const dueRows = wanted.filter(({ name }) => due.has(name));
    const measuredAgain = await measureAll(dueRows, false, onResult, onFailure);
    results = results.map((result) => measuredAgain.find(({ name }) => name === result.name) ?? result);
  }
  return results;
}

async function measureAll(
  rows: readonly Row[],
  quick: boolean,
  onResult: Listener,
  onFailure: OnFailure,
): Promise<Result[]> {
  await using bench = new Bench(quick);
  const results: Result[] = [];
  for (const row of rows) {
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

async function measured(row: Row, bench: Bench, onFailure: OnFailure): Promise<number | null> {
  try {
    const value = await row.measure(bench);
    if (Number.isFinite(value)) return value;
    throw new RangeError(`${row.name} was measured as ${value}`);
  } catch (error) {
    onFailure(row, error);
    return null;
  }
}
