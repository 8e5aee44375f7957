import type { Database, PreparedStatement, Sqlite3Static } from "@sqlite.org/sqlite-wasm";
import * as z from "zod";
import { CodedError } from "../../protocol/errors.ts";
import type { SqlRow, SqlStatement, SqlValue } from "../../protocol/seams.ts";

/**
 * Statements by the C functions of SQLite's wasm build themselves (sqlite.org/c3ref). The package's own way from a value to
 * a parameter and back takes longer than SQLite takes for the row.
 */

const asFunction = (value: unknown): boolean => typeof value === "function";
/** A C function of numbers: pointers, lengths, positions, result codes. */
const onNumbers = z.custom<(...parameters: readonly number[]) => number>(asFunction);
const exported = z.object({
  sqlite3_step: onNumbers,
  sqlite3_reset: onNumbers,
  sqlite3_clear_bindings: onNumbers,
  sqlite3_bind_null: onNumbers,
  sqlite3_bind_double: onNumbers,
  sqlite3_bind_int: onNumbers,
  sqlite3_bind_int64: z.custom<(statement: number, position: number, value: bigint) => number>(asFunction),
  sqlite3_bind_text: onNumbers,
  sqlite3_bind_blob: onNumbers,
  sqlite3_column_type: onNumbers,
  sqlite3_column_int64: z.custom<(statement: number, column: number) => bigint>(asFunction),
  sqlite3_column_double: onNumbers,
  sqlite3_column_text: onNumbers,
  sqlite3_column_blob: onNumbers,
  sqlite3_column_bytes: onNumbers,
  sqlite3_changes: onNumbers,
  sqlite3_last_insert_rowid: z.custom<(database: number) => bigint>(asFunction),
});

const FIRST_SCRATCH_BYTES = 64 * 1024;
/** SQLITE_TRANSIENT: SQLite makes a copy of its own. */
const COPIED = -1;

/** What all statements of one wasm module share. */
export interface WasmCalls {
  readonly sqlite3: Sqlite3Static;
  readonly c: z.infer<typeof exported>;
  /** The module's memory as it is now: it moves when it grows. */
  readonly memory: () => Buffer;
  /** A place for so many bytes of a parameter, until the next is asked for. */
  readonly scratch: (bytes: number) => number;
}

export function wasmCalls(sqlite3: Sqlite3Static): WasmCalls {
  const { wasm } = sqlite3;
  let memory: Buffer = Buffer.alloc(0);
  let scratchBytes = FIRST_SCRATCH_BYTES;
  let scratch = wasm.alloc(scratchBytes);
  return {
    sqlite3,
    c: exported.parse(wasm.exports),
    memory() {
      // The one before is detached, and empty.
      if (memory.length === 0) memory = Buffer.from(wasm.heap8u().buffer);
      return memory;
    },
    scratch(bytes) {
      if (bytes <= scratchBytes) return scratch;
      wasm.dealloc(scratch);
      while (scratchBytes < bytes) scratchBytes *= 2;
      scratch = wasm.alloc(scratchBytes);
      return scratch;
    },
  };
}

/** A statement that was prepared on this connection. Failures are the package's SQLite3Error. */
export function wasmStatement(
  calls: WasmCalls,
  database: Database,
  prepared: PreparedStatement,
): SqlStatement {
  const { c, sqlite3 } = calls;
  const { capi } = sqlite3;
  const [statement, connection] = [prepared.pointer, database.pointer];
  if (statement === undefined || connection === undefined)
    throw new CodedError("store.sql", "a statement of a connection that is closed");
  const names = prepared.columnCount > 0 ? prepared.getColumnNames() : [];
  const { parameterCount } = prepared;

  function check(resultCode: number): void {
    if (resultCode !== capi.SQLITE_OK) sqlite3.oo1.DB.checkRc(database, resultCode);
  }

  function bind(parameters: readonly SqlValue[]): void {
    if (parameters.length !== parameterCount)
      throw new CodedError("store.sql", `${parameters.length} parameters for ${parameterCount} places`);
    for (let index = 0; index < parameters.length; index += 1)
      check(bindOne(calls, statement ?? 0, index + 1, parameters[index] ?? null));
  }

  function execute(parameters: readonly SqlValue[], mostRows: number): SqlRow[] {
    try {
      bind(parameters);
      const rows: SqlRow[] = [];
      while (rows.length < mostRows) {
        const resultCode = c.sqlite3_step(statement ?? 0);
        if (resultCode === capi.SQLITE_DONE) break;
        if (resultCode !== capi.SQLITE_ROW) check(resultCode);
        const row: Record<string, SqlValue> = {};
        for (let column = 0; column < names.length; column += 1)
          row[names[column] ?? ""] = valueOf(calls, statement ?? 0, column);
        rows.push(row);
      }
      return rows;
    } finally {
      c.sqlite3_reset(statement ?? 0);
      if (parameterCount > 0) c.sqlite3_clear_bindings(statement ?? 0);
    }
  }

  return {
    reader: names.length > 0,
    run(parameters) {
      execute(parameters, Infinity);
      return {
        changes: c.sqlite3_changes(connection),
        lastInsertRowid: Number(c.sqlite3_last_insert_rowid(connection)),
      };
    },
    all: (parameters) => execute(parameters, Infinity),
    get: (parameters) => execute(parameters, 1)[0],
  };
}

function bindOne({ c, memory, scratch }: WasmCalls, statement: number, at: number, value: SqlValue): number {
  if (value === null) return c.sqlite3_bind_null(statement, at);
  if (typeof value === "number") {
    if (value === (value | 0)) return c.sqlite3_bind_int(statement, at, value);
    if (Number.isSafeInteger(value)) return c.sqlite3_bind_int64(statement, at, BigInt(value));
    return c.sqlite3_bind_double(statement, at, value);
  }
  if (typeof value === "bigint") {
    if (BigInt.asIntN(64, value) !== value)
      throw new CodedError("store.sql", `${value} does not fit into 64 bits`);
    return c.sqlite3_bind_int64(statement, at, value);
  }
  if (typeof value === "string") {
    // UTF-8 has at most three bytes for each of JavaScript's code units.
    const place = scratch(3 * value.length);
    const bytes = memory().write(value, place, "utf8");
    return c.sqlite3_bind_text(statement, at, place, bytes, COPIED);
  }
  const place = scratch(value.length);
  memory().set(value, place);
  return c.sqlite3_bind_blob(statement, at, place, value.length, COPIED);
}

/** SQLite's fundamental data types (sqlite.org/c3ref/c_blob.html). */
const INTEGER = 1;
const FLOAT = 2;
const TEXT = 3;
const BLOB = 4;

function valueOf({ c, memory }: WasmCalls, statement: number, column: number): SqlValue {
  switch (c.sqlite3_column_type(statement, column)) {
    case INTEGER: {
      const number = c.sqlite3_column_double(statement, column);
      return Number.isSafeInteger(number) ? number : c.sqlite3_column_int64(statement, column);
    }
    case FLOAT:
      return c.sqlite3_column_double(statement, column);
    case TEXT: {
      const start = c.sqlite3_column_text(statement, column);
      return memory().toString("utf8", start, start + c.sqlite3_column_bytes(statement, column));
    }
    case BLOB: {
      const start = c.sqlite3_column_blob(statement, column);
      return new Uint8Array(memory().subarray(start, start + c.sqlite3_column_bytes(statement, column)));
    }
    default:
      return null;
  }
}
