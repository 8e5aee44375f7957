import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Command, InvalidArgumentError } from "commander";
import { systemRandom } from "../../protocol/seams/clocks.ts";
import { runLinks } from "../proxy/links.ts";
import { FIRST_STARTS, runFirstStarts } from "./first-starts.ts";
import { buildLossyfs, LossyDisk, obstacleToLossyDisk } from "./host/lossy-disk.ts";
import type { Side } from "./host/pair.ts";
import { bundleChildren, MUTANTS, type Mutant, type Program } from "./host/program.ts";
import { runInjection, runOutage, type Injected, type Outage } from "./injection.ts";
import { runKills } from "./kills.ts";

/**
 * `npm run test:crash`: a terminal and a hub as processes, killed, their power cut, their disks failing, the wire between them
 * broken. Needs FUSE and a compiler; where they are missing it says so and ends with 0. Ends with `N passed, N failed`;
 * exit code 1 unless all passed. docs/crash.md says what is cut where.
 */

/** Rounds of kills go on for so long; a mutant has to be caught within as many rounds as are named. */
const KILLS_S = 90;
const MUTANT_ROUNDS = 12;
const MUTANT_LIMIT_MS = 60_000;
/** Each kind of failing disk: a whole day gets through long before. */
const INJECTION_LIMIT_MS = 120_000;
const ENDLESS = 1_000_000;
const MAX_SEED = 2 ** 31;

interface Flags {
  readonly seconds: number;
  readonly seed: number;
  readonly only: string;
  readonly first: number;
  readonly rounds: number;
}

function whole(text: string): number {
  const value = Number(text);
  if (!/^[0-9]+$/.test(text) || value >= MAX_SEED)
    throw new InvalidArgumentError("it must be a whole number.");
  return value;
}

const flags = new Command("npm run test:crash --")
  .description("Kills a terminal and a hub, cuts their power, breaks their disks and the wire between them.")
  .option("--seconds <number>", "how long kills go on", whole, KILLS_S)
  .option(
    "--seed <number>",
    "of everything that is left to chance",
    whole,
    Math.floor(systemRandom.uniform() * MAX_SEED),
  )
  .option("--only <check>", "checks whose names begin so", "")
  .option("--first <number>", "the first round of kills: to have one again", whole, 0)
  .option("--rounds <number>", "so many rounds of kills", whole, ENDLESS)
  .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : 2))
  .parse()
  .opts<Flags>();

const beganMs = performance.now();
function say(text: string): void {
  console.log(`[${((performance.now() - beganMs) / 1000).toFixed(0).padStart(3)} s] ${text}`);
}

/** What a check measured, and what is wrong; nothing when it passed. */
interface Outcome {
  readonly measured: string;
  readonly troubles: readonly string[];
}

interface Check {
  readonly name: string;
  run(bed: Bed): Promise<Outcome>;
}

/** What all checks share: the programs, and disks of their own. */
class Bed {
  readonly folder = mkdtempSync(join(tmpdir(), "punchbox-crash-"));
  readonly #programs = new Map<string, Promise<Program>>();
  readonly #mounted: LossyDisk[] = [];
  #lossyfs: Promise<string> | null = null;
  #folders = 0;

  program(mutant: Mutant | null): Promise<Program> {
    const name = mutant?.name ?? "";
    const known = this.#programs.get(name) ?? bundleChildren(this.folder, mutant);
    this.#programs.set(name, known);
    return known;
  }

  /** A folder of a check's own. */
  newFolder(): string {
    const folder = join(this.folder, `check-${++this.#folders}`);
    mkdirSync(folder);
    return folder;
  }

