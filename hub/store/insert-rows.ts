import { CompiledQuery, PostgresAdapter } from "kysely";
import { chunks } from "./chunks.ts";
import type { HubTables, HubTransaction } from "./schema.ts";

/** Tables into which a batch of a terminal's events inserts a row an event. */
type LongTable = "events" | "punches";

/**
 * Inserts rows that all have the same columns in the same order; RangeError otherwise. Ten thousands of rows a second come this way when a terminal hands in what it has
 * recorded in months: the text of a statement is made once, and Kysely does not look at each cell.
 */
export async function insertRows<Table extends LongTable>(
  transaction: HubTransaction,
  table: Table,
  rows: readonly HubTables[Table][],
): Promise<void> {
  const [first] = rows;
  if (first === undefined) return;
  const columns = Object.keys(first);
  const names = columns.join();
  const cells = rows.map((row): unknown[] => {
    if (Object.keys(row).join() !== names)
      throw new RangeError(`rows of ${table} have other columns than the first`);
    return Object.values(row);
  });
  if (transaction.getExecutor().adapter instanceof PostgresAdapter) {
    await transaction.executeQuery(insertOfArrays(table, columns, cells));
    return;
  }
  for (const some of chunks(cells)) {
    await transaction.executeQuery(CompiledQuery.raw(textOf(table, columns, some.length), some.flat()));
  }
}

/** SQLite: rows of marks. */
const texts = new Map<string, string>();

function textOf(table: LongTable, columns: readonly string[], rows: number): string {
  const key = `${table} ${columns.join()} ${rows}`;
  const known = texts.get(key);
  if (known !== undefined) return known;
  const row = `(${columns.map(() => "?").join(", ")})`;
  const text = `${intoText(table, columns)} values ${Array.from({ length: rows }, () => row).join(", ")}`;
  texts.set(key, text);
  return text;
}

/** PostgreSQL: one statement, however many rows there are, with an array a column. */
function insertOfArrays(
  table: LongTable,
  columns: readonly string[],
  rows: readonly (readonly unknown[])[],
): CompiledQuery {
  const arrays = columns.map((_, index) => rows.map((row) => row[index]));
  const types = arrays.map(typeOf);
  const given = types.map((type, index) => `$${index + 1}::${type}[]`).join(", ");
  return CompiledQuery.raw(`${intoText(table, columns)} select * from unnest(${given})`, arrays);
}

function typeOf(cells: readonly unknown[]): string {
  if (cells.some((cell) => typeof cell === "string")) return "text";
  // A monotonic clock has fractions of a millisecond.
  return cells.every((cell) => cell === null || Number.isInteger(cell)) ? "bigint" : "double precision";
}

function intoText(table: LongTable, columns: readonly string[]): string {
  return `insert into "${table}" (${columns.map((column) => `"${column}"`).join(", ")})`;
}
