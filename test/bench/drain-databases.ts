import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sql } from "kysely";
import { Client } from "pg";
import { openPostgresStore } from "../../hub/store/postgres.ts";
import { openHubStore, type HubStore } from "../../hub/store/store.ts";
import { openBetterSqlite3 } from "../../protocol/seams/better-sqlite3.ts";
import { startPostgres } from "../postgres/cluster.ts";
import type { Bench } from "./row.ts";

/** The databases that backlogs are drained into, and the barest way into each. */

export type Cell = string | number | null;
/** Rows of a table, by its columns' names. */
export type TableRows = readonly Readonly<Record<string, Cell>>[];

/** What one transaction inserts, table by table. */
export interface BareBatch {
  readonly events: TableRows;
  readonly punches: TableRows;
}

export interface DrainDatabase {
  readonly store: HubStore;
  /** Inserts a batch in one transaction, with nothing between it and the driver. */
  insert(batch: BareBatch): Promise<void>;
  /** Closes and removes it. */
  remove(): Promise<void>;
}

/** An empty database of the hub's, as often as it is called. */
export type DrainDatabases = () => Promise<DrainDatabase>;

const TABLES = ["events", "punches"] as const;

/** On a file, as in production: each row by a prepared statement. */
export function sqliteDatabases(): Promise<DrainDatabases> {
  return Promise.resolve(async () => {
    const folder = mkdtempSync(join(tmpdir(), "punchbox-drain-"));
    const driver = openBetterSqlite3(join(folder, "hub.db"));
    const store = await openHubStore(driver);
    return {
      store,
      insert(batch) {
        driver.exec("BEGIN IMMEDIATE");
        for (const table of TABLES) {
          const columns = Object.keys(batch[table][0] ?? {});
          if (columns.length === 0) continue;
          const marks = columns.map(() => "?").join(", ");
          const statement = driver.prepare(`INSERT INTO ${table} (${columns.join(", ")}) VALUES (${marks})`);
          for (const row of batch[table]) statement.run(columns.map((column) => row[column] ?? null));
        }
        driver.exec("COMMIT");
        return Promise.resolve();
      },
      async remove() {
        await store.close();
        rmSync(folder, { recursive: true });
      },
    };
  });
}

/** On a server of the bench's own: a table's rows of a batch by one statement. */
export async function postgresDatabases(bench: Bench): Promise<DrainDatabases> {
  const cluster = await startPostgres();
  bench.atEnd(cluster.stop);
  let made = 0;
  return async () => {
    const name = `drain_${(made += 1)}`;
    const server = await openPostgresStore(cluster.url);
    await sql`create database ${sql.id(name)}`.execute(server.queries);
    await server.close();
    const url = new URL(cluster.url);
    url.pathname = name;
    const store = await openPostgresStore(url.href);
    const client = new Client({ connectionString: url.href });
    await client.connect();
    return {
      store,
      async insert(batch) {
        await client.query("begin");
        for (const table of TABLES) {
          const rows = batch[table];
          const columns = Object.keys(rows[0] ?? {});
          if (columns.length === 0) continue;
          const cells = columns.map((column) => rows.map((row) => row[column] ?? null));
          const arrays = cells.map((each, index) => `$${index + 1}::${typeOf(each)}[]`).join(", ");
          const text = `insert into ${table} (${columns.join(", ")}) select * from unnest(${arrays})`;
          await client.query({ name: table, text, values: cells });
        }
        await client.query("commit");
      },
      async remove() {
        await client.end();
        await store.close();
      },
    };
  };
}

function typeOf(cells: readonly Cell[]): "text" | "bigint" {
  return cells.some((cell) => typeof cell === "string") ? "text" : "bigint";
}
