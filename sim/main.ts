import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { Command, InvalidArgumentError, Option } from "commander";
import envPaths from "env-paths";
import { mannersOf, type Manners } from "../device/config/manners.ts";
import { parseConfig } from "../device/config/parse-config.ts";
import { DISPLAY_SIZES } from "../device/config/parts-schema.ts";
import type { CharacterRom, PartsPlan } from "../hal/plan.ts";
import type { DemoWorkspace } from "../hub/demo.ts";
import { codeOf, CodedError } from "../protocol/errors.ts";
import { argon2Kdf } from "../protocol/seams/argon2.ts";
import { systemRandom, systemScheduler, systemWallClock } from "../protocol/seams/clocks.ts";
import { makeFolder } from "../protocol/seams/folders.ts";
import { makeLogger, type LogLevel } from "../protocol/seams/log.ts";
import { packageVersion } from "../protocol/seams/package-version.ts";
import { bundlePage } from "../systemd/bundle-page.ts";
import { startServer } from "./server/server.ts";
import { Simulator } from "./simulator.ts";
import { usualPlan } from "./wiring.ts";

/** The simulator's composition root: `npm start`. A hub, a simulated terminal, and a page for each. */

const DEFAULT_PORT = 4820;
const HIGHEST_PORT = 65_534;
/** After this long, stopping cleanly has failed. */
const STOP_LIMIT_MS = 2_000;

interface Options {
  readonly data: string;
  readonly port: number;
  readonly display: string;
  readonly keypad: "4x4" | "4x3";
  readonly bus: "gpio" | "i2c" | "serial";
  readonly rom: CharacterRom;
  readonly config?: string;
  readonly logLevel: LogLevel;
}

const command = new Command("npm start --")
  .description("Runs a Punchbox hub and a simulated terminal on this machine, with a page for each.")
  .option("--data <folder>", "where everything is kept", envPaths("punchbox", { suffix: "" }).data)
  .option(
    "--port <number>",
    "the terminal's page; the hub is on the next one; 0 picks free ones",
    port,
    DEFAULT_PORT,
  )
  .addOption(
    new Option("--display <size>", "columns and rows").choices([...DISPLAY_SIZES.keys()]).default("20x4"),
  )
  .addOption(new Option("--keypad <layout>", "4x4 has A to D").choices(["4x4", "4x3"]).default("4x4"))
  .addOption(
    new Option("--bus <bus>", "how the display is wired").choices(["gpio", "i2c", "serial"]).default("gpio"),
  )
  .addOption(
    new Option("--rom <rom>", "which letters the display has by itself")
      .choices(["A00", "A02"])
      .default("A00"),
  )
  .addOption(
    new Option(
      "--config <file>",
      "take the parts and their wiring from a terminal's punchbox.toml",
    ).conflicts(["display", "keypad", "bus", "rom"]),
  )
  .addOption(
    new Option("--log-level <level>", "how much is told about the inside")
      .choices(["trace", "debug", "info", "warn", "error", "silent"])
      .default("warn"),
  )
  .version(packageVersion())
  .addHelpText(
    "after",
    `
Examples:
  npm start                                     the usual terminal
  npm start -- --display 16x2 --keypad 4x3      the smallest one
  npm start -- --config docs/punchbox.toml      wired as that file says
  npm start -- --data /tmp/try --port 0         somewhere else, beside another

Exit codes: 0 stopped, 1 could not start or stop, 2 a wrong option`,
  )
  .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : 2));

// Everything this process writes is its owner's alone.
process.umask(0o077);

try {
  await run(command.parse().opts<Options>());
} catch (error) {
  const message = error instanceof CodedError ? error.message : `could not start: ${codeOf(error)}`;
  console.error(`punchbox: ${message}`);
  if (!(error instanceof CodedError) && process.env["PUNCHBOX_DEBUG"]) console.error(error);
  process.exit(1);
}

async function run(options: Options): Promise<void> {
  const folder = (name: string): string => fileURLToPath(new URL(name, import.meta.url));
  prepareFolder(options.data);
  const [page, hubPage] = await Promise.all([bundlePage(folder("page")), bundlePage(folder("../hub/web"))]);
  const colour = process.stderr.isTTY && !process.env["NO_COLOR"];
  const simulator = await Simulator.start({
    dataDir: options.data,
    hubPort: options.port === 0 ? 0 : options.port + 1,
    ...terminalOf(options),
    timeZone: Intl.DateTimeFormat().resolvedOptions().timeZone,
    hubPage,
    scheduler: systemScheduler,
    wallClock: systemWallClock,
    random: systemRandom,
    kdf: argon2Kdf,
    software: packageVersion(),
    log: await makeLogger({ level: options.logLevel, form: process.stderr.isTTY ? "human" : "json", colour }),
  });
  try {
    const server = await startServer(simulator, systemScheduler, page, options.port);
    stopOnSignal(async () => {
      await server.close();
      await simulator.close();
    });
    const { hubUrl } = await simulator.state();
    console.log(`Terminal  ${server.url}\nHub       ${hubUrl}\nData      ${options.data}`);
    if (simulator.demo !== null) printDemo(simulator.demo);
    console.log("\nCtrl-C stops.");
  } catch (error) {
    await simulator.close();
    throw error;
  }
}

/** The simulated terminal's parts, and how they behave. */
function terminalOf({ config, display, bus, ...options }: Options): Manners & { readonly plan: PartsPlan } {
  if (config === undefined) {
    const plan = usualPlan({ ...options, display: DISPLAY_SIZES.get(display), displayBus: bus });
    return { plan, night: null, dim: null };
  }
  let text: string;
  try {
    text = readFileSync(config, "utf8");
  } catch (cause) {
    throw new CodedError("config.invalid", `${config}: cannot be read (${codeOf(cause)})`, { cause });
  }
  const parsed = parseConfig(text, config);
  return { plan: parsed.parts, ...mannersOf(parsed) };
}

/** A first start makes people to try; their PINs are told here, once. */
function printDemo({ kioskName, people, universalPin }: DemoWorkspace): void {
  console.log(`\nA demo workspace was made, with the kiosk ${kioskName}. Its people:\n`);
  console.log("  number  PIN   role     name");
  for (const { number, pin, role, name } of people) {
    console.log(`  ${number}    ${pin}  ${role.padEnd(8)} ${name}`);
  }
  console.log(`\n  Universal PIN ${universalPin}: for anyone but owners and admins`);
}

function stopOnSignal(close: () => Promise<void>): void {
  let stopping = false;
  const stop = (): void => {
    if (stopping) return;
    stopping = true;
    systemScheduler.after(STOP_LIMIT_MS, () => process.exit(1));
    close().then(
      () => process.exit(0),
      (error: unknown) => {
        console.error(`punchbox: could not stop cleanly: ${codeOf(error)}`);
        process.exit(1);
      },
    );
  };
  process.on("SIGINT", stop);
  process.on("SIGTERM", stop);
}

function prepareFolder(path: string): void {
  try {
    makeFolder(path);
  } catch (cause) {
    throw new CodedError(
      "sim.data",
      `cannot write to the folder ${path} (${codeOf(cause)}): give another with --data`,
      {
        cause,
      },
    );
  }
}

function port(text: string): number {
  const value = Number(text);
  if (!/^[0-9]+$/.test(text) || value > HIGHEST_PORT) {
    throw new InvalidArgumentError(`it must be 0 to ${HIGHEST_PORT}.`);
  }
  return value;
}
