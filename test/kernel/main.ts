import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Command } from "commander";
import envPaths from "env-paths";
import { buildAddons } from "../../systemd/addons.ts";
import { CONFIGURATIONS, PLANTED_IN, type Configuration } from "./configurations.ts";
import { fromDebian } from "./host/debian.ts";
import { chosen, guestScript, RESULT } from "./host/guest-script.ts";
import { packInitramfs } from "./host/initramfs.ts";
import { buildModule } from "./host/module.ts";
import { runVirtualMachine, type VirtualMachineResult } from "./host/vm.ts";
import { closingLine, exitCodeOf, totalsOf, totalsOfPlanted, type GuestRun, type Totals } from "./verdict.ts";

/**
 * `npm run test:kernel`: our drivers on the interfaces of a real Linux kernel, in small virtual machines. Needs Debian on
 * amd64 and root; what it lacks it installs through apt. Ends with `N passed, N failed`; exit code 1 unless all passed.
 */
const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const MACHINE_LIMIT_MS = 210_000;

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

/** Why the bed cannot be here; null where it can. */
function obstacle(): string | null {
  if (process.platform !== "linux" || process.arch !== "x64") return "it needs Linux on x86-64";
  return process.getuid?.() === 0
    ? null
    : "it needs root, to install packages and to share this machine's files";
}

async function runBed(configurations: readonly Configuration[]): Promise<Totals[]> {
  const cache = join(envPaths("punchbox", { suffix: "" }).cache, "kernel-bed");
  await mkdir(cache, { recursive: true });
  const built = await buildAddons();
  if (built.length > 0) say(`built ${built.join(", ")}`);
  const kernel = await fromDebian(cache);
  say(`Debian's kernel ${kernel.release}`);
  const folder = await mkdtemp(join(cache, "run-"));
  try {
    const bed = await buildModule(kernel, join(folder, "module"));
    const initramfs = await packInitramfs(kernel, bed, folder);
    say("the bench's module is built");
    const boot = (configuration: Configuration): Promise<VirtualMachineResult> =>
      runVirtualMachine({
        image: kernel.image,
        initramfs,
        script: guestScript(configuration, ROOT),
        limitMs: MACHINE_LIMIT_MS,
        folder,
        onLine: (line) => say(`${configuration.name.padEnd(8)} ${line}`),
      });
    const ended = await Promise.all(
      configurations.map(async (each) => ({ name: each.name, result: await boot(each) })),
    );
    const totals: Totals[] = [];
    for (const { name, result } of ended) {
      totals.push(totalsOf(await runOf(name, result, RESULT.report, RESULT.exitCode)));
      if (name === PLANTED_IN) {
        totals.push(totalsOfPlanted(await runOf(name, result, RESULT.plantedReport, RESULT.plantedExitCode)));
      }
    }
    return totals;
  } finally {
    if (options.keep) say(`kept: ${folder}`);
    else await rm(folder, { recursive: true });
  }
}

async function runOf(
  name: string,
  result: VirtualMachineResult,
  report: string,
  exitCode: string,
): Promise<GuestRun> {
  const code = await result.file(exitCode);
  return { name, exitCode: code === "" ? null : Number(code), report: await result.file(report) };
}

async function main(): Promise<0 | 1> {
  const obstacleHere = obstacle();
  if (obstacleHere !== null) {
    console.error(`the kernel bed cannot run here: ${obstacleHere}`);
    return 1;
  }
  const configurations = chosen(options.only ?? null);
  if (configurations.length === 0) {
    const names = new Set(CONFIGURATIONS.flatMap(({ checks }) => checks));
    console.error(`no check's name begins with ${options.only ?? ""}: there are ${[...names].join(", ")}`);
    return 1;
  }
  const totals = await runBed(configurations);
  for (const trouble of totals.flatMap(({ troubles }) => troubles)) console.error(trouble);
  say("done");
  console.log(closingLine(totals));
  return exitCodeOf(totals);
}

process.exitCode = await main();
