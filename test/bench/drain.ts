import { copyFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CodedError } from "../../protocol/errors.ts";
import { systemScheduler } from "../../protocol/seams/clocks.ts";
import { openBetterSqlite3 } from "../../protocol/seams/better-sqlite3.ts";
import { FaultyProxy } from "../proxy/proxy.ts";
import { makeBacklog, type Backlog } from "./backlog.ts";
import { drainReport, type DrainReport } from "./child/sync-settings.ts";
import {
  postgresDatabases,
  sqliteDatabases,
  type DrainDatabase,
  type DrainDatabases,
  type TableRows,
} from "./drain-databases.ts";
import { openPeopledHub, pairTerminal } from "./hub-world.ts";
import { listenOnLoopback, runTerminal } from "./loopback.ts";
import type { Bench, Row } from "./row.ts";
import { calmest, median } from "./statistics.ts";

/**
 * A backlog of a terminal that was offline for months, handed to its hub: the terminal's ledger in its thread and its client in
 * one process, the hub in another, and every check made. Beside it, the same rows inserted into an equal database in the same
 * batches, with nothing but the driver.
 */
const ROUNDS_QUICK = 4;
const ROUNDS_FULL = 3;
/** Of the rounds, those in which nobody else used the machine much; in the first one no code is warm. */
const CALM_SHARE = 0.5;
const DISCONNECTS = 50;
const HUB_KEY = new Uint8Array(32).fill(7);

type MakeDatabases = (bench: Bench) => Promise<DrainDatabases>;

interface Drained {
  readonly report: DrainReport;
  readonly events: TableRows;
  readonly punches: TableRows;
}

/** Lets a fresh hub on this database take all of the backlog, over a wire that is reset so often on the way. */
async function drain(backlog: Backlog, database: DrainDatabase, resets: number): Promise<Drained> {
  const { terminal, terminalKey, keys, people, boot } = backlog;
  const { core, kiosk } = await openPeopledHub({ store: database.store, hubKey: HUB_KEY }, people);
  await pairTerminal(core.context, kiosk, terminal, keys.publicKey, null);
  const listening = await listenOnLoopback(core);
  const proxy = await FaultyProxy.open(listening.port, systemScheduler);
  proxy.follow(plannedResets(backlog, resets));
  const folder = mkdtempSync(join(tmpdir(), "punchbox-drain-"));
  const path = join(folder, "ledger.db");
  copyFileSync(backlog.path, path);
  try {
    const settings = { path, terminal, terminalKey, ...keys, boot, rounds: 1 };
    const { port } = resets === 0 ? listening : proxy;
    const report = await runTerminal("drain.ts", settings, port, drainReport);
    const { queries } = core.context.store;
    const events = await queries.selectFrom("events").selectAll().orderBy("seq").execute();
    const punches = await queries.selectFrom("punches").selectAll().orderBy("seq").execute();
    return { report, events: events.map((row) => ({ ...row })), punches: punches.map((row) => ({ ...row })) };
  } finally {
    core.sessions.close();
    await proxy.close();
    await listening.close();
    rmSync(folder, { recursive: true });
  }
}

/** What an event comes to on the wire, about: its text with every quote escaped. */
const BYTES_PER_EVENT = 600;
/** What is under way when a wire is reset is sent once more: of each connection's bytes, this share is not acknowledged. */
const SENT_AGAIN = 2;

function plannedResets({ events }: Backlog, count: number): { kind: "reset"; afterBytes: number }[] {
  const afterBytes = Math.floor((events * BYTES_PER_EVENT) / (SENT_AGAIN * Math.max(1, count)));
  return Array.from({ length: count }, () => ({ kind: "reset", afterBytes }));
}

/** Events of the ledger that the hub does not have, has more than once, or has otherwise; and likewise punches. */
function wrongOnes({ path }: Backlog, { events, punches }: Drained): number {
  const ledger = openBetterSqlite3(path);
  const written = ledger.prepare("SELECT seq, hash FROM events").all([]);
  ledger.close();
  const counted = new Map<unknown, number>();
  for (const row of events) counted.set(row["hash"], (counted.get(row["hash"]) ?? 0) + 1);
  const punched = new Map<unknown, number>();
  for (const row of punches) punched.set(row["seq"], (punched.get(row["seq"]) ?? 0) + 1);
  const wrong = written.filter((row) => counted.get(row["hash"]) !== 1 || punched.get(row["seq"]) !== 1);
  return wrong.length + Math.abs(events.length - written.length) + Math.abs(punches.length - written.length);
}

