import { runMutants, type MutantOutcome } from "./run-mutants.ts";

/** The command line's part of `npm run test:world -- --mutants`. */
export interface MutantFlags {
  readonly mutant?: readonly string[];
  readonly seeds?: number;
  readonly first: number;
  readonly days: number;
  readonly minutes?: number;
  readonly json?: true;
}

/** Each bug is to be noticed within so many seeds. */
const MOST_SEEDS = 2_000;
const MS_PER_DAY = 86_400_000;

/** Runs mutants and tells of each; resolves with the exit code: 1 when one was not noticed. */
export async function reportMutants(flags: MutantFlags): Promise<number> {
  const { mutant, minutes, seeds = MOST_SEEDS, first, days, json } = flags;
  const outcomes = await runMutants({
    seeds,
    first,
    days,
    ...(mutant === undefined ? {} : { names: mutant }),
    ...(minutes === undefined ? {} : { minutes }),
    today: Math.floor(Date.now() / MS_PER_DAY),
    monotonicMs: () => performance.now(),
    tell: (outcome) => {
      if (json !== true) console.log(lineOf(outcome));
    },
  });
  const finished = outcomes.filter(({ isUnfinished }) => !isUnfinished);
  const missed = finished.filter(({ caughtBy }) => caughtBy === null).map((outcome) => outcome.mutant);
  if (json === true) console.log(JSON.stringify({ outcomes, missed }));
  else {
    console.log(`${finished.length - missed.length} of ${finished.length} mutants were noticed`);
    if (missed.length > 0) console.error(`No check notices: ${missed.join(", ")}`);
  }
  return missed.length === 0 ? 0 : 1;
}

function lineOf({ mutant, caughtBy, seeds, seconds, isUnfinished }: MutantOutcome): string {
  const took = `${seeds} ${seeds === 1 ? "seed" : "seeds"}, ${seconds.toFixed(0)} s`;
  if (isUnfinished) return `unfinished   ${mutant} in ${took}`;
  if (caughtBy === null) return `not noticed  ${mutant} in ${took}`;
  return `noticed      ${mutant} by "${caughtBy}" after ${took}`;
}
