import { readdirSync } from "node:fs";
import { join } from "node:path";
import * as z from "zod";
import { openBetterSqlite3 } from "../../protocol/seams/better-sqlite3.ts";

/** What a copy of a data folder holds, read by nothing of the product but its way to SQLite. */

const row = z.object({ seq: z.int(), hash: z.string(), text: z.string() });
export type StoredEvent = z.infer<typeof row>;

const punchRow = z.object({ seq: z.int(), action: z.string() });
export type StoredPunch = z.infer<typeof punchRow>;

export interface HubEvidence {
  readonly events: readonly StoredEvent[];
  readonly punches: readonly StoredPunch[];
  readonly stores: number;
  readonly forks: number;
}

const LEDGER_NAME = /^ledger-[^.]+\.db$/;

/** Events of the one ledger in a terminal's folder, in order; none before there is one. */
export function terminalEvents(folder: string): StoredEvent[] {
  const ledgers = readdirSync(folder).filter((name) => LEDGER_NAME.test(name));
  const [ledger, second] = ledgers;
  if (ledger === undefined) return [];
  if (second !== undefined) throw new Error(`there are ${ledgers.length} ledgers: ${ledgers.join(", ")}`);
  return query(join(folder, ledger), row, "SELECT seq, hash, text FROM events ORDER BY seq");
}

export function hubEvidence(folder: string): HubEvidence {
  const database = join(folder, "hub.db");
  const count = z.object({ count: z.int() });
  const countOf = (table: string): number =>
    query(database, count, `SELECT count(*) AS count FROM ${table}`)[0]?.count ?? 0;
  return {
    events: query(database, row, "SELECT seq, hash, text FROM events ORDER BY store, seq"),
    punches: query(database, punchRow, "SELECT seq, action FROM punches ORDER BY store, seq"),
    stores: countOf("stores"),
    forks: countOf("forks"),
  };
}

function query<Row>(path: string, schema: z.ZodType<Row>, sql: string): Row[] {
  const driver = openBetterSqlite3(path);
  try {
    return driver
      .prepare(sql)
      .all([])
      .map((each) => schema.parse(each));
  } finally {
    driver.close();
  }
}
