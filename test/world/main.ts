import { Command, InvalidArgumentError } from "commander";
import { FAULT_KINDS, isFaultKind, Tally, type FaultKind } from "../../sim/world/fleet/faults.ts";
import { runWorld, type RunOptions } from "../../sim/world/fleet/run.ts";
import type { WorldSize } from "../../sim/world/fleet/size.ts";
import { MUTANTS } from "./mutants/mutants.ts";
import { reportMutants } from "./mutants/report.ts";
import { commandOf, shrink } from "./shrink.ts";

/**
 * `npm run test:world`: worlds of hubs, terminals, people and faults, one a seed, under a virtual clock. A seed that fails is made
 * small and printed as the line that runs it again; the exit code is 1 then, and 2 for a line that is not understood.
 * docs/world.md says what is simulated and what is checked.
 */

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
const MAX_SEED = 2 ** 31;
const USUAL_SEEDS = 100;
/** Lines of progress without a terminal to draw a bar on. */
const LINE_EVERY_MS = 10_000;
const BAR_COLUMNS = 30;

interface Flags extends Partial<Pick<WorldSize, "hubs" | "kiosks" | "terminals" | "people">> {
  readonly seeds?: number;
  readonly days: number;
  readonly first: number;
  readonly minutes?: number;
  readonly seed?: number;
  readonly only?: readonly FaultKind[];
  readonly json?: true;
  readonly mutants?: true;
  readonly mutant?: readonly string[];
}

function whole(text: string): number {
  const value = Number(text);
  if (!/^[0-9]+$/.test(text) || value >= MAX_SEED)
    throw new InvalidArgumentError("it must be a whole number.");
  return value;
}

function positive(text: string): number {
  const value = whole(text);
  if (value === 0) throw new InvalidArgumentError("it must be 1 or more.");
  return value;
}

function kinds(text: string): readonly FaultKind[] {
  if (text === "none") return [];
  return text.split(",").map((name) => {
    if (!isFaultKind(name)) {
      throw new InvalidArgumentError(`"${name}" is no fault: there are none, ${FAULT_KINDS.join(", ")}.`);
    }
    return name;
  });
}

function mutants(text: string): readonly string[] {
  const names = text.split(",");
  const unknown = names.find((name) => !MUTANTS.some((mutant) => mutant.name === name));
  if (unknown === undefined) return names;
  const known = MUTANTS.map(({ name }) => name).join(", ");
  throw new InvalidArgumentError(`"${unknown}" is no mutant: there are ${known}.`);
}

const flags = new Command("npm run test:world --")
  .description("Runs worlds of terminals, hubs, people and faults, one a seed, under a virtual clock.")
  .option(
    "--seeds <number>",
    `how many worlds (${USUAL_SEEDS}); with mutants, how many for each at most (2000)`,
    positive,
  )
  .option("--days <number>", "how long each lasts", positive, 1)
  .option("--first <number>", "the first seed", whole, 1)
  .option("--minutes <number>", "begin no further world, or mutant, after so long", positive)
  .option("--seed <number>", "this seed alone", whole)
  .option("--only <faults>", "these kinds of faults, with commas between, or none", kinds)
  .option("--hubs <number>", "hubs of each world", positive)
  .option("--kiosks <number>", "kiosks of each hub", positive)
  .option("--terminals <number>", "terminals of each kiosk", positive)
  .option("--people <number>", "people of each kiosk", positive)
  .option("--mutants", "every bug that is kept for it, each in worlds of its own, until a check notices")
  .option("--mutant <names>", "these bugs alone, with commas between", mutants)
  .option("--json", "one JSON object at the end, and nothing else")
  .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : 2))
  .parse()
  .opts<Flags>();

if (flags.mutants === true || flags.mutant !== undefined) process.exit(await reportMutants(flags));

const first = flags.seed ?? flags.first;
const seeds = flags.seed === undefined ? (flags.seeds ?? USUAL_SEEDS) : 1;
const size: Partial<WorldSize> = Object.fromEntries(
  (["hubs", "kiosks", "terminals", "people"] as const).flatMap((what) =>
    flags[what] === undefined ? [] : [[what, flags[what]]],
  ),
);
const beganMs = performance.now();
const total = new Tally();
let virtualMs = 0;
let done = 0;
let lastLineMs = beganMs;
let failure: { readonly check: string; readonly message: string; readonly command: string } | null = null;

function optionsOf(seed: number): RunOptions {
  return { seed, days: flags.days, size, ...(flags.only === undefined ? {} : { faults: flags.only }) };
}

function showProgress(): void {
  if (flags.json === true) return;
  const nowMs = performance.now();
  const seconds = (nowMs - beganMs) / 1000;
  const leftS = (seconds / Math.max(1, done)) * (seeds - done);
  const text = `${done} of ${seeds} seeds, ${(done / seconds).toFixed(1)}/s, ${leftS.toFixed(0)} s left`;
  if (process.stdout.isTTY) {
    const filled = Math.round((done / seeds) * BAR_COLUMNS);
    process.stdout.write(`\r[${"#".repeat(filled)}${" ".repeat(BAR_COLUMNS - filled)}] ${text}   `);
    if (done === seeds) process.stdout.write("\n");
  } else if (nowMs - lastLineMs >= LINE_EVERY_MS) {
    lastLineMs = nowMs;
    console.log(text);
  }
}

for (let seed = first; seed < first + seeds; seed += 1) {
  if (flags.minutes !== undefined && performance.now() - beganMs > flags.minutes * MINUTE_MS) break;
  const report = await runWorld(optionsOf(seed));
  virtualMs += report.virtualMs;
  done += 1;
  for (const [what, times] of report.tally.entries()) total.count(what, times);
  if (report.violation === null) {
    showProgress();
    continue;
  }
  if (flags.json !== true) console.log(`\nseed ${seed}: ${report.violation.message}\nmaking it small ...`);
  const shrunk = await shrink(report, runWorld);
  const { check, message } = shrunk.report.violation ?? report.violation;
  failure = { check, message, command: commandOf(shrunk.options) };
  break;
}

const seconds = (performance.now() - beganMs) / 1000;
const punchesPerSecond = total.of("punches") / seconds;
if (flags.json === true) {
  const counts = Object.fromEntries(total.entries());
  console.log(
    JSON.stringify({
      seeds: done,
      first,
      virtualDays: virtualMs / DAY_MS,
      seconds,
      punchesPerSecond,
      counts,
      failure,
    }),
  );
} else {
  for (const [what, times] of total.entries()) console.log(`${String(times).padStart(9)}  ${what}`);
  console.log(
    `${done} seeds from ${first}, ${(virtualMs / DAY_MS).toFixed(1)} virtual days in ${seconds.toFixed(1)} s, ` +
      `${punchesPerSecond.toFixed(0)} punches/s, ${(done / seconds).toFixed(1)} seeds/s`,
  );
  if (failure !== null) console.error(`\n${failure.message}\nTo see it again:\n  ${failure.command}`);
}
process.exitCode = failure === null ? 0 : 1;
if (flags.json !== true)
  console.log(failure === null ? `${done} passed, 0 failed` : `${done - 1} passed, 1 failed`);
