import { DEFAULT_TRY_SETTINGS } from "../../protocol/try-settings.ts";
import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type * as z from "zod";
import { saveIdentity } from "../../device/config/identity.ts";
import { openTerminalStore } from "../../device/ledger/store.ts";
import { ledgerFile } from "../../device/ledger/worker-port.ts";
import { bootId, kioskId, makeId, personId, terminalId } from "../../protocol/ids.ts";
import { generateTerminalKeyPair } from "../../protocol/identity.ts";
import { MAX_PEOPLE_PER_KIOSK, MAX_PEOPLE_PER_PAGE } from "../../protocol/limits.ts";
import { NEVER_PUNCHED } from "../../protocol/presence.ts";
import { openBetterSqlite3 } from "../../protocol/seams/better-sqlite3.ts";
import { systemRandom } from "../../protocol/seams/clocks.ts";
import { KDF_BYTES, SALT_BYTES } from "../../protocol/seams.ts";
import { encodeVerifier } from "../../protocol/verifier.ts";
import { WIRING } from "../../sim/wiring.ts";
import { bundleForNode } from "../../systemd/build.ts";
import { plainReport, terminalReport, type PlainReport, type TerminalReport } from "./child/report.ts";
import type { Bench } from "./row.ts";

/**
 * A terminal as it is installed: bundled as `npm run build` bundles it, with a data folder of a box that has been paired
 * and knows 10,000 people, and with code compiled in an earlier start. Its hub cannot be reached.
 */
export interface InstalledBox {
  /** The folder of its bundles. */
  readonly program: string;
  /** Starts the terminal; resolves when it has reported and ended. */
  terminal(mode: "run" | "find" | "stop", flags?: readonly string[]): Promise<Started<TerminalReport> | null>;
  /** Only loads the same two bundles, each in its thread. */
  libraries(flags?: readonly string[]): Promise<Started<PlainReport>>;
  /** A Node process with nothing to do. */
  empty(flags?: readonly string[]): Promise<Started<PlainReport>>;
}

export interface Started<Report> {
  readonly report: Report;
  /** When the process was asked for, milliseconds of the monotonic clock. */
  readonly bornMs: number;
}

/** A person near the roster's end, by a number that has no digit twice: a slow machine might take two presses for one. */
export const FOUND_NUMBER = "09876";
export const FOUND_NAME = "Zdenka Zadnja";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
/** A child that takes longer is broken. */
const CHILD_LIMIT_MS = 30_000;
const NS_PER_MS = 1e6;
/** Nothing listens there (RFC 863's port, which nobody serves): the hub is unreachable at once. */
const NO_HUB = "ws://127.0.0.1:9/terminal";

/** Builds and prepares the box; for `bench.once`. */
export async function installBox(bench: Bench): Promise<InstalledBox> {
  const folder = mkdtempSync(join(tmpdir(), "punchbox-bench-"));
  bench.atEnd(() => rmSync(folder, { recursive: true }));
  const program = join(folder, "program");
  mkdirSync(program);
  // Native packages stay outside of a bundle and are found beside it.
  symlinkSync(join(ROOT, "node_modules"), join(folder, "node_modules"));
  await bundleForNode(
    {
      // An entry of its own, as in the product: inlined into another, it would take that for the terminal's command.
      main: join(ROOT, "device/main.ts"),
      terminal: join(ROOT, "test/bench/child/terminal.ts"),
      empty: join(ROOT, "test/bench/child/empty.ts"),
      "ledger-worker": join(ROOT, "device/ledger/worker.ts"),
    },
    program,
  );
  const data = join(folder, "data");
  mkdirSync(data, { mode: 0o700 });
  prepareData(data);
  const config = join(folder, "punchbox.toml");
  writeFileSync(config, configText(data));
  const environment = { NODE_COMPILE_CACHE: join(folder, "compiled") };

  const start = async <Report>(
    flags: readonly string[],
    script: string,
    argumentsAfter: (bornMs: number) => readonly string[],
    schema: z.ZodType<Report>,
  ): Promise<Started<Report> | null> => {
    const bornMs = Number(process.hrtime.bigint()) / NS_PER_MS;
    const text = await outputOf([...flags, join(program, script), ...argumentsAfter(bornMs)], environment);
    return text === "" ? null : { report: schema.parse(JSON.parse(text)), bornMs };
  };
  const box: InstalledBox = {
    program,
    async terminal(mode, flags = []) {
      const parameters = (bornMs: number): string[] => [mode, config, String(bornMs), FOUND_NUMBER];
      const started = await start(flags, "terminal.js", parameters, terminalReport);
      if ((started?.report.violations ?? 0) > 0)
        throw new RangeError("the display was driven against its datasheet");
      return started;
    },
    libraries: async (flags = []) => present(await start(flags, "terminal.js", () => ["load"], plainReport)),
    empty: async (flags = []) => present(await start(flags, "empty.js", () => [], plainReport)),
  };
  // The first starts compile and keep what the later ones read.
  await box.libraries();
  await box.terminal("stop");
  return box;
}

