import { spawnSync } from "node:child_process";
import { closeSync, fsyncSync, mkdtempSync, openSync, rmSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import * as z from "zod";
import { openTerminalStore } from "../../device/ledger/store.ts";
import { systemRandom, systemScheduler } from "../../protocol/seams/clocks.ts";
import type { SqlDriver } from "../../protocol/seams.ts";
import { openBetterSqlite3 } from "../../protocol/seams/better-sqlite3.ts";
import { bootId, makeId, personId, terminalId } from "../../protocol/ids.ts";
import type { Bench, Row } from "./row.ts";
import { calmest, median } from "./statistics.ts";

/** What a punch costs the card, against appending the same bytes to a file, and against SQLite's other journal. */

const ROUNDS_QUICK = 8;
const ROUNDS_FULL = 40;
const PUNCHES_PER_ROUND = 25;
/** Of the rounds, those in which nobody else used the disk much. */
const CALM_SHARE = 0.5;
/** Until the log has its size, after the first checkpoint, and is written over from then on: a ledger's life but for its first day. */
const WARM_UP = 800;

interface Commit {
  readonly punchMs: number;
  readonly appendMs: number;
  readonly rollbackMs: number;
}

const terminal = makeId(terminalId, systemRandom);
const boot = { id: makeId(bootId, systemRandom), startedMs: 0 };
const person = makeId(personId, systemRandom);
const stamp = {
  boot: boot.id,
  monotonicMs: 0,
  wallMs: 1_790_000_000_000,
  offsetMinutes: 60,
  clock: "set",
  nonce: "0123456789abcdef",
} as const;
const punch = {
  kind: "punch",
  person,
  payload: { action: "in", auth: "personal", was: "out", again: false },
} as const;

/** SQLite appends so many bytes to its log for a commit: the pages that a punch changes, each with a header. */
const LOG_HEADER_BYTES = 32;

interface Punching {
  readonly punch: () => void;
  readonly close: () => void;
  readonly driver: SqlDriver;
}

function openPunching(path: string, journal: "wal" | "delete"): Punching {
  const driver = openBetterSqlite3(path);
  const store = openTerminalStore(driver, terminal, boot, systemRandom, new Uint8Array(32));
  if (journal === "delete") driver.exec("PRAGMA journal_mode = DELETE");
  for (let count = 0; count < WARM_UP; count += 1) store.record(punch, stamp);
  return { punch: () => void store.record(punch, stamp), close: () => store.close(), driver };
}

/** Bytes that a commit writes: what the log of some punches came to, by their number. */
function bytesPerPunch(folder: string): number {
  const path = join(folder, "bytes.db");
  const punching = openPunching(path, "wal");
  punching.driver.prepare("PRAGMA wal_checkpoint(TRUNCATE)").all([]);
  for (let count = 0; count < PUNCHES_PER_ROUND; count += 1) punching.punch();
  const frames = Number(punching.driver.prepare("PRAGMA wal_checkpoint(PASSIVE)").get([])?.["log"]);
  const pageBytes = Number(punching.driver.prepare("PRAGMA page_size").get([])?.["page_size"]);
  punching.close();
  return Math.ceil((LOG_HEADER_BYTES + frames * (pageBytes + 24)) / PUNCHES_PER_ROUND);
}

async function measureCommits(bench: Bench): Promise<readonly Commit[]> {
  const folder = mkdtempSync(join(process.cwd(), ".bench-ledger-"));
  bench.atEnd(() => rmSync(folder, { recursive: true }));
  const bytes = new Uint8Array(bytesPerPunch(folder));
  const wal = openPunching(join(folder, "wal.db"), "wal");
  const rollback = openPunching(join(folder, "rollback.db"), "delete");
  const file = openSync(join(folder, "appended"), "a");
  const rounds: Commit[] = [];
  const perCall = (call: () => void): number => {
    const beganMs = systemScheduler.nowMs();
    for (let count = 0; count < PUNCHES_PER_ROUND; count += 1) call();
    return (systemScheduler.nowMs() - beganMs) / PUNCHES_PER_ROUND;
  };
  for (let round = 0; round < bench.repetitions(ROUNDS_QUICK, ROUNDS_FULL); round += 1) {
    const punchMs = perCall(wal.punch);
    const appendMs = perCall(() => {
      writeSync(file, bytes);
      fsyncSync(file);
    });
    rounds.push({ punchMs, appendMs, rollbackMs: perCall(rollback.punch) });
  }
  closeSync(file);
  wal.close();
  rollback.close();
  return Promise.resolve(calmest(rounds, CALM_SHARE, ({ punchMs, appendMs }) => punchMs + appendMs));
}

const CHILD = fileURLToPath(new URL("child/punches.ts", import.meta.url));
const STRACE_LIMIT_MS = 120_000;
const FSYNC_LINE = /^\s*\S+\s+\S+\s+\S+\s+(\d+)(?:\s+\d+)?\s+(?:fsync|fdatasync)$/gm;

/** Fsyncs of a process that punches so often, as the kernel counts them. Throws RangeError where strace is not there or not allowed. */
function fsyncsOf(punches: number): number {
  const folder = mkdtempSync(join(tmpdir(), "punchbox-fsyncs-"));
  try {
    const trace = join(folder, "trace");
    const { status } = spawnSync(
      "strace",
      [
        "-f",
        "-c",
        "-e",
        "trace=fsync,fdatasync",
        "-o",
        trace,
        process.execPath,
        CHILD,
        "fsyncs",
        join(folder, "a.db"),
        String(punches),
      ],
      { timeout: STRACE_LIMIT_MS },
    );
    if (status !== 0) throw new RangeError("strace is missing here, or may not trace");
    const counted = spawnSync("cat", [trace], { encoding: "utf8" }).stdout;
    return [...counted.matchAll(FSYNC_LINE)].reduce((sum, [, calls]) => sum + Number(calls), 0);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const FEW_PUNCHES = 20;
const MANY_PUNCHES = 220;

const memoryReport = z.strictObject({ beforeBytes: z.number(), afterBytes: z.number() });
const MEMORY_LIMIT_MS = 600_000;
const MEMORY_PUNCHES_QUICK = 100_000;
const MEMORY_PUNCHES_FULL = 1_000_000;

/** Resident memory of the ledger's process once warm, and after so many punches more. */
function measureMemory(punches: number): z.infer<typeof memoryReport> {
  const folder = mkdtempSync(join(tmpdir(), "punchbox-memory-"));
  try {
    const { stdout } = spawnSync(
      process.execPath,
      ["--expose-gc", CHILD, "memory", join(folder, "a.db"), String(punches)],
      { timeout: MEMORY_LIMIT_MS, encoding: "utf8" },
    );
    return memoryReport.parse(JSON.parse(stdout));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const commits = async (bench: Bench, of: (commit: Commit) => number): Promise<number> =>
  median((await bench.once(measureCommits)).map(of));

export const ledgerRows: readonly Row[] = [
  {
    name: "punch.commit",
    unit: "x",
    limit: 1.25,
    against: "appending as many bytes to a file, each time with an fsync",
    measure: (bench) => commits(bench, ({ punchMs, appendMs }) => punchMs / appendMs),
  },
  {
    name: "punch.vs-rollback-journal",
    unit: "x",
    limit: 0.25,
    against: "the same punch with journal_mode=DELETE",
    measure: (bench) => commits(bench, ({ punchMs, rollbackMs }) => punchMs / rollbackMs),
  },
  {
    name: "punch.fsyncs",
    unit: "",
    limit: null,
    against: "for information: the kernel's count (strace) for each punch, checkpoints apart; 1 is due",
    measure: () =>
      Promise.resolve((fsyncsOf(MANY_PUNCHES) - fsyncsOf(FEW_PUNCHES)) / (MANY_PUNCHES - FEW_PUNCHES)),
  },
  {
    name: "memory.million-punches",
    unit: "%",
    limit: 5,
    against: "growth of resident memory over the punches of a quick (100,000) or a full (1,000,000) run",
    measure(bench) {
      const { beforeBytes, afterBytes } = measureMemory(
        bench.repetitions(MEMORY_PUNCHES_QUICK, MEMORY_PUNCHES_FULL),
      );
      return Promise.resolve((afterBytes / beforeBytes - 1) * 100);
    },
  },
];
