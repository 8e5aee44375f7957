import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openTerminalStore } from "../../device/ledger/store.ts";
import { generateTerminalKeyPair, type TerminalKeyPair } from "../../protocol/identity.ts";
import {
  bootId,
  makeId,
  personId,
  terminalId,
  type BootId,
  type PersonId,
  type TerminalId,
} from "../../protocol/ids.ts";
import { openBetterSqlite3 } from "../../protocol/seams/better-sqlite3.ts";
import { systemRandom } from "../../protocol/seams/clocks.ts";
import type { Bench } from "./row.ts";

/** A terminal's ledger of which nothing was sent yet, and whose it is. */
export interface Backlog {
  readonly path: string;
  readonly events: number;
  readonly terminal: TerminalId;
  /** base64 */
  readonly terminalKey: string;
  readonly keys: TerminalKeyPair;
  readonly people: readonly PersonId[];
  readonly boot: BootId;
}

const EVENTS_QUICK = 10_000;
const EVENTS_FULL = 100_000;
const PEOPLE = 100;
const TERMINAL_KEY_BYTES = 32;
const FIRST_WALL_MS = 1_750_000_000_000;
const PUNCH_EVERY_MS = 60_000;

/** A hundred people who come and go, a minute apart: everybody clocks in, then everybody out; for `bench.once`. */
export function makeBacklog(bench: Bench): Promise<Backlog> {
  const folder = mkdtempSync(join(tmpdir(), "punchbox-backlog-"));
  bench.atEnd(() => rmSync(folder, { recursive: true }));
  const path = join(folder, "ledger.db");
  const events = bench.repetitions(EVENTS_QUICK, EVENTS_FULL);
  const terminal = makeId(terminalId, systemRandom);
  const terminalKey = systemRandom.bytes(TERMINAL_KEY_BYTES);
  const keys = generateTerminalKeyPair();
  const people = Array.from({ length: PEOPLE }, () => makeId(personId, systemRandom));
  const boot = makeId(bootId, systemRandom);
  const driver = openBetterSqlite3(path);
  const life = { id: boot, startedMs: 0 };
  const store = openTerminalStore(driver, terminal, life, systemRandom, terminalKey, keys.privateKey);
  // What is made here is copied before it is used: it need not survive a power cut.
  driver.exec("PRAGMA synchronous = OFF");
  for (let index = 0; index < events; index += 1) {
    const [was, action] = Math.floor(index / PEOPLE) % 2 === 0 ? OUT_TO_IN : IN_TO_OUT;
    store.record(
      {
        kind: "punch",
        person: people[index % PEOPLE] ?? null,
        payload: { action, auth: "personal", was, again: false },
      },
      {
        boot,
        monotonicMs: index * PUNCH_EVERY_MS,
        wallMs: FIRST_WALL_MS + index * PUNCH_EVERY_MS,
        offsetMinutes: 60,
        clock: "set",
        nonce: makeId(bootId, systemRandom),
      },
    );
  }
  store.close();
  const key = Buffer.from(terminalKey).toString("base64");
  return Promise.resolve({ path, events, terminal, terminalKey: key, keys, people, boot });
}

const OUT_TO_IN = ["out", "in"] as const;
const IN_TO_OUT = ["in", "out"] as const;
