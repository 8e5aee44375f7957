import sqlite3InitModule, {
  type Database,
  type PreparedStatement,
  type Sqlite3Static,
} from "@sqlite.org/sqlite-wasm";
import { CodedError } from "../../protocol/errors.ts";
import type { SqlDriver, SqlRow, SqlStatement, SqlValue } from "../../protocol/seams.ts";
import { sqlError } from "../../protocol/seams/sql-error.ts";
import type { Volume } from "../../device/ledger/volume.ts";
import { diskVolume } from "./disk-volume.ts";
import { registerDiskVfs, type DiskVfs } from "./disk-vfs.ts";
import type { SimulatedDisk } from "./simulated-disk.ts";

/** SQLite's wasm build on simulated disks: the second implementation of {@link SqlDriver}. */
export interface SqliteWasm {
  /** Makes a disk known; databases on it are then opened by name. */
  mount(disk: SimulatedDisk): Volume;
}

let loading: Promise<SqliteWasm> | null = null;

/** Loads the wasm module, once per process. */
export function loadSqliteWasm(): Promise<SqliteWasm> {
  loading ??= sqlite3InitModule().then((sqlite3) => {
    // Failures are thrown with their codes; the package would also print them.
    Object.assign(sqlite3.config, { warn: () => undefined });
    const vfs = registerDiskVfs(sqlite3);
    return {
      mount(disk: SimulatedDisk) {
        const prefix = vfs.mount(disk);
        return diskVolume(disk, (name) => openOn(sqlite3, vfs, `${prefix}/${name}`));
      },
    };
  });
  return loading;
}

function openOn(sqlite3: Sqlite3Static, vfs: DiskVfs, filename: string): SqlDriver {
  const database = coded(sqlite3, () => new sqlite3.oo1.DB({ filename, flags: "c", vfs: vfs.vfsName }));
  // WAL without shared memory needs the lock to be exclusive before the journal mode is set (sqlite.org/wal.html 8).
  coded(sqlite3, () => database.exec("PRAGMA locking_mode = EXCLUSIVE"));
  const statements = new Map<string, { prepared: PreparedStatement; statement: SqlStatement }>();

  return {
    prepare(sql) {
      const known = statements.get(sql);
      if (known !== undefined) return known.statement;
      const prepared = coded(sqlite3, () => database.prepare(sql));
      const statement = wrap(sqlite3, database, prepared);
      statements.set(sql, { prepared, statement });
      return statement;
    },
    exec: (sql) => void coded(sqlite3, () => database.exec(sql)),
    close() {
      for (const { prepared } of statements.values()) prepared.finalize();
      statements.clear();
      database.close();
    },
  };
}

function wrap(sqlite3: Sqlite3Static, database: Database, prepared: PreparedStatement): SqlStatement {
  const names = prepared.columnCount > 0 ? prepared.getColumnNames() : [];

  function execute(parameters: readonly SqlValue[], mostRows: number): SqlRow[] {
    return coded(sqlite3, () => {
      try {
        if (parameters.length > 0) prepared.bind([...parameters]);
        const rows: SqlRow[] = [];
        while (rows.length < mostRows && prepared.step()) {
          const values: SqlValue[] = prepared.get([]).map(sqlValue);
          rows.push(Object.fromEntries(names.map((name, index) => [name, values[index] ?? null])));
        }
        return rows;
      } finally {
        prepared.reset(true);
      }
    });
  }

  return {
    reader: names.length > 0,
    run(parameters) {
      execute(parameters, Infinity);
      return {
        changes: database.changes(),
        lastInsertRowid: Number(sqlite3.capi.sqlite3_last_insert_rowid(database)),
      };
    },
    all: (parameters) => execute(parameters, Infinity),
    get: (parameters) => execute(parameters, 1)[0],
  };
}

function sqlValue(value: unknown): SqlValue {
  if (typeof value === "string" || typeof value === "number" || typeof value === "bigint" || value === null)
    return value;
  if (value instanceof Uint8Array) return value;
  throw new CodedError("store.sql", `SQLite returned a ${typeof value}`);
}

function coded<Result>({ capi, SQLite3Error }: Sqlite3Static, run: () => Result): Result {
  try {
    return run();
  } catch (cause) {
    const symbol = cause instanceof SQLite3Error ? capi.sqlite3_js_rc_str(cause.resultCode) : null;
    throw sqlError(cause, symbol ?? null);
  }
}
