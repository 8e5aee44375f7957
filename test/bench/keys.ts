import type { KeyName } from "../../hal/ports.ts";
import { World } from "../../sim/world/world.ts";
import type { Bench, Row } from "./row.ts";
import { percentile } from "./statistics.ts";

/**
 * From a key's contact first closing to the changed character in the display's chip: scanner, core, display driver and
 * bus, in the modelled time of the seeded world. Contacts bounce as contacts do, each press by chance; what comes after
 * the bounce is what the program takes. A run with the same seeds gives the same numbers on any machine.
 */
interface Press {
  /** Contact closing to character. */
  readonly totalMs: number;
  /** Contact closing to the last time it opened or closed. */
  readonly bounceMs: number;
}

const SEEDS_QUICK = 4;
const SEEDS_FULL = 20;
const PRESSES_PER_SEED = 100;
/** Bounce and repaint are over by then. */
const HOLD_MS = 60;
const GAP_MS = 60;
/** The digits' place on the prompt: `PIN ____` in the second row. */
const PROMPT_ROW = 1;
const FIRST_DIGIT_COLUMN = 4;
/** How long after one key the next one comes when both are to meet in one repaint: half of the 31 ms it takes. */
const INTO_REPAINT_MS = 15;

type Wiring = "gpio" | "i2c";

/** Presses on the PIN prompt: a digit and its deletion in turn, each changing one character. */
async function pressesAtPrompt(bench: Bench, displayBus: Wiring): Promise<Press[]> {
  const presses: Press[] = [];
  for (let seed = 1; seed <= bench.repetitions(SEEDS_QUICK, SEEDS_FULL); seed++) {
    const world = await World.create({ seed, displayBus });
    await world.type(world.demo.people[0]?.number ?? "");
    for (let press = 0; press < PRESSES_PER_SEED; press++) {
      const key = press % 2 === 0 ? "5" : "*";
      presses.push(await pressed(world, key, PROMPT_ROW, FIRST_DIGIT_COLUMN));
    }
  }
  return presses;
}

/** Presses of a second key while the whole screen is being painted for the first: its digit is the second one there. */
async function pressesIntoRepaint(bench: Bench): Promise<Press[]> {
  const presses: Press[] = [];
  for (let seed = 1; seed <= bench.repetitions(SEEDS_QUICK, SEEDS_FULL); seed++) {
    const world = await World.create({ seed, displayBus: "i2c" });
    const [first = "1", second = "0"] = world.board.matrix.keys.filter((key) =>
      (world.demo.people[0]?.number ?? "").startsWith(key),
    );
    for (let repaint = 0; repaint < PRESSES_PER_SEED / 2; repaint++) {
      await world.type("DD");
      world.board.matrix.press(first);
      await world.pass(INTO_REPAINT_MS);
      presses.push(await pressed(world, second === first ? "0" : second, 0, SECOND_FOUND_COLUMN));
      world.board.matrix.release(first);
      await world.pass(GAP_MS);
    }
  }
  return presses;
}

/** Where the second digit of a number appears: `Number 10__`. */
const SECOND_FOUND_COLUMN = 8;

/** Presses `key` and lets it go; measures until the cell changes. Throws RangeError when it does not. */
async function pressed(world: World, key: KeyName, row: number, column: number): Promise<Press> {
  const { chip, matrix } = world.board;
  const before = chip.codeAt(row, column);
  const changedAtMs: number[] = [];
  const stop = chip.onChange((atMs) => {
    if (chip.codeAt(row, column) !== before) changedAtMs.push(atMs);
  });
  const closedMs = world.scheduler.nowMs();
  matrix.press(key);
  await world.pass(HOLD_MS);
  const bounceMs = matrix.lastMoveMs - closedMs;
  stop();
  matrix.release(key);
  await world.pass(GAP_MS);
  const [changedMs] = changedAtMs;
  if (changedMs === undefined) throw new RangeError(`a key changed nothing: ${world.screen().join(" | ")}`);
  return { totalMs: changedMs - closedMs, bounceMs };
}

const gpioPresses = (bench: Bench): Promise<Press[]> => pressesAtPrompt(bench, "gpio");
const i2cPresses = (bench: Bench): Promise<Press[]> => pressesAtPrompt(bench, "i2c");

const P99 = 0.99;
const total = ({ totalMs }: Press): number => totalMs;
const beyondBounce = ({ totalMs, bounceMs }: Press): number => totalMs - bounceMs;

function p99(measure: (bench: Bench) => Promise<Press[]>, of: (press: Press) => number) {
  return async (bench: Bench): Promise<number> => percentile((await bench.once(measure)).map(of), P99);
}

const UNIT = "ms modelled";
/** What a hand does not feel; the scanner's confirming reading is 2 ms of it, a character at 100 kHz one. */
const LIMIT_MS = 5;

export const keyRows: readonly Row[] = [
  {
    name: "key.gpio4",
    unit: UNIT,
    limit: LIMIT_MS,
    against: "the end of the contact's own bounce; p99",
    measure: p99(gpioPresses, beyondBounce),
  },
  {
    name: "key.gpio4.with-bounce",
    unit: UNIT,
    limit: null,
    against: "the contact's first closing; p99",
    measure: p99(gpioPresses, total),
  },
  {
    name: "key.i2c-100k",
    unit: UNIT,
    limit: LIMIT_MS,
    against: "the end of the contact's own bounce; p99",
    measure: p99(i2cPresses, beyondBounce),
  },
  {
    name: "key.i2c-100k.with-bounce",
    unit: UNIT,
    limit: null,
    against: "the contact's first closing; p99",
    measure: p99(i2cPresses, total),
  },
  {
    name: "key.i2c-100k.in-repaint",
    unit: UNIT,
    limit: LIMIT_MS,
    against: "the end of the bounce, half-way through painting a whole screen; p99",
    measure: p99(pressesIntoRepaint, beyondBounce),
  },
];
