import { fileURLToPath } from "node:url";
import { Command } from "commander";
import { CONFIGURATIONS, PLANTED_IN, type Configuration } from "./configurations.ts";
import { prepareBed } from "./host/bed.ts";
import { chosen, guestScript, RESULT } from "./host/guest-script.ts";
import type { VirtualMachineResult } from "./host/vm.ts";
import { closingLine, exitCodeOf, totalsOf, totalsOfPlanted, type GuestRun, type Totals } from "./verdict.ts";

/**
 * `npm run test:kernel`: our drivers on the interfaces of a real Linux kernel, in small virtual machines. Needs Debian on
 * amd64 and root; what it lacks it installs through apt. Ends with `N passed, N failed`; exit code 1 unless all passed.
 */
const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const MACHINE_LIMIT_MS = 210_000;
const NAME_WIDTH = 8;

const options = new Command("npm run test:kernel --")
  .description("Runs the drivers on real kernel interfaces, in virtual machines.")
  .option("--only <check>", "checks whose names begin so")
  .option("--keep", "leave the folder of the run, with what each machine wrote", false)
  .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : 2))
  .parse()
  .opts<{ readonly only?: string; readonly keep: boolean }>();

const beganMs = performance.now();
function say(text: string): void {
  console.log(`[${((performance.now() - beganMs) / 1000).toFixed(0).padStart(3)} s] ${text}`);
}

async function runBed(configurations: readonly Configuration[]): Promise<Totals[]> {
  const bed = await prepareBed();
  try {
    say(`the bench's module is built for Debian's kernel ${bed.release}`);
    const ended = await Promise.all(
      configurations.map(async (configuration) => {
        const result = await bed.run({
          script: guestScript(configuration, ROOT),
          limitMs: MACHINE_LIMIT_MS,
          onLine: (line) => say(`${configuration.name.padEnd(NAME_WIDTH)} ${line}`),
        });
        return { name: configuration.name, result };
      }),
    );
    const totals: Totals[] = [];
    for (const { name, result } of ended) {
      totals.push(totalsOf(await runOf(name, result, RESULT.report, RESULT.exitCode)));
      if (name === PLANTED_IN) {
        const planted = await runOf(name, result, RESULT.plantedReport, RESULT.plantedExitCode);
        totals.push(totalsOfPlanted(planted));
      }
    }
    return totals;
  } finally {
    if (options.keep) say(`kept: ${bed.folder}`);
    else await bed.clear();
  }
}

async function runOf(
  name: string,
  result: VirtualMachineResult,
  report: string,
  exitCode: string,
): Promise<GuestRun> {
  const code = await result.file(exitCode);
  return {
    name,
    exitCode: code === "" ? null : Number(code),
    report: await result.file(report),
    kernelComplaints: await result.file(RESULT.kernelComplaints),
  };
}

async function main(): Promise<0 | 1> {
  const configurations = chosen(options.only ?? null);
  if (configurations.length === 0) {
    const names = new Set(CONFIGURATIONS.flatMap(({ checks }) => checks));
    console.error(`no check's name begins with ${options.only ?? ""}: there are ${[...names].join(", ")}`);
    return 1;
  }
  const totals = await runBed(configurations).catch((error: unknown): Totals[] => [
    { passed: 0, failed: 1, troubles: [error instanceof Error ? error.message : String(error)] },
  ]);
  for (const trouble of totals.flatMap(({ troubles }) => troubles)) console.error(trouble);
  say("done");
  console.log(closingLine(totals));
  return exitCodeOf(totals);
}

process.exitCode = await main();
