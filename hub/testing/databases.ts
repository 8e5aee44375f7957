import { randomUUID } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sql } from "kysely";
import { inject } from "vitest";
import { openBetterSqlite3 } from "../../protocol/seams/better-sqlite3.ts";
import { SimulatedDisk } from "../../sim/world/simulated-disk.ts";
import { loadSqliteWasm } from "../../sim/world/sqlite-wasm.ts";
import { openPostgresStore } from "../store/postgres.ts";
import { openHubStore, type HubStore } from "../store/store.ts";

/** An empty database of one test. */
export interface TestDatabase {
  /** Opened again it has what was committed. SQLite takes one store at a time; PostgreSQL is one hub's or several's. */
  open(): Promise<HubStore>;
  /** After every store of it was closed. */
  remove(): Promise<void>;
}

export interface TestDatabases {
  readonly name: string;
  /** Whether several hubs may run on one database at once. */
  readonly isShared: boolean;
  readonly create: () => Promise<TestDatabase>;
}

/**
 * The databases that a file named `*.db.test.ts` runs on: both SQLite builds in the project "unit", PostgreSQL in the
 * project of its name.
 */
export function testDatabases(): readonly TestDatabases[] {
  const postgresUrl = inject("postgresUrl");
  return postgresUrl === undefined ? [BETTER_SQLITE3, SQLITE_WASM] : [postgres(postgresUrl)];
}

const BETTER_SQLITE3: TestDatabases = {
  name: "better-sqlite3",
  isShared: false,
  create() {
    const folder = mkdtempSync(join(tmpdir(), "punchbox-store-"));
    return Promise.resolve({
      open: () => openHubStore(openBetterSqlite3(join(folder, "hub.db"))),
      remove() {
        rmSync(folder, { recursive: true });
        return Promise.resolve();
      },
    });
  },
};

const SQLITE_WASM: TestDatabases = {
  name: "SQLite's wasm build on a simulated disk",
  isShared: false,
  async create() {
    const volume = (await loadSqliteWasm()).mount(new SimulatedDisk());
    return { open: () => openHubStore(volume.open("hub.db")), remove: () => Promise.resolve() };
  },
};

/** One database a test file, emptied for each test: making one takes ten times as long. */
function postgres(serverUrl: string): TestDatabases {
  const name = `test_${randomUUID()}`;
  let url: Promise<string> | null = null;
  const make = async (): Promise<string> => {
    const server = await openPostgresStore(serverUrl);
    await sql`create database ${sql.id(name)}`.execute(server.queries);
    await server.close();
    const made = new URL(serverUrl);
    made.pathname = name;
    return made.href;
  };
  return {
    name: "PostgreSQL",
    isShared: true,
    async create() {
      const own = await (url ??= make());
      const store = await openPostgresStore(own);
      const { rows } = await sql<{ name: string }>`
        select tablename as name from pg_tables where schemaname = 'public' and tablename not like 'kysely%'
      `.execute(store.queries);
      const tables = rows.map((row) => sql.table(row.name));
      await sql`truncate ${sql.join(tables)}`.execute(store.queries);
      await store.close();
      return { open: () => openPostgresStore(own), remove: () => Promise.resolve() };
    },
  };
}
