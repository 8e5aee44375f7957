import sqlite3InitModule, { type PreparedStatement, type Sqlite3Static } from "@sqlite.org/sqlite-wasm";
import type { SqlDriver, SqlStatement } from "../../protocol/seams.ts";
import { sqlError } from "../../protocol/seams/sql-error.ts";
import type { Volume } from "../../device/ledger/volume.ts";
import { diskVolume } from "./disk-volume.ts";
import { registerDiskVfs, type DiskVfs } from "./disk-vfs.ts";
import type { SimulatedDisk } from "./simulated-disk.ts";
import { wasmCalls, wasmStatement, type WasmCalls } from "./wasm-statement.ts";

/** SQLite's wasm build on simulated disks: the second implementation of {@link SqlDriver}. */
export interface SqliteWasm {
  /** Makes a disk known; databases on it are then opened by name. */
  mount(disk: SimulatedDisk): MountedDisk;
}

export interface MountedDisk extends Volume {
  /** Closes what is open on it. A disk without power takes nothing of what SQLite writes on that occasion. */
  closeAll(): void;
  /** Closes what is open, and forgets the disk: worlds by the thousand run in one process. */
  unmount(): void;
}

let loading: Promise<SqliteWasm> | null = null;

/** Loads the wasm module, once per process. */
export function loadSqliteWasm(): Promise<SqliteWasm> {
  loading ??= sqlite3InitModule().then((sqlite3) => {
    // Failures are thrown with their codes; the package would also print them.
    Object.assign(sqlite3.config, { warn: () => undefined });
    const vfs = registerDiskVfs(sqlite3);
    const calls = wasmCalls(sqlite3);
    return {
      mount(disk: SimulatedDisk) {
        const prefix = vfs.mount(disk);
        const drivers = new Set<SqlDriver>();
        const closeAll = (): void => {
          for (const driver of drivers) driver.close();
          drivers.clear();
        };
        const volume = diskVolume(disk, (name) => {
          const driver = openOn(calls, vfs, `${prefix}/${name}`);
          drivers.add(driver);
          return driver;
        });
        return {
          ...volume,
          closeAll,
          unmount() {
            closeAll();
            vfs.unmount(prefix);
          },
        };
      },
    };
  });
  return loading;
}

function openOn(calls: WasmCalls, vfs: DiskVfs, filename: string): SqlDriver {
  const { sqlite3 } = calls;
  const database = coded(sqlite3, () => new sqlite3.oo1.DB({ filename, flags: "c", vfs: vfs.vfsName }));
  // WAL without shared memory needs the lock to be exclusive before the journal mode is set (sqlite.org/wal.html 8).
  coded(sqlite3, () => database.exec("PRAGMA locking_mode = EXCLUSIVE"));
  const statements = new Map<string, { prepared: PreparedStatement; statement: SqlStatement }>();

  function prepare(sql: string): SqlStatement {
    const known = statements.get(sql);
    if (known !== undefined) return known.statement;
    const prepared = coded(sqlite3, () => database.prepare(sql));
    const statement = codedStatement(sqlite3, wasmStatement(calls, database, prepared));
    statements.set(sql, { prepared, statement });
    return statement;
  }

  return {
    prepare,
    exec(sql) {
      if (OF_TRANSACTIONS.has(sql)) prepare(sql).run([]);
      else coded(sqlite3, () => database.exec(sql));
    },
    close() {
      for (const { prepared } of statements.values()) prepared.finalize();
      statements.clear();
      database.close();
    },
  };
}

/** Said several times a punch: parsed once. */
const OF_TRANSACTIONS: ReadonlySet<string> = new Set(["BEGIN IMMEDIATE", "COMMIT", "ROLLBACK"]);

function codedStatement(sqlite3: Sqlite3Static, statement: SqlStatement): SqlStatement {
  return {
    reader: statement.reader,
    run: (parameters) => coded(sqlite3, () => statement.run(parameters)),
    all: (parameters) => coded(sqlite3, () => statement.all(parameters)),
    get: (parameters) => coded(sqlite3, () => statement.get(parameters)),
  };
}

function coded<Result>({ capi, SQLite3Error }: Sqlite3Static, run: () => Result): Result {
  try {
    return run();
  } catch (cause) {
    const symbol = cause instanceof SQLite3Error ? capi.sqlite3_js_rc_str(cause.resultCode) : null;
    throw sqlError(cause, symbol ?? null);
  }
}
