import { rmSync } from "node:fs";
import { coreFor } from "../../../device/core/step.ts";
import { prepareDatabase } from "../../../device/ledger/schema.ts";
import { readDirectoryInTurns } from "../../../device/roster/directory-text.ts";
import { decodeHubMessage } from "../../../protocol/messages.ts";
import type { SqlValue } from "../../../protocol/seams.ts";
import { openBetterSqlite3 } from "../../../protocol/seams/better-sqlite3.ts";
import { systemScheduler } from "../../../protocol/seams/clocks.ts";
import type { ColdReport } from "./sync-settings.ts";
import { openSyncedTerminal, report } from "./synced-terminal.ts";
import { watchTurns } from "./turns.ts";

/**
 * `cold-roster.ts SETTINGS`: a terminal that gets its whole roster, forgets it, and gets it again. After each time the same messages
 * are parsed and the same rows inserted into a database of their own, in this thread.
 */
const terminal = await openSyncedTerminal();
const { rounds, path } = terminal.settings;
const { port } = terminal.ledger;
const turns = watchTurns();
const measured: ColdReport[number][] = [];

let texts: string[] = [];
let beganMs = 0;
let longestIdleTurnMs = await turns.ofIdleLoop();

const client = terminal.client({
  async connect() {
    const link = await terminal.connect();
    return {
      send: (text) => link.send(text),
      close: (code, reason) => link.close(code, reason),
      bufferedBytes: () => link.bufferedBytes(),
      listen: (listener) =>
        link.listen({
          message(text) {
            if (text.startsWith('{"type":"roster')) taken(text);
            listener.message(text);
          },
          closed: (code, reason) => listener.closed(code, reason),
        }),
    };
  },
  onRoster: () => void known(systemScheduler.nowMs()),
});

function taken(text: string): void {
  if (texts.length === 0) {
    turns.begin();
    beganMs = systemScheduler.nowMs();
  }
  texts.push(text);
}

/** What a terminal does with a new roster (device/terminal.ts), and the index that it makes while nobody is there. */
async function known(endedMs: number): Promise<void> {
  const [status, listed] = await Promise.all([
    port.status(),
    port.directory().then((text) => readDirectoryInTurns(text, setImmediate)),
  ]);
  const directory = { revision: status.roster?.revision ?? 0, ...listed };
  const core = coreFor({ columns: 20, rows: 4 });
  while (core.prepare(directory)) await new Promise((resolve) => setImmediate(resolve));
  const longestTurnMs = turns.end();
  const people = listed.people.length;
  measured.push({
    rosterMs: endedMs - beganMs,
    bareMs: bareMs(),
    longestTurnMs,
    longestIdleTurnMs,
    people,
  });
  if (measured.length === rounds) {
    report(measured);
    return;
  }
  longestIdleTurnMs = await turns.ofIdleLoop();
  texts = [];
  await port.wipeRoster();
  client.rosterLost();
}

const TABLES = ["people", "directory", "roster"] as const;

function bareMs(): number {
  const source = openBetterSqlite3(path);
  const tables = TABLES.map((table) => ({ table, rows: source.prepare(`SELECT * FROM ${table}`).all([]) }));
  source.close();
  const file = `${path}.bare`;
  const bare = openBetterSqlite3(file);
  prepareDatabase(bare);
  const began = systemScheduler.nowMs();
  for (const text of texts) decodeHubMessage(text);
  bare.exec("BEGIN IMMEDIATE");
  for (const { table, rows } of tables) {
    const columns = Object.keys(rows[0] ?? {});
    const insert = bare.prepare(
      `INSERT INTO ${table} (${columns.join(", ")}) VALUES (${columns.map(() => "?").join(", ")})`,
    );
    for (const row of rows) insert.run(columns.map((column): SqlValue => row[column] ?? null));
  }
  bare.exec("COMMIT");
  const ms = systemScheduler.nowMs() - began;
  bare.close();
  for (const suffix of ["", "-wal", "-shm"]) rmSync(file + suffix, { force: true });
  return ms;
}

client.start();
