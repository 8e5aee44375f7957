import { systemScheduler } from "../../protocol/seams/clocks.ts";
import { SimulatedDisk } from "../../sim/world/simulated-disk.ts";
import { loadSqliteWasm } from "../../sim/world/sqlite-wasm.ts";
import { World } from "../../sim/world/world.ts";
import type { Bench, Row } from "./row.ts";
import { median } from "./statistics.ts";

/** How fast the seeded world goes: the price of every test that runs in it. */
interface WorldRound {
  readonly punchMs: number;
  readonly commitMs: number;
}

const ROUNDS_QUICK = 5;
const ROUNDS_FULL = 25;
/** Once through the demo's people; before the first round too, so that code is warm. */
const PUNCHES_PER_ROUND = 12;
const COMMITS_PER_ROUND = 200;
const MINUTE_MS = 60_000;
const MS_PER_SECOND = 1_000;

/** Rounds of punches, from key to hub, and of bare commits in the same SQLite on the same kind of disk, in turn. */
async function measureWorld(bench: Bench): Promise<readonly WorldRound[]> {
  const world = await World.create({ seed: 1 });
  const commit = await bareCommits();
  const rounds: WorldRound[] = [];
  await punchRound(world, 0);
  for (let round = 1; round <= bench.repetitions(ROUNDS_QUICK, ROUNDS_FULL); round++) {
    const beganMs = systemScheduler.nowMs();
    await punchRound(world, round);
    const punchedMs = systemScheduler.nowMs();
    for (let count = 0; count < COMMITS_PER_ROUND; count++) commit();
    const committedMs = systemScheduler.nowMs();
    rounds.push({
      punchMs: (punchedMs - beganMs) / PUNCHES_PER_ROUND,
      commitMs: (committedMs - punchedMs) / COMMITS_PER_ROUND,
    });
  }
  return rounds;
}

/** Everybody clocks in, or in the next round out. */
async function punchRound(world: World, round: number): Promise<void> {
  for (const { number, pin } of world.demo.people.slice(0, PUNCHES_PER_ROUND)) {
    await world.type(`${number}${pin}${round % 2 === 1 ? "1" : ""}`);
    await world.pass(MINUTE_MS);
  }
}

async function bareCommits(): Promise<() => void> {
  const driver = (await loadSqliteWasm()).mount(new SimulatedDisk()).open("commits.db");
  driver.exec(
    "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; CREATE TABLE rows (text TEXT NOT NULL) STRICT",
  );
  const insert = driver.prepare("INSERT INTO rows VALUES (?)");
  const eventBytes = 500;
  const text = "x".repeat(eventBytes);
  return () => void insert.run([text]);
}

export const worldRows: readonly Row[] = [
  {
    name: "world.punch",
    unit: "x",
    limit: null,
    against: "one bare commit in SQLite's wasm build; for information",
    measure: async (bench) => {
      const rounds = await bench.once(measureWorld);
      return median(rounds.map(({ punchMs }) => punchMs)) / median(rounds.map(({ commitMs }) => commitMs));
    },
  },
  {
    name: "world.punches-per-second",
    unit: "1/s",
    limit: null,
    against: "for information",
    measure: async (bench) =>
      MS_PER_SECOND / median((await bench.once(measureWorld)).map(({ punchMs }) => punchMs)),
  },
];
