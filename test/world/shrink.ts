import type { RunOptions, RunReport } from "../../sim/world/fleet/run.ts";

/** A failing seed made small: fewer kinds of faults, fewer of everything, as long as the same check fails. */
export interface Shrunk {
  readonly options: RunOptions;
  readonly report: RunReport;
  readonly runs: number;
}

/** Worlds that are tried for it at most. */
const MOST_RUNS = 60;

export async function shrink(
  failed: RunReport,
  run: (options: RunOptions) => Promise<RunReport>,
): Promise<Shrunk> {
  const { seed, size, faults } = failed;
  let best: { options: RunOptions; report: RunReport } = {
    options: { seed, days: size.days, faults, size },
    report: failed,
  };
  let runs = 0;
  async function isKept(options: RunOptions): Promise<boolean> {
    if (runs >= MOST_RUNS) return false;
    runs += 1;
    const report = await run(options);
    if (report.violation?.check !== failed.violation?.check) return false;
    best = { options, report };
    return true;
  }

  for (let isSmaller = true; isSmaller;) {
    isSmaller = false;
    for (const options of smaller(best.options)) {
      if (!(await isKept(options))) continue;
      isSmaller = true;
      break;
    }
    if (runs >= MOST_RUNS) break;
  }
  return { ...best, runs };
}

/** Worlds that have a little less, those with much less first. */
function* smaller(options: RunOptions): Generator<RunOptions> {
  const faults = options.faults ?? [];
  const half = Math.ceil(faults.length / 2);
  if (faults.length > 1) {
    yield { ...options, faults: faults.slice(0, half) };
    yield { ...options, faults: faults.slice(half) };
  }
  if (faults.length > 0) yield { ...options, faults: [] };
  for (const each of faults) yield { ...options, faults: faults.filter((kind) => kind !== each) };
  const { size = {} } = options;
  for (const what of ["hubs", "kiosks", "days", "terminals", "people"] as const) {
    const present = size[what] ?? 1;
    if (present > 1) yield { ...options, size: { ...size, [what]: 1 } };
    if (present > 2) yield { ...options, size: { ...size, [what]: present - 1 } };
  }
}

/** The line that runs it again. */
export function commandOf({ seed, days, faults = [], size = {} }: RunOptions): string {
  const sizes = (["hubs", "kiosks", "terminals", "people"] as const).flatMap((what) =>
    size[what] === undefined ? [] : [`--${what} ${size[what]}`],
  );
  const only = faults.length === 0 ? "none" : faults.join(",");
  return [
    `npm run test:world -- --seed ${seed} --days ${size.days ?? days}`,
    ...sizes,
    `--only ${only}`,
  ].join(" ");
}
