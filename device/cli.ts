import { existsSync, readFileSync } from "node:fs";
import { Command } from "commander";
import { codeOf, CodedError } from "../protocol/errors.ts";
import { configJsonSchema } from "./config/config.ts";
import { parseConfig } from "./config/parse-config.ts";
import type { VerifyOptions } from "./verify/command.ts";
import { packageVersion } from "../protocol/seams/package-version.ts";

/** The `punchbox` command. What it starts is loaded when asked for: the simulator is absent from device builds. */

const DEFAULT_CONFIG = "/etc/punchbox/punchbox.toml";
const DEFAULT_DATA = "/var/lib/punchbox";

const program = new Command("punchbox")
  .description("A PIN time clock: terminal, simulator and tools.")
  .version(packageVersion())
  .addHelpText(
    "after",
    `
Examples:
  punchbox simulate --display 16x2      try it on this machine
  punchbox config check punchbox.toml   say by line what is wrong with a config file
  punchbox wiring --config punchbox.toml --svg wiring.svg
                                        draw how the parts are wired to the header
  punchbox doctor --config punchbox.toml
                                        say what this machine lacks for them, and the line that mends it
  punchbox run --config punchbox.toml   be the terminal on the wall

  punchbox export > week.ndjson         write this terminal's ledger down
  punchbox verify week.ndjson           check that nothing in it is missing or was changed

Exit codes: 0 done, 1 failed or (doctor) something is missing or (verify) something is wrong, 2 a wrong option or
(verify) no export, 78 a wrong config file`,
  )
  .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : 2));

program
  .command("run")
  .description("run the terminal on this machine's pins")
  .option("--config <file>", "config file", DEFAULT_CONFIG)
  .action(async ({ config }: { readonly config: string }) => {
    const { runTerminal } = await import("./main.ts");
    await runTerminal(config);
  });

program
  .command("simulate")
  .description("run hub and terminal simulated, as npm start does (see simulate --help)")
  .helpOption(false)
  .allowUnknownOption()
  .allowExcessArguments()
  .action(async (_options: unknown, command: Command) => {
    process.argv = [process.argv[0] ?? "node", "punchbox simulate", ...command.args];
    await import("../sim/main.ts");
  });

program
  .command("wiring")
  .description("draw how the parts of a config file are wired to the 40-pin header; needs no hardware")
  .option("--config <file>", "config file", DEFAULT_CONFIG)
  .option("--svg <file>", "write a page to print instead")
  .option("--json", "print the wiring for a program")
  .action(async (options: { readonly config: string; readonly svg?: string; readonly json?: boolean }) => {
    const { wiringCommand } = await import("./wiring/command.ts");
    console.log(wiringCommand({ ...options, colour: inColour() }));
  });

program
  .command("doctor")
  .description(
    "say what this machine has, what a config file needs of it, and the line that mends what is missing",
  )
  .option("--config <file>", `config file (default: ${DEFAULT_CONFIG} where there is one)`)
  .option("--json", "print facts and findings for a program")
  .action(async ({ config: file, json }: { readonly config?: string; readonly json?: boolean }) => {
    const { doctorCommand } = await import("./doctor/command.ts");
    const [{ inspect }, { thisMachine }, { systemScheduler }] = await Promise.all([
      import("../hal/inspect/inspect.ts"),
      import("../hal/inspect/this-machine.ts"),
      import("../protocol/seams/clocks.ts"),
    ]);
    const machine = thisMachine(systemScheduler, [
      {
        name: "better-sqlite3",
        load: async () => (await import("../protocol/seams/better-sqlite3.ts")).openBetterSqlite3(":memory:"),
      },
      { name: "@node-rs/argon2", load: () => import("../protocol/seams/argon2.ts") },
    ]);
    const { text, exitCode } = await doctorCommand({
      config: file ?? (existsSync(DEFAULT_CONFIG) ? DEFAULT_CONFIG : null),
      json: json === true,
      colour: inColour(),
      inspect: (options) => inspect(machine, options),
    });
    console.log(text);
    process.exitCode = exitCode;
  });

program
  .command("verify")
  .description("check an export of ledgers, with no hub: the chain, the terminals' signatures, gaps")
  .argument("<file>", "an export, as punchbox export or the hub writes it")
  .option("--receipt <code>", "say which event has this receipt")
  .option("--key <base64>", "the terminal's public key as you know it, instead of the one in the export")
  .option("--json", "print the report for a program")
  .action(async (file: string, options: VerifyOptions) => {
    const { verifyCommand } = await import("./verify/command.ts");
    const { text, exitCode } = await verifyCommand(file, options);
    console.log(text);
    process.exitCode = exitCode;
  });

program
  .command("export")
  .description("print this terminal's ledger, to be checked by punchbox verify")
  .option("--data <folder>", "the terminal's data folder", DEFAULT_DATA)
  .action(async ({ data }: { readonly data: string }) => {
    const { exportCommand } = await import("./verify/command.ts");
    exportCommand(data, (line) => console.log(line));
  });

const config = program.command("config").description("look at config files");

config
  .command("check")
  .description("check a config file; prints every problem as file:line")
  .argument("<file>")
  .option("--json", "print the problems for a program")
  .action((file: string, { json }: { readonly json?: boolean }) => checkConfig(file, json === true));

config
  .command("schema")
  .description("print the JSON Schema of config files, for editors")
  .action(() => console.log(JSON.stringify(configJsonSchema(), null, 2)));

/** EX_CONFIG of sysexits.h: systemd is told not to restart for it. */
const EXIT_CONFIG = 78;

function checkConfig(file: string, json: boolean): void {
  try {
    parseConfig(readFileSync(file, "utf8"), file);
    console.log(json ? JSON.stringify({ ok: true, problems: [] }) : `${file}: good`);
  } catch (error) {
    const problems = error instanceof Error && "problems" in error ? error.problems : [];
    if (json) console.log(JSON.stringify({ ok: false, code: codeOf(error), problems }));
    else console.error(messageOf(error, file));
    process.exitCode = EXIT_CONFIG;
  }
}

function inColour(): boolean {
  return process.stdout.isTTY && !process.env["NO_COLOR"];
}

function messageOf(error: unknown, file: string): string {
  if (error instanceof CodedError) return error.message;
  return `${file}: cannot be read (${codeOf(error)})`;
}

try {
  await program.parseAsync();
} catch (error) {
  console.error(`punchbox: ${error instanceof CodedError ? error.message : `failed: ${codeOf(error)}`}`);
  process.exit(codeOf(error) === "config.invalid" ? EXIT_CONFIG : 1);
}
