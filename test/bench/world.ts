import { SimulatedDisk } from "../../sim/world/simulated-disk.ts";
import { loadSqliteWasm } from "../../sim/world/sqlite-wasm.ts";
import { World } from "../../sim/world/world.ts";
import type { Bench, Row } from "./row.ts";
import { median } from "./statistics.ts";

/** How fast the seeded world goes: the price of every test that runs in it. In processor time, which a busy machine changes least. */
interface WorldRound {
  readonly punchMs: number;
  readonly commitMs: number;
}

const ROUNDS_QUICK = 11;
const ROUNDS_FULL = 51;
/** Once through the demo's people. */
const PUNCHES_PER_ROUND = 12;
/** Before the first that is measured, so that code is compiled as it is in a run of many seeds; an even number. */
const WARM_ROUNDS = 20;
const COMMITS_PER_ROUND = 200;
/** A queue in the morning: from one person's result on the screen to the next one's first key. */
const QUEUE_MS = 5_000;
const MS_PER_SECOND = 1_000;
const US_PER_MS = 1_000;
/** Whoever punches again sooner is asked whether they mean it. */
const GUARD_MS = 60_000;

/** Rounds of punches, from key to hub, and of bare commits in the same SQLite on the same kind of disk, in turn. */
async function measureWorld(bench: Bench): Promise<readonly WorldRound[]> {
  const world = await World.create({ seed: 1 });
  const commit = await bareCommits();
  const rounds: WorldRound[] = [];
  for (let round = 0; round < WARM_ROUNDS; round++) await punchRound(world, round);
  for (let round = 0; round < bench.repetitions(ROUNDS_QUICK, ROUNDS_FULL); round++) {
    const beganMs = processorMs();
    await punchRound(world, round);
    const punchedMs = processorMs();
    for (let count = 0; count < COMMITS_PER_ROUND; count++) commit();
    const committedMs = processorMs();
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
    await world.pass(QUEUE_MS);
  }
  await world.pass(GUARD_MS);
}

/** All threads of this process. */
function processorMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / US_PER_MS;
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
    against: "processor time, one core; for information (goal: 500)",
    measure: async (bench) =>
      MS_PER_SECOND / median((await bench.once(measureWorld)).map(({ punchMs }) => punchMs)),
  },
];
