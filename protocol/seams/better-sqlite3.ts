import Database from "better-sqlite3";
import { CodedError } from "../errors.ts";
import { sqlError } from "./sql-error.ts";
import type { SqlDriver, SqlRow, SqlStatement, SqlValue } from "../seams.ts";

/** Distinct statement texts one connection may prepare: a growing number means SQL is being built from values. */
const MAX_STATEMENTS = 512;

/**
 * Opens a SQLite file (":memory:" for none) through better-sqlite3. Throws CodedError `store.open` with the path when
 * it cannot; statements throw CodedError `store.sql`, or a finer code of sql-error.ts, whose cause is SQLite's own error.
 */
export function openBetterSqlite3(path: string): SqlDriver {
  let database: Database.Database;
  try {
    database = new Database(path);
  } catch (cause) {
    throw new CodedError("store.open", `cannot open the database ${path}`, { cause });
  }
  const statements = new Map<string, SqlStatement>();

  function prepare(sql: string): SqlStatement {
    const known = statements.get(sql);
    if (known !== undefined) return known;
    if (statements.size >= MAX_STATEMENTS) {
      throw new CodedError("store.sql", `more than ${MAX_STATEMENTS} distinct statements on one connection`);
    }
    const statement = coded(() => database.prepare<SqlValue[], SqlRow>(sql));
    const wrapped: SqlStatement = {
      reader: statement.reader,
      run: (parameters) =>
        coded(() => {
          const result = statement.run(...parameters);
          return { changes: result.changes, lastInsertRowid: Number(result.lastInsertRowid) };
        }),
      all: (parameters) => coded(() => statement.all(...parameters)),
      get: (parameters) => coded(() => statement.get(...parameters)),
    };
    statements.set(sql, wrapped);
    return wrapped;
  }

  return {
    prepare,
    exec: (sql) => coded(() => void database.exec(sql)),
    close: () => void database.close(),
  };
}

function coded<Result>(run: () => Result): Result {
  try {
    return run();
  } catch (cause) {
    throw sqlError(cause, cause instanceof Database.SqliteError ? cause.code : null);
  }
}
