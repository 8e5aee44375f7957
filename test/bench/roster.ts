import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { HUB_ACTOR } from "../../hub/access.ts";
import { savePersonPin } from "../../hub/pins/person-pin.ts";
import { CodedError } from "../../protocol/errors.ts";
import { generateTerminalKeyPair } from "../../protocol/identity.ts";
import { bootId, makeId, personId, terminalId } from "../../protocol/ids.ts";
import { MAX_PEOPLE_PER_KIOSK } from "../../protocol/limits.ts";
import { openBetterSqlite3 } from "../../protocol/seams/better-sqlite3.ts";
import { systemRandom } from "../../protocol/seams/clocks.ts";
import { coldReport } from "./child/sync-settings.ts";
import { openPeopledHub, pairTerminal } from "./hub-world.ts";
import { listenOnLoopback, runTerminal } from "./loopback.ts";
import { openRosterScene, type Traffic } from "./roster-scene.ts";
import type { Bench, Row } from "./row.ts";
import { calmest, median } from "./statistics.ts";

/** What it costs to keep a terminal's roster in step: on the wire, on its card, and at the hub. */

const RECONNECTS = 5;

interface Reconnect {
  readonly bytes: number;
  readonly writes: number;
}

interface Kept {
  readonly unchanged: Reconnect;
  readonly change: Traffic;
}

async function measureKept(bench: Bench): Promise<Kept> {
  const scene = await openRosterScene(bench);
  // The first one after the first roster: what that left to be written is.
  await scene.during(() => scene.reconnect());
  const reconnects: Reconnect[] = [];
  for (let time = 0; time < RECONNECTS; time += 1) {
    const traffic = await scene.during(() => scene.reconnect());
    reconnects.push({ bytes: traffic.bytes, writes: traffic.hubWrites + traffic.terminalWrites });
  }
  const [person] = scene.people;
  if (person === undefined) throw new RangeError("the kiosk has people");
  const change = await scene.during(async () => {
    await savePersonPin(scene.context, HUB_ACTOR, person, "9173");
  });
  if (change.terminalSyncs === 0) throw new CodedError("bench.roster", "the change did not reach the card");
  return {
    unchanged: {
      bytes: Math.max(...reconnects.map(({ bytes }) => bytes)),
      writes: Math.max(...reconnects.map(({ writes }) => writes)),
    },
    change,
  };
}

interface Cold {
  /** Of the calmest rounds, the middle one. */
  readonly ratio: number;
  /** The longest turn of the terminal's main thread beyond that of an idle loop; of all rounds the middle one. */
  readonly heldMs: number;
}

const COLD_ROUNDS_QUICK = 4;
const COLD_ROUNDS_FULL = 9;
const CALM_SHARE = 0.5;
const KEY_BYTES = 32;

async function measureCold(bench: Bench): Promise<Cold> {
  const folder = mkdtempSync(join(tmpdir(), "punchbox-cold-"));
  bench.atEnd(() => rmSync(folder, { recursive: true }));
  const people = Array.from({ length: MAX_PEOPLE_PER_KIOSK }, () => makeId(personId, systemRandom));
  const data = {
    driver: openBetterSqlite3(join(folder, "hub.db")),
    hubKey: systemRandom.bytes(KEY_BYTES),
  };
  const { core, kiosk } = await openPeopledHub(data, people);
  const terminal = makeId(terminalId, systemRandom);
  const keys = generateTerminalKeyPair();
  await pairTerminal(core.context, kiosk, terminal, keys.publicKey, null);
  const listening = await listenOnLoopback(core);
  const rounds = await runTerminal(
    "cold-roster.ts",
    {
      path: join(folder, "ledger.db"),
      terminal,
      terminalKey: Buffer.from(core.context.secrets.terminalKey(terminal, 1)).toString("base64"),
      ...keys,
      boot: makeId(bootId, systemRandom),
      // In the first one no code is warm.
      rounds: 1 + bench.repetitions(COLD_ROUNDS_QUICK, COLD_ROUNDS_FULL),
    },
    listening.port,
    coldReport,
  );
  await core.close();
  await listening.close();
  if (rounds.some((round) => round.people !== people.length)) {
    throw new CodedError("bench.roster", "the roster that came is not of everyone");
  }
  const warm = rounds.slice(1);
  const calm = calmest(warm, CALM_SHARE, ({ rosterMs, bareMs }) => rosterMs + bareMs);
  return {
    ratio: median(calm.map(({ rosterMs, bareMs }) => rosterMs / bareMs)),
    heldMs:
      median(warm.map(({ longestTurnMs }) => longestTurnMs)) -
      median(warm.map(({ longestIdleTurnMs }) => longestIdleTurnMs)),
  };
}

const kept = (bench: Bench): Promise<Kept> => bench.once(measureKept);

export const rosterRows: readonly Row[] = [
  {
    name: "roster.unchanged",
    unit: "bytes",
    limit: 200,
    against:
      "all messages of a reconnect with nothing new, both ways, but hello, challenge, proof and welcome; the most of 5",
    measure: async (bench) => (await kept(bench)).unchanged.bytes,
  },
  {
    name: "roster.unchanged-writes",
    unit: "writes",
    limit: 0,
    against:
      "to the hub's disk and the terminal's card together, for such a reconnect, as the disks count them",
    measure: async (bench) => (await kept(bench)).unchanged.writes,
  },
  {
    name: "roster.one-change",
    unit: "bytes",
    limit: 400,
    against: "all messages, both ways, when one person of 100 gets a new PIN",
    measure: async (bench) => (await kept(bench)).change.bytes,
  },
  {
    name: "roster.one-change-fsyncs",
    unit: "fsyncs",
    limit: 1,
    against: "of the terminal's card for that change, as the card counts them; 1 is due",
    measure: async (bench) => (await kept(bench)).change.terminalSyncs,
  },
  {
    name: "roster.cold-10k",
    unit: "x",
    limit: null,
    against:
      "parsing the same messages and inserting the same rows in one transaction, in one thread; for information (goal: 2)",
    measure: async (bench) => (await bench.once(measureCold)).ratio,
  },
  {
    name: "roster.cold-10k-held",
    unit: "ms",
    limit: 5,
    against: "the longest turn of the main thread's event loop meanwhile, less that of an idle loop",
    measure: async (bench) => (await bench.once(measureCold)).heldMs,
  },
];