/** A started process has to have reported. Throws RangeError when it has not. */
export function present<Report>(started: Started<Report> | null): Started<Report> {
  if (started === null) throw new RangeError("a measured process ended without a report");
  return started;
}

function outputOf(
  parameters: readonly string[],
  environment: Readonly<Record<string, string>>,
): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, parameters, {
      env: { ...process.env, ...environment },
      stdio: ["ignore", "pipe", "pipe"],
      timeout: CHILD_LIMIT_MS,
    });
    let output = "";
    let complaints = "";
    child.stdout.on("data", (chunk: Buffer) => (output += chunk.toString()));
    child.stderr.on("data", (chunk: Buffer) => (complaints += chunk.toString()));
    child.on("error", reject);
    child.on("close", (code) => {
      if (code === 0) resolve(output);
      else
        reject(new RangeError(`a measured process ended with ${code ?? "a signal"}: ${complaints.trim()}`));
    });
  });
}

function prepareData(folder: string): void {
  const terminal = makeId(terminalId, systemRandom);
  const key = systemRandom.bytes(KDF_BYTES);
  const terminalKey = Buffer.from(key).toString("base64");
  saveIdentity(folder, { ...generateTerminalKeyPair(), paired: { terminal, terminalKey } });
  const driver = openBetterSqlite3(join(folder, ledgerFile(terminal)));
  const store = openTerminalStore(
    driver,
    terminal,
    { id: makeId(bootId, systemRandom), startedMs: 0 },
    systemRandom,
    key,
  );
  const revision = 1;
  store.beginSnapshot({
    revision,
    includesSeq: 0,
    kiosk: {
      kiosk: makeId(kioskId, systemRandom),
      name: "Westside Bar",
      requiresPin: true,
      pinLength: 4,
      numberLength: FOUND_NUMBER.length,
      timeZone: "Europe/Zagreb",
      language: "en",
      universalPin: null,
      tries: DEFAULT_TRY_SETTINGS,
    },
  });
  for (let first = 0; first < MAX_PEOPLE_PER_KIOSK; first += MAX_PEOPLE_PER_PAGE) {
    store.addPage(
      revision,
      Array.from({ length: MAX_PEOPLE_PER_PAGE }, (_, index) => person(first + index)),
      0,
    );
  }
  store.commitSnapshot(revision);
  store.close();
}

const FIRST_NAMES = ["Ana", "Marko", "Lucía", "Jürgen", "Zoë", "Ștefan", "Małgorzata", "Jan"];
const LAST_NAMES = ["Kovač", "Novák", "Müller", "García", "Ionescu", "Wiśniewska", "Horvat"];

function person(index: number): Parameters<ReturnType<typeof openTerminalStore>["addPage"]>[1][number] {
  const number = String(index).padStart(FOUND_NUMBER.length, "0");
  const first = FIRST_NAMES[index % FIRST_NAMES.length] ?? "";
  const last = LAST_NAMES[index % LAST_NAMES.length] ?? "";
  return {
    person: makeId(personId, systemRandom),
    number,
    name: number === FOUND_NUMBER ? FOUND_NAME : `${first} ${last}`,
    role: "regular",
    language: null,
    moreTime: false,
    pin: encodeVerifier(systemRandom.bytes(SALT_BYTES), systemRandom.bytes(KDF_BYTES)),
    presence: NEVER_PUNCHED,
  };
}

function configText(folder: string): string {
  const pin = (bcm: number): string => `"GPIO${bcm}"`;
  const pins = (bcms: readonly number[]): string => `[${bcms.map(pin).join(", ")}]`;
  const { display, rows, columns } = WIRING;
  return `time_zone = "Europe/Zagreb"
[hub]
url = "${NO_HUB}"
[data]
folder = "${folder}"
[display]
driver = "hd44780-gpio"
rs = ${pin(display.rs)}
e = ${pin(display.e)}
data = ${pins(display.data)}
[keypad]
rows = ${pins(rows)}
columns = ${pins(columns)}
`;
}
