import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pino from "pino";
import type { KeyName } from "../../hal/ports.ts";
import { CodedError } from "../../protocol/errors.ts";
import { systemRandom, systemScheduler, systemWallClock } from "../../protocol/seams/clocks.ts";
import { Simulator } from "../../sim/simulator.ts";
import { usualPlan } from "../../sim/wiring.ts";
import { hmacKdf } from "../../sim/world/hmac-kdf.ts";
import { buildLossyfs, LossyDisk, obstacleToLossyDisk } from "../crash/host/lossy-disk.ts";
import type { Bench, Row } from "./row.ts";
import { median } from "./statistics.ts";

/**
 * A key's echo while the card stalls: the simulated box in real time, its ledger in its thread, on a disk of which every sync can be
 * made to take half a second (test/crash/lossyfs/). A punch of the person before is acknowledged and the roster follows: both are
 * written while the next person types.
 */
const ROUNDS_QUICK = 3;
const ROUNDS_FULL = 12;
const PRESSES_PER_ROUND = 10;
const STALL_MS = 500;
const HOLD_MS = 40;
const GAP_MS = 30;
/** A person who waits for longer would go. */
const LIMIT_MS = 10_000;
const LOOK_MS = 2;
/** The second digit of a number: `Number 10__`. */
const DIGIT_ROW = 0;
const DIGIT_COLUMN = 8;

interface Echoes {
  readonly calmMs: readonly number[];
  readonly stalledMs: readonly number[];
}

async function measureEchoes(bench: Bench): Promise<Echoes> {
  const obstacle = await obstacleToLossyDisk();
  if (obstacle !== null) throw new CodedError("bench.disk", `a disk that stalls: ${obstacle}`);
  const folder = mkdtempSync(join(tmpdir(), "punchbox-stall-"));
  const disk = await LossyDisk.mount(await buildLossyfs(folder), join(folder, "disk"));
  bench.atEnd(async () => {
    await disk.unmount();
    rmSync(folder, { recursive: true });
  });
  const dataDir = join(folder, "data");
  mkdirSync(dataDir);
  symlinkSync(disk.folder, join(dataDir, "terminal"));
  const simulator = await Simulator.start({
    dataDir,
    hubPort: 0,
    plan: usualPlan(),
    night: null,
    dim: null,
    timeZone: "Europe/Zagreb",
    hubPage: new Map(),
    scheduler: systemScheduler,
    wallClock: systemWallClock,
    random: systemRandom,
    kdf: hmacKdf,
    software: "bench",
    log: pino({ level: "silent" }),
  });
  try {
    return await typeAndPunch(simulator, disk, bench.repetitions(ROUNDS_QUICK, ROUNDS_FULL));
  } finally {
    disk.stall(0);
    await simulator.close();
  }
}

async function typeAndPunch(simulator: Simulator, disk: LossyDisk, rounds: number): Promise<Echoes> {
  const people = simulator.demo?.people ?? [];
  await until("the terminal takes numbers", () =>
    Promise.resolve(simulator.board.chip.rows().some((row) => row.includes(IDLE))),
  );
  await settled(simulator, 0);
  const calmMs: number[] = [];
  const stalledMs: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const person = people[round % people.length];
    if (person === undefined) throw new RangeError("the demo has people");
    const { number, pin } = person;
    calmMs.push(...(await echoes(simulator, number, () => true)));
    const before = await events(simulator);
    disk.stall(STALL_MS);
    await keys(simulator, `${number}${pin}`);
    await until("the punch is recorded", async () => (await events(simulator)) > before);
    await until("the hub's answer stalls", () => Promise.resolve(disk.isStalling));
    stalledMs.push(...(await echoes(simulator, number, () => disk.isStalling)));
    disk.stall(0);
    await settled(simulator, before);
  }
  if (stalledMs.length < rounds)
    throw new CodedError("bench.stall", "no key was pressed while the card stalled");
  return { calmMs, stalledMs };
}

/** Types the first digit, and then the second one and its deletion in turn; those count before and after which `isIt` so. */
async function echoes(simulator: Simulator, number: string, isIt: () => boolean): Promise<number[]> {
  const [first = "1", second = "0"] = number;
  await keys(simulator, first);
  const counted: number[] = [];
  for (let press = 0; press < PRESSES_PER_ROUND; press += 1) {
    const isBefore = isIt();
    const echoMs = await echo(simulator, press % 2 === 0 ? second : "*");
    if (isBefore && isIt()) counted.push(echoMs);
  }
  await keys(simulator, "D");
  return counted;
}

/** From the switch's first touch to the digit's change in the display's chip. */
async function echo({ board }: Simulator, key: string): Promise<number> {
  const { chip, matrix } = board;
  const name = keyName(board.matrix.keys, key);
  const before = chip.rows()[DIGIT_ROW]?.[DIGIT_COLUMN];
  const shownAtMs: number[] = [];
  const stop = chip.onChange(() => {
    if (chip.rows()[DIGIT_ROW]?.[DIGIT_COLUMN] !== before) shownAtMs.push(systemScheduler.nowMs());
  });
  const pressedMs = systemScheduler.nowMs();
  matrix.press(name);
  await until(`key ${key} shows`, () => Promise.resolve(shownAtMs.length > 0));
  await pause(HOLD_MS);
  matrix.release(name);
  await pause(GAP_MS);
  stop();
  return (shownAtMs[0] ?? Infinity) - pressedMs;
}

/** What the terminal shows when it knows its people and nobody is there. */
const IDLE = "Type your number";

/** Types as someone who waits for each key to show. */
async function keys({ board }: Simulator, typed: string): Promise<void> {
  for (const key of typed) {
    const name = keyName(board.matrix.keys, key);
    let isSeen = false;
    const stop = board.chip.onChange(() => void (isSeen = true));
    board.matrix.press(name);
    await until(`key ${key} shows`, () => Promise.resolve(isSeen));
    stop();
    await pause(HOLD_MS);
    board.matrix.release(name);
    await pause(GAP_MS);
  }
}

function keyName(names: readonly KeyName[], key: string): KeyName {
  const name = names.find((each) => each === key);
  if (name === undefined) throw new RangeError(`there is no key ${key}`);
  return name;
}

async function events(simulator: Simulator): Promise<number> {
  return (await simulator.state()).ledger?.events ?? 0;
}

/** There are more events than so many, and the hub has them all. */
function settled(simulator: Simulator, more: number): Promise<void> {
  return until("the hub has all events", async () => {
    const { ledger } = await simulator.state();
    return ledger !== null && ledger.events >= more && ledger.unsent === 0;
  });
}

async function until(what: string, isSo: () => Promise<boolean>): Promise<void> {
  const limitMs = systemScheduler.nowMs() + LIMIT_MS;
  while (!(await isSo())) {
    if (systemScheduler.nowMs() > limitMs) throw new CodedError("bench.stall", `${what}: it does not`);
    await pause(LOOK_MS);
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => void systemScheduler.after(ms, resolve));
}

export const keyStallRows: readonly Row[] = [
  {
    name: "punch.key-stall",
    unit: "x",
    limit: 1.5,
    against: "a key's echo, in the middle, with the card at rest; here each sync of it takes 500 ms",
    async measure(bench) {
      const { calmMs, stalledMs } = await bench.once(measureEchoes);
      return median(stalledMs) / median(calmMs);
    },
  },
];
