import { join } from "node:path";
import { CONFIGURATIONS, PLANTED_CHECK, PLANTED_IN, type Configuration } from "../configurations.ts";

/** Files that a machine leaves in its folder of results. */
export const RESULT = {
  report: "report.json",
  exitCode: "checks-exit-code",
  plantedReport: "planted.json",
  plantedExitCode: "planted-exit-code",
} as const;

/** The configurations to run; with `only`, those that have a check whose name begins so, and of their checks these. */
export function chosen(only: string | null): Configuration[] {
  return CONFIGURATIONS.map((each) => ({
    ...each,
    checks: each.checks.filter((check) => only === null || check.startsWith(only)),
  })).filter(({ checks }) => checks.length > 0);
}

/** Loads the bench and runs the checks, as this very Node of this very checkout. */
export function guestScript({ name, base, label, checks }: Configuration, root: string): string {
  const vitest = (names: readonly string[], report: string, exitCode: string): string =>
    [
      `"${process.execPath}" node_modules/vitest/vitest.mjs run --config test/kernel/guest/vitest.config.ts`,
      `--reporter=verbose --reporter=json --outputFile.json=/out/${report}`,
      ...names.map((each) => join("test/kernel/guest", `${each}.check.ts`)),
      `; echo $? >/out/${exitCode}`,
    ].join(" ");
  return [
    `cd "${root}"`,
    `modprobe punchbox-bed base=${base} label=${label} || exit 1`,
    "modprobe -a i2c-dev i6300esb || exit 1",
    `export CI=1 NO_COLOR=1 BED_BASE=${base}`,
    // Not a terminal: its lines are for a log.
    "{",
    vitest(checks, RESULT.report, RESULT.exitCode),
    ...(name === PLANTED_IN ? [vitest([PLANTED_CHECK], RESULT.plantedReport, RESULT.plantedExitCode)] : []),
    "} 2>&1 | cat",
    "",
  ].join("\n");
}
