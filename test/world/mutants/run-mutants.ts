import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import * as z from "zod";
import type { Mutant } from "./mutant.ts";
import { MUTANTS } from "./mutants.ts";

/**
 * Runs worlds with a bug in them, one bug after the other, each in a process of its own, until a check notices. What no check
 * notices is a missing check. `npm run test:world -- --mutants` does this.
 */

export interface MutantOptions {
  /** These alone; all of them otherwise. */
  readonly names?: readonly string[];
  /** Seeds that a mutant may take, from `first` on. */
  readonly seeds: number;
  readonly first: number;
  readonly days: number;
  /** End after so long; then they begin with another one on each day, so that all have their turn. */
  readonly minutes?: number;
  /** Days since 1970: decides with which mutant a limited run begins. */
  readonly today: number;
  readonly monotonicMs: () => number;
  readonly tell: (outcome: MutantOutcome) => void;
}

export interface MutantOutcome {
  readonly mutant: string;
  /** Null: no check noticed. */
  readonly caughtBy: string | null;
  /** What the check said; empty when none noticed. */
  readonly message: string;
  /** The seed at which it was noticed, or seeds that it survived. */
  readonly seeds: number;
  readonly seconds: number;
  /** The minutes were over before its seeds were: nothing is said about it. */
  readonly isUnfinished: boolean;
}

/** A world that does nothing any more for so long hangs, which is noticed as well. */
const HANGS_AFTER_MS = 120_000;
/** A limited run begins so many mutants further on each day: about as many as fit. */
const A_DAYS_WORTH = 10;
const MS_PER_MINUTE = 60_000;
/** No child lives longer. */
const LONGEST_MS = 6 * 60 * MS_PER_MINUTE;

const CHILD = fileURLToPath(new URL("./child.ts", import.meta.url));
const line = z.object({
  seed: z.int(),
  violation: z.object({ check: z.string(), message: z.string() }).nullable(),
});
type Line = z.infer<typeof line>;
/** Code and signal of a child's end. */
const exit = z.tuple([z.int().nullable()]).rest(z.unknown());

/** What became of each. Throws RangeError for a name that no mutant has. */
export async function runMutants(options: MutantOptions): Promise<readonly MutantOutcome[]> {
  const { minutes, monotonicMs, tell } = options;
  const untilMs = minutes === undefined ? Infinity : monotonicMs() + minutes * MS_PER_MINUTE;
  const outcomes: MutantOutcome[] = [];
  for (const mutant of inTurn(options)) {
    if (monotonicMs() >= untilMs) break;
    const outcome = await runMutant(mutant, options, untilMs);
    outcomes.push(outcome);
    tell(outcome);
  }
  return outcomes;
}

function inTurn({ names, minutes, today }: MutantOptions): readonly Mutant[] {
  if (names !== undefined) {
    return names.map((name) => {
      const mutant = MUTANTS.find((each) => each.name === name);
      if (mutant === undefined) throw new RangeError(`there is no mutant ${name}`);
      return mutant;
    });
  }
  if (minutes === undefined) return MUTANTS;
  const first = (today * A_DAYS_WORTH) % MUTANTS.length;
  return [...MUTANTS.slice(first), ...MUTANTS.slice(0, first)];
}

async function runMutant({ name }: Mutant, options: MutantOptions, untilMs: number): Promise<MutantOutcome> {
  const { first, seeds, monotonicMs } = options;
  const beganMs = monotonicMs();
  const ended = (caughtBy: string | null, message: string, took: number): MutantOutcome => ({
    mutant: name,
    caughtBy,
    message,
    seeds: took,
    seconds: (monotonicMs() - beganMs) / 1000,
    isUnfinished: caughtBy === null && took < seeds,
  });
  for (let seed = first; seed < first + seeds;) {
    const last = await runSeeds(name, seed, first + seeds - seed, options.days, untilMs - monotonicMs());
    if (last.violation === null) return ended(null, "", last.seed - first + 1);
    // A seed that fails without the mutant says nothing about it.
    const plain = await runSeeds(null, last.seed, 1, options.days, Infinity);
    if (plain.violation === null) {
      return ended(last.violation.check, last.violation.message, last.seed - first + 1);
    }
    seed = last.seed + 1;
  }
  return ended(null, "", seeds);
}

/** The last line of a child that runs these seeds until one fails or no time is left. One that dies or hangs has failed at the seed after the last. */
async function runSeeds(
  name: string | null,
  first: number,
  seeds: number,
  days: number,
  leftMs: number,
): Promise<Line> {
  const given = ["--first", String(first), "--seeds", String(seeds), "--days", String(days)];
  const child = spawn(
    process.execPath,
    ["--no-warnings", CHILD, ...given, ...(name === null ? [] : ["--mutant", name])],
    { stdio: ["ignore", "pipe", "pipe"] },
  );
  let trouble = "";
  child.stderr.on("data", (bytes: Buffer) => (trouble = (trouble + bytes.toString()).slice(-MOST_TROUBLE)));
  let last: Line = { seed: first - 1, violation: null };
  const watched = { hangs: false, isLate: false };
  const end = setTimeout(
    () => {
      watched.isLate = true;
      child.kill("SIGKILL");
    },
    Math.min(leftMs, LONGEST_MS),
  );
  const watch = setTimeout(() => {
    watched.hangs = true;
    child.kill("SIGKILL");
  }, HANGS_AFTER_MS);
  const exited = once(child, "exit");
  for await (const text of createInterface(child.stdout)) {
    last = line.parse(JSON.parse(text));
    watch.refresh();
  }
  const [code] = exit.parse(await exited);
  clearTimeout(watch);
  clearTimeout(end);
  if (code === 0 || watched.isLate) return last;
  const check = watched.hangs ? "hang" : "crash";
  const message = watched.hangs ? `nothing came of the seed in ${HANGS_AFTER_MS / 1000} s` : trouble.trim();
  return { seed: last.seed + 1, violation: { check, message } };
}
const MOST_TROUBLE = 2_000;
