import {
  CLEAR_OR_HOME_MS,
  FIRST_FUNCTION_SET_MS,
  NEXT_FUNCTION_SET_MS,
  POWER_ON_MS,
} from "../../hal/lcd/timing.ts";
import { installBox, present } from "./box.ts";
import type { Bench, Row } from "./row.ts";
import { calmest, median } from "./statistics.ts";

/**
 * How a bundled terminal starts: daemon, worker, SQLite and FFI are the product's; the kernel's GPIO, the keypad and the
 * display are simulated chips (child/simulated-box.ts).
 *
 * Code was compiled in an earlier start: both kinds of process run with NODE_COMPILE_CACHE, as the unit has it. The
 * display has had its power from before the process, so that its power-on wait passes while Node starts; it is subtracted
 * all the same, for no program can be faster than the controller.
 *
 * All instants are of the monotonic clock, which processes share. A process is born when this one is about to ask for it,
 * so that fork, exec and Node's own start are in every number.
 */
interface StartRound {
  /** Born to the first statement of an empty script. */
  readonly emptyMs: number;
  /** Born to everything loaded, in a process that only loads what a terminal loads, the simulated kernel included, in its two threads. */
  readonly librariesMs: number;
  /** Born to the last character of the first frame in the chip, less {@link CONTROLLER_MS} and the bus time up to then; infinite where it was never seen. */
  readonly firstFrameMs: number;
  /** Born to accepting keys with the whole roster in memory. */
  readonly readyMs: number;
}

/** Waits of initialising by instruction (datasheet, figure 24, as hal/lcd/timing.ts has them): what any program waits. */
const CONTROLLER_MS = POWER_ON_MS + FIRST_FUNCTION_SET_MS + 3 * NEXT_FUNCTION_SET_MS + CLEAR_OR_HOME_MS;
const ROUNDS_QUICK = 30;
const ROUNDS_FULL = 90;
/** Other programs may have the processor for most of the time. */
const CALMEST_SHARE = 1 / 3;

/** Rounds of all three processes, one after the other. */
async function measureStarts(bench: Bench): Promise<readonly StartRound[]> {
  const box = await bench.once(installBox);
  const rounds: StartRound[] = [];
  for (let round = 0; round < bench.repetitions(ROUNDS_QUICK, ROUNDS_FULL); round++) {
    const empty = await box.empty();
    const terminal = present(await box.terminal("run"));
    const libraries = await box.libraries();
    const { firstFrameMs, busUs, readyMs } = terminal.report;
    rounds.push({
      emptyMs: empty.report.loadedMs - empty.bornMs,
      librariesMs: libraries.report.loadedMs - libraries.bornMs,
      firstFrameMs:
        (firstFrameMs ?? Number.POSITIVE_INFINITY) - terminal.bornMs - CONTROLLER_MS - busUs / 1000,
      readyMs: readyMs - terminal.bornMs,
    });
  }
  return rounds;
}

type Measure = (round: StartRound) => number;

/** The ratio of two medians, over the rounds that were calmest for the two together. */
function ratio(value: Measure, against: Measure) {
  return async (bench: Bench): Promise<number> => {
    const rounds = await bench.once(measureStarts);
    const calm = calmest(rounds, CALMEST_SHARE, (round) => value(round) + against(round));
    return median(calm.map(value)) / median(calm.map(against));
  };
}

function time(value: Measure) {
  return async (bench: Bench): Promise<number> => median((await bench.once(measureStarts)).map(value));
}

const emptyMs: Measure = (round) => round.emptyMs;
const librariesMs: Measure = (round) => round.librariesMs;
const firstFrameMs: Measure = (round) => round.firstFrameMs;
const readyMs: Measure = (round) => round.readyMs;

export const startRows: readonly Row[] = [
  {
    name: "start.first-frame",
    unit: "x",
    limit: 2,
    against: "an empty Node process, both without the controller's own waits and bus time",
    measure: ratio(firstFrameMs, emptyMs),
  },
  {
    name: "start.ready",
    unit: "x",
    limit: 1.3,
    against: "a process that only loads the same two bundles, compiled before; roster of 10,000",
    measure: ratio(readyMs, librariesMs),
  },
  {
    name: "start.empty-ms",
    unit: "ms",
    limit: null,
    against: "an empty Node process, for information",
    measure: time(emptyMs),
  },
  {
    name: "start.ready-ms",
    unit: "ms",
    limit: null,
    against: "for information",
    measure: time(readyMs),
  },
];