interface DrainRound {
  readonly drainMs: number;
  readonly insertMs: number;
  readonly events: number;
}

async function measureDrain(bench: Bench, make: MakeDatabases): Promise<readonly DrainRound[]> {
  const backlog = await bench.once(makeBacklog);
  const create = await bench.once(make);
  const rounds: DrainRound[] = [];
  for (let round = 0; round < bench.repetitions(ROUNDS_QUICK, ROUNDS_FULL); round += 1) {
    const database = await create();
    const drained = await drain(backlog, database, 0);
    await database.remove();
    const wrong = wrongOnes(backlog, drained);
    if (wrong > 0) throw new CodedError("bench.drain", `${wrong} events are not at the hub exactly once`);
    const { beganMs, endedMs } = drained.report;
    rounds.push({
      drainMs: endedMs - beganMs,
      insertMs: await insertBare(backlog, await create(), drained),
      events: drained.events.length,
    });
  }
  return calmest(rounds, CALM_SHARE, ({ drainMs, insertMs }) => drainMs + insertMs);
}

/** How long it takes to insert what a hub holds, in the batches in which it came, into a database that has none of it. */
async function insertBare(
  { people, terminal, keys }: Backlog,
  database: DrainDatabase,
  { report, events, punches }: Drained,
): Promise<number> {
  const { core, kiosk } = await openPeopledHub({ store: database.store, hubKey: HUB_KEY }, people);
  await pairTerminal(core.context, kiosk, terminal, keys.publicKey, null);
  let after = 0;
  const batches = report.batchEnds.map((end) => {
    const isIn = (row: TableRows[number]): boolean => Number(row["seq"]) > after && Number(row["seq"]) <= end;
    const batch = {
      events: events.slice(after, end),
      punches: punches.slice(after, end).map((row) => ({ ...row, kiosk })),
    };
    if (!batch.events.every(isIn) || !batch.punches.every(isIn)) {
      throw new CodedError("bench.drain", "each event of this backlog is a punch");
    }
    after = end;
    return batch;
  });
  const beganMs = systemScheduler.nowMs();
  for (const batch of batches) await database.insert(batch);
  const insertMs = systemScheduler.nowMs() - beganMs;
  await database.remove();
  return insertMs;
}

/** Rejects when the wire was not reset so often: then nothing was shown. */
async function countWrong(bench: Bench, make: MakeDatabases): Promise<number> {
  const backlog = await bench.once(makeBacklog);
  const create = await bench.once(make);
  const database = await create();
  const drained = await drain(backlog, database, DISCONNECTS);
  await database.remove();
  const disconnects = drained.report.links - 1;
  if (disconnects < DISCONNECTS) {
    throw new CodedError("bench.drain", `the link was lost ${disconnects} times, ${DISCONNECTS} are due`);
  }
  return wrongOnes(backlog, drained);
}

const measureSqlite = (bench: Bench): Promise<readonly DrainRound[]> => measureDrain(bench, sqliteDatabases);
const measurePostgres = (bench: Bench): Promise<readonly DrainRound[]> =>
  measureDrain(bench, postgresDatabases);

const MS_PER_SECOND = 1_000;
/** What it is to come to; it does not yet. */
const GOAL = 1.75;
const BACKLOG = "(10,000 in a quick run)";

function rowsOf(
  database: string,
  make: MakeDatabases,
  measured: (bench: Bench) => Promise<readonly DrainRound[]>,
): Row[] {
  return [
    {
      name: `drain.${database}-100k`,
      unit: "x",
      limit: null,
      against: `inserting the same 100,000 events and punches ${BACKLOG} in the same batches, with nothing but the driver; for information (goal: ${GOAL})`,
      measure: async (bench) =>
        median((await bench.once(measured)).map(({ drainMs, insertMs }) => drainMs / insertMs)),
    },
    {
      name: `drain.${database}-rate`,
      unit: "1/s",
      limit: null,
      against: "events that the hub takes; for information",
      measure: async (bench) =>
        median((await bench.once(measured)).map(({ drainMs, events }) => (events / drainMs) * MS_PER_SECOND)),
    },
    {
      name: `drain.${database}-exactly-once`,
      unit: "events",
      limit: 0,
      against: `lost, doubled or changed of 100,000 ${BACKLOG}, each a punch, through ${DISCONNECTS} resets of the wire, which are counted`,
      measure: (bench) => countWrong(bench, make),
    },
  ];
}

export const drainRows: readonly Row[] = [
  ...rowsOf("sqlite", sqliteDatabases, measureSqlite),
  ...rowsOf("postgres", postgresDatabases, measurePostgres),
];
