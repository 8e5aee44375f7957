import {
  SqliteAdapter,
  SqliteDialect,
  type DialectAdapter,
  type SqliteDatabase,
  type SqliteStatement,
} from "kysely";
import { CodedError } from "../../protocol/errors.ts";
import type { SqlDriver, SqlValue } from "../../protocol/seams.ts";

/**
 * Kysely over a {@link SqlDriver}: the hub runs on whatever SQLite is handed to it. Kysely gives the one connection to
 * one query or one transaction at a time, in the order in which they asked.
 */
export class SqlDriverDialect extends SqliteDialect {
  constructor(driver: SqlDriver) {
    super({ database: sqliteDatabase(driver) });
  }

  override createAdapter(): DialectAdapter {
    return new TransactionalSqliteAdapter();
  }
}

/** SQLite's DDL is transactional; with this a migration that fails half way leaves nothing behind. */
class TransactionalSqliteAdapter extends SqliteAdapter {
  override get supportsTransactionalDdl(): boolean {
    return true;
  }
}

function sqliteDatabase(driver: SqlDriver): SqliteDatabase {
  return { prepare: (sql) => sqliteStatement(driver, sql), close: () => driver.close() };
}

function sqliteStatement(driver: SqlDriver, sql: string): SqliteStatement {
  const statement = driver.prepare(sql);
  return {
    reader: statement.reader,
    all: (parameters) => statement.all(parameters.map(sqlValue)),
    run: (parameters) => statement.run(parameters.map(sqlValue)),
    iterate: (parameters) => statement.all(parameters.map(sqlValue)).values(),
  };
}

/** Only what every database of ours can bind; a boolean or a Date here is a mistake in a query. */
function sqlValue(value: unknown): SqlValue {
  if (
    value === null ||
    typeof value === "string" ||
    typeof value === "number" ||
    typeof value === "bigint" ||
    value instanceof Uint8Array
  ) {
    return value;
  }
  throw new CodedError("store.sql", `a ${typeof value} cannot be bound to a statement`);
}
