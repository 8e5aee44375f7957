import { join } from "node:path";
import { CONFIGURATIONS, PLANTED_CHECK, PLANTED_IN, type Configuration } from "../configurations.ts";

/** Files that a machine leaves in its folder of results. */
export const RESULT = {
  report: "report.json",
  exitCode: "checks-exit-code",
  plantedReport: "planted.json",
  plantedExitCode: "planted-exit-code",
  kernelComplaints: "kernel-complaints",
} as const;

/** The configurations to run; with `only`, those that have a check whose name begins so, and of their checks these. */
export function chosen(only: string | null): Configuration[] {
  return CONFIGURATIONS.map((each) => ({
    ...each,
    checks: each.checks.filter((check) => only === null || check.startsWith(only)),
  })).filter(({ checks }) => checks.length > 0);
}

/** One less than the header has, so that a bank can be asked for a line that is not there. */
const LINES = 27;

/** Commands with which a machine begins: they load the bench, and make this checkout the folder that the next ones run in. */
export function setUp({ base, label }: Pick<Configuration, "base" | "label">, root: string): string {
  return [
    `cd "${root}"`,
    `modprobe punchbox-bed base=${base} label=${label} lines=${LINES} || exit 1`,
    "modprobe i2c-dev && modprobe softdog soft_margin=2 soft_noboot=1 || exit 1",
    // rpi-gpio looks there for the board; this is a Raspberry Pi 4.
    `{ cat /proc/cpuinfo; echo "Revision : c03114"; } >/run/cpuinfo && mount --bind /run/cpuinfo /proc/cpuinfo`,
    // As the service's RuntimeDirectory.
    "mkdir /run/punchbox",
    "",
  ].join("\n");
}

/** Runs the checks, with this very Node. */
export function guestScript(configuration: Configuration, root: string): string {
  const { name, base, checks } = configuration;
  const vitest = (names: readonly string[], report: string, exitCode: string): string =>
    [
      `"${process.execPath}" node_modules/vitest/vitest.mjs run --config test/kernel/guest/vitest.config.ts`,
      `--reporter=verbose --reporter=json --outputFile.json=/out/${report}`,
      ...names.map((each) => join("test/kernel/guest", `${each}.check.ts`)),
      `; echo $? >/out/${exitCode}`,
    ].join(" ");
  return [
    setUp(configuration, root),
    `export CI=1 NO_COLOR=1 BED_BASE=${base}`,
    // Not a terminal: its lines are for a log.
    "{",
    vitest(checks, RESULT.report, RESULT.exitCode),
    ...(name === PLANTED_IN ? [vitest([PLANTED_CHECK], RESULT.plantedReport, RESULT.plantedExitCode)] : []),
    "} 2>&1 | cat",
    `dmesg | grep -E "WARNING: |BUG: |Oops: |scheduling while atomic" >/out/${RESULT.kernelComplaints}`,
    "",
  ].join("\n");
}
