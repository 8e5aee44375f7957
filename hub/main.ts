import { hostname } from "node:os";
import { fileURLToPath } from "node:url";
import { Command, InvalidArgumentError, Option } from "commander";
import envPaths from "env-paths";
import * as z from "zod";
import { pino } from "pino";
import { codeOf, CodedError } from "../protocol/errors.ts";
import { argon2Kdf } from "../protocol/seams/argon2.ts";
import { systemRandom, systemScheduler, systemWallClock } from "../protocol/seams/clocks.ts";
import { packageVersion } from "../protocol/seams/package-version.ts";
import { readPageAssets } from "./http/page-files.ts";
import type { MailWay } from "./mail/sender.ts";
import { parseSmtpUrl, usualSender } from "./mail/smtp-url.ts";
import { startHub, type RunningHub } from "./start.ts";

/** The hub by itself, as it runs on a server. Secrets are in the data folder, never in arguments. */

interface Flags {
  readonly data: string;
  readonly port: number;
  readonly host: "127.0.0.1" | "::1";
  readonly page: string;
  readonly timeZone: string;
  readonly rotatePinKey: boolean;
  readonly ownerLink: boolean;
  readonly url?: string;
  readonly smtp?: string;
  readonly mailFrom?: string;
}

const HIGHEST_PORT = 65_535;
const DEFAULT_PORT = 8080;

function parsePort(text: string): number {
  const port = Number(text);
  if (!/^[0-9]{1,5}$/.test(text) || port > HIGHEST_PORT) {
    throw new InvalidArgumentError(`a port is a whole number from 0 to ${HIGHEST_PORT}`);
  }
  return port;
}

/** Where people reach the page: `https://hub.example.com/` or below a folder of it. */
function pageUrl(text: string): string {
  const url = URL.parse(text);
  const isPlain =
    url !== null && ["http:", "https:"].includes(url.protocol) && url.username + url.password === "";
  if (!isPlain || url.search + url.hash !== "") {
    throw new InvalidArgumentError("it must look like https://hub.example.com/");
  }
  return url.href.endsWith("/") ? url.href : `${url.href}/`;
}

function address(text: string): string {
  const parsed = z.email().safeParse(text);
  if (!parsed.success) throw new InvalidArgumentError("it must be an e-mail address");
  return parsed.data;
}

/** By the mail server that is named, if one is; nodemailer is loaded only then. */
async function mailWay(flags: Flags): Promise<MailWay | undefined> {
  const smtpUrl = flags.smtp ?? process.env["PUNCHBOX_SMTP_URL"];
  if (smtpUrl === undefined || smtpUrl === "") return undefined;
  const server = parseSmtpUrl(smtpUrl);
  const { openSmtp } = await import("./mail/smtp.ts");
  const from = flags.mailFrom ?? usualSender(server, hostname());
  return { transport: openSmtp(server, systemScheduler), from };
}

/** The built page: beside this file in a bundle, in dist/ seen from the sources. */
function pageFolder(): string {
  return fileURLToPath(
    new URL(import.meta.url.endsWith(".ts") ? "../dist/hub/web" : "./web", import.meta.url),
  );
}

async function run(flags: Flags): Promise<void> {
  const logger = pino({ level: process.env["PUNCHBOX_LOG"] ?? "info" });
  let hub: RunningHub;
  try {
    const mail = await mailWay(flags);
    hub = await startHub({
      data: {
        dataDir: flags.data,
        databaseUrl: process.env["PUNCHBOX_DATABASE_URL"],
        rotatePinKey: flags.rotatePinKey,
      },
      port: flags.port,
      host: flags.host,
      assets: readPageAssets(flags.page),
      logger,
      scheduler: systemScheduler,
      wallClock: systemWallClock,
      random: systemRandom,
      kdf: argon2Kdf,
      timeZone: flags.timeZone,
      firstStart: "empty",
      ownerLink: flags.ownerLink,
      pageUrl: flags.url,
      mail,
    });
  } catch (error) {
    // One clear line for what an operator can mend; anything else is a bug and keeps its stack.
    if (!(error instanceof CodedError)) throw error;
    process.stderr.write(`punchbox hub: ${error.message} (${codeOf(error)})\n`);
    process.exitCode = 1;
    return;
  }
  process.stdout.write(`The hub's page: ${hub.url}\nTerminals connect to: ${hub.terminalUrl}\n`);
  if (hub.ownerLink !== null) {
    process.stdout.write(
      `\nOpen this link once, within a day, to sign in as the owner:\n  ${hub.ownerLink}\n`,
    );
  }
  const stop = (): void => {
    process.off("SIGINT", stop);
    process.off("SIGTERM", stop);
    void hub.close();
  };
  process.on("SIGINT", stop);
  process.on("SIGTERM", stop);
}

// Everything this process writes is its owner's alone.
process.umask(0o077);

await new Command("punchbox-hub")
  .description("The hub of Punchbox: people, kiosks and punches, and the terminals that send them.")
  .version(packageVersion())
  .option("--data <folder>", "where the database and hub.key are", envPaths("punchbox", { suffix: "" }).data)
  .option("--port <number>", "TCP port; 0 picks a free one", parsePort, DEFAULT_PORT)
  .addOption(
    new Option("--host <address>", "loopback address to listen on")
      .choices(["127.0.0.1", "::1"])
      .default("127.0.0.1"),
  )
  .option("--page <folder>", "the built page", pageFolder())
  .option(
    "--time-zone <name>",
    "IANA time zone of a workspace made now",
    Intl.DateTimeFormat().resolvedOptions().timeZone,
  )
  .option("--url <address>", "where people reach the hub's page: what links in mails begin with", pageUrl)
  .option("--smtp <url>", "mail server: smtp://host:25 or smtps://host; without one, mails stay on the page")
  .option("--mail-from <address>", "what mails come from", address)
  .option("--rotate-pin-key", "make a new key, and keep every PIN under it from now on", false)
  .option("--owner-link", "print a link that gives the owner a new password", false)
  .addHelpText(
    "after",
    "\nEnvironment:\n  PUNCHBOX_DATABASE_URL  a PostgreSQL database in place of SQLite: postgres://user:password@host/name\n" +
      "  PUNCHBOX_SMTP_URL      what --smtp takes, with a password if need be, which others could see in an argument:\n" +
      "                         smtps://user:password@host" +
      "\n\nExamples:\n  punchbox-hub --data /var/lib/punchbox\n  punchbox-hub --port 0 --time-zone Europe/Zagreb\n",
  )
  .action((flags: Flags) => run(flags))
  .parseAsync();
