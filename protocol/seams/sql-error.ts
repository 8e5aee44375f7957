import { CodedError } from "../errors.ts";

/** What SQLite's own result codes (sqlite.org/rescode.html) mean to who keeps the file; everything else is `store.sql`. */
const FINER: readonly (readonly [prefix: string, code: string])[] = [
  ["SQLITE_FULL", "store.full"],
  ["SQLITE_CORRUPT", "store.corrupt"],
  ["SQLITE_NOTADB", "store.not-a-database"],
  // Reads that bring too little come from a file that was cut short.
  ["SQLITE_IOERR_SHORT_READ", "store.corrupt"],
  ["SQLITE_IOERR", "store.io"],
  ["SQLITE_CANTOPEN", "store.open"],
];

/** The error of a SQLite connection. `symbol` is SQLite's name of the result code, null when it named none. */
export function sqlError(cause: unknown, symbol: string | null): CodedError {
  const code = FINER.find(([prefix]) => symbol?.startsWith(prefix) === true)?.[1] ?? "store.sql";
  return new CodedError(code, cause instanceof Error ? cause.message : "SQLite failed", { cause });
}