  async disk(): Promise<LossyDisk> {
    this.#lossyfs ??= buildLossyfs(this.folder);
    const disk = await LossyDisk.mount(await this.#lossyfs, this.newFolder());
    this.#mounted.push(disk);
    return disk;
  }

  async disks(): Promise<Readonly<Record<Side, LossyDisk>>> {
    return { terminal: await this.disk(), hub: await this.disk() };
  }

  /** Unmounts what is mounted, whatever happened, and removes everything. */
  async clear(): Promise<void> {
    for (const disk of this.#mounted) {
      await disk
        .unmount()
        .catch((error: unknown) => console.error(`could not unmount ${disk.folder}: ${String(error)}`));
    }
    rmSync(this.folder, { recursive: true, force: true });
  }
}

const { seed } = flags;

const kills: Check = {
  name: "kills",
  async run(bed) {
    const { rounds, shown, acked, lost } = await runKills({
      folder: bed.newFolder(),
      program: await bed.program(null),
      disks: await bed.disks(),
      seed,
      firstRound: flags.first,
      rounds: flags.rounds,
      limitMs: flags.seconds * 1000,
      victim: null,
    });
    const again = `again: npm run test:crash -- --only kills --seed ${seed} --first ${lost?.round ?? 0} --rounds 1`;
    return {
      measured: `${rounds} rounds, ${shown} shown, ${acked} acknowledged`,
      troubles: lost === null ? [] : [`round ${lost.round}`, ...lost.troubles, again],
    };
  },
};

/** The check of the check: with this mistake in the product, something has to be seen lost. */
function mutantCheck(mutant: Mutant): Check {
  return {
    name: `mutant ${mutant.name}`,
    async run(bed) {
      const { rounds, lost } = await runKills({
        folder: bed.newFolder(),
        program: await bed.program(mutant),
        disks: await bed.disks(),
        seed,
        firstRound: 0,
        rounds: MUTANT_ROUNDS,
        limitMs: MUTANT_LIMIT_MS,
        victim: mutant.victim,
      });
      return lost === null
        ? {
            measured: `${rounds} rounds`,
            troubles: ["nothing was seen lost: the rounds of kills prove nothing"],
          }
        : { measured: `seen in round ${rounds}: ${lost.troubles[0] ?? ""}`, troubles: [] };
    },
  };
}

function injectionCheck(side: Side, fault: Injected): Check {
  return {
    name: `disk ${side} ${fault}`,
    async run(bed) {
      const { faults, said, restarts, isComplete, troubles } = await runInjection({
        folder: bed.newFolder(),
        program: await bed.program(null),
        disks: await bed.disks(),
        seed,
        side,
        fault,
        limitMs: INJECTION_LIMIT_MS,
      });
      const missing = [
        ...(isComplete || troubles.length > 0 ? [] : ["the day in which nothing fails did not come in time"]),
        ...(faults > 0 ? [] : ["nothing was made to fail"]),
      ];
      return {
        measured: `${faults} faults, ${said} told with a code, ${restarts} restarts`,
        troubles: [...troubles, ...missing],
      };
    },
  };
}

function outageCheck(side: Side, outage: Outage): Check {
  return {
    name: `outage ${side} ${outage}`,
    async run(bed) {
      const { shownMeanwhile, codes, troubles } = await runOutage({
        folder: bed.newFolder(),
        program: await bed.program(null),
        disks: await bed.disks(),
        seed,
        side,
        outage,
      });
      const unsaid = codes.length > 0 ? [] : ["it was not said with a code"];
      return {
        measured: `told as ${codes.join(", ")} after ${shownMeanwhile} more were shown`,
        troubles: [...troubles, ...unsaid],
      };
    },
  };
}

const firstStarts: Check = {
  name: "first starts",
  async run(bed) {
    const measured: string[] = [];
    const troubles: string[] = [];
    for (const start of FIRST_STARTS) {
      for (const fault of ["write", "sync"] as const) {
        const result = await runFirstStarts(await bed.disk(), start, fault, seed);
        measured.push(`${start.name} ${result.faults} ${fault}s`);
        troubles.push(...result.troubles);
        if (result.faults === 0) troubles.push(`${start.name}: not one ${fault} failed`);
      }
    }
    return { measured: measured.join(", "), troubles };
  },
};

const links: Check = {
  name: "links",
  async run(bed) {
    const { faults, connections, droppedBytes, shown, troubles } = await runLinks(
      bed.newFolder(),
      await bed.program(null),
      seed,
    );
    return {
      measured: `${faults} faults, ${connections} connections, ${droppedBytes} bytes dropped, ${shown} shown`,
      troubles,
    };
  },
};

const CHECKS: readonly Check[] = [
  kills,
  ...MUTANTS.map(mutantCheck),
  firstStarts,
  ...(["terminal", "hub"] as const).flatMap((side) => [
    ...(["write", "sync", "full"] as const).map((fault) => injectionCheck(side, fault)),
    ...(["broken", "full"] as const).map((outage) => outageCheck(side, outage)),
  ]),
  links,
];

async function main(): Promise<0 | 1> {
  const chosen = CHECKS.filter(({ name }) => name.startsWith(flags.only));
  if (chosen.length === 0) {
    console.error(
      `no check's name begins with ${flags.only}: there are ${CHECKS.map(({ name }) => name).join(", ")}`,
    );
    return 1;
  }
  const obstacle = await obstacleToLossyDisk();
  if (obstacle !== null) {
    console.log(`left out: crash tests (${obstacle})`);
    return 0;
  }
  say(`seed ${seed}`);
  let [passed, failed] = [0, 0];
  const bed = new Bed();
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.once(signal, () => void bed.clear().then(() => process.exit(1)));
  }
  try {
    for (const check of chosen) {
      const outcome = await check.run(bed).catch((error: unknown): Outcome => ({
        measured: "broke off",
        troubles: [error instanceof Error ? (error.stack ?? error.message) : String(error)],
      }));
      const isGood = outcome.troubles.length === 0;
      if (isGood) passed += 1;
      else failed += 1;
      say(`${isGood ? "passed" : "FAILED"} ${check.name}: ${outcome.measured}`);
      for (const trouble of outcome.troubles.slice(0, MAX_TROUBLES)) console.error(`        ${trouble}`);
    }
  } finally {
    await bed.clear();
  }
  console.log(`${passed} passed, ${failed} failed`);
  return failed === 0 ? 0 : 1;
}

/** Of what one crash breaks, the first few say enough. */
const MAX_TROUBLES = 10;

process.exitCode = await main();
