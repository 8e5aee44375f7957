import { existsSync, readFileSync } from "node:fs";
import { flushCompileCache } from "node:module";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { openGpiochip } from "../hal/gpio/gpiochip.ts";
import { LAYOUT_4X3, LAYOUT_4X4 } from "../hal/keypad/layouts.ts";
import { MatrixKeypad } from "../hal/keypad/matrix-keypad.ts";
import { Gpio4Bus } from "../hal/lcd/bus-gpio4.ts";
import { Hd44780Display } from "../hal/lcd/hd44780.ts";
import { POWER_ON_MS } from "../hal/lcd/timing.ts";
import type { DisplaySize, Frame, GpioBank, Sounder } from "../hal/ports.ts";
import { GpioBuzzer } from "../hal/sounder/gpio-buzzer.ts";
import type { BootId, TerminalId } from "../protocol/ids.ts";
import { systemRandom, systemScheduler, systemWallClock } from "../protocol/seams/clocks.ts";
import { makeFolder } from "../protocol/seams/folders.ts";
import { packageVersion } from "../protocol/seams/package-version.ts";
import type { State } from "./core/state.ts";
import { coreFor } from "./core/step.ts";
import type { Now } from "./core/types.ts";
import { earlyDisplay, type EarlyDisplay } from "./config/early-display.ts";
import { givingWayTo } from "./first-frame.ts";
import type { Config } from "./config/config.ts";
import type { Identity } from "./config/identity.ts";
import type { OpenLedger } from "./daemon.ts";
import type { Boot } from "./ledger/store.ts";
import { directoryAskedAhead } from "./ledger/asked-ahead.ts";
import { ledgerFile, startLedgerThread, type OpeningLedger } from "./ledger/worker-port.ts";

/**
 * The hardware's composition root. Only what the first frame needs is imported here; everything else is loaded while
 * the display's controller is still getting up.
 */

/** EX_CONFIG of sysexits.h: systemd is told not to restart for it. */
const EXIT_CONFIG = 78;
const STOP_LIMIT_MS = 2_000;

/** Where the unit sets NODE_COMPILE_CACHE, compiled code is kept for the next start once this one has time for it. */
const KEEP_COMPILED_AFTER_MS = 10_000;

/** What a root of another kind (a bench, a test) may put in place of this machine's pins. */
export interface Machine {
  readonly openGpio: () => Promise<GpioBank>;
}

const thisMachine: Machine = { openGpio: () => openGpiochip(systemScheduler) };

/**
 * Runs the terminal as `configPath` says, until a signal ends it. Resolves when it takes keys. Rejects with CodedError
 * (`store.open`, `identity.damaged`, ...) or HalError; a wrong config file ends the process with 78.
 */
export async function runTerminal(configPath: string, machine: Machine = thisMachine): Promise<void> {
  // Everything this process writes is its owner's alone.
  process.umask(0o077);
  const text = readConfig(configPath);
  const early = earlyDisplay(text);
  const openingGpio = machine.openGpio();
  const earlyParts = early === null ? null : openDisplay(bankOnceOpen(openingGpio), early);
  const between = givingWayTo(earlyParts, processBeganMs() + POWER_ON_MS, systemScheduler);
  // Another thread, another processor: it loads SQLite while this one loads the rest.
  const ledgerThread = startLedgerThread(workerScript());
  const bank = await openingGpio;
  const modules = await loadForConfig(between);

  const config = parseOrExit(text, configPath, modules);
  const { data, hub, keypad, sounder, time_zone: timeZone } = config;
  makeFolder(data.folder);
  const boot = modules.bootId.parse(modules.crockford(thisBoot(), modules.ID_LENGTH));
  const identity = modules.loadIdentity(data.folder);
  const openLedger = openedEarly(identity, boot, (terminal, life) =>
    ledgerThread.open({ path: join(data.folder, ledgerFile(terminal)), terminal, boot: { ...life } }),
  );

  const { Daemon, identityInFolder, makeLogger } = await loadForKeys(between);
  const size = sizeOf(config.display.size);
  const display = earlyParts ?? openDisplay(bank, { ...config.display, size });
  const parts = {
    display,
    keypad: new MatrixKeypad({
      bank,
      scheduler: systemScheduler,
      layout: keypad.layout === "4x4" ? LAYOUT_4X4 : LAYOUT_4X3,
      rows: keypad.rows,
      columns: keypad.columns,
    }),
    sounder:
      sounder === undefined
        ? SILENT_SOUNDER
        : new GpioBuzzer({ bank, scheduler: systemScheduler, line: sounder.pin }),
  };
  const log = await makeLogger({
    level: config.log.level,
    form: process.stderr.isTTY ? "human" : "json",
    colour: process.stderr.isTTY && !process.env["NO_COLOR"],
  });
  const daemon = new Daemon<State>({
    ...parts,
    core: coreFor(size),
    identity: { ...identityInFolder(data.folder), load: () => identity },
    claimToken: hub.claim_token ?? null,
    connect: async () => (await loadForHub()).openWebSocketLink(hub.url),
    loadSync: loadForHub,
    openLedger,
    kdf: { derive: async (pin, salt) => (await loadForPins()).argon2Kdf.derive(pin, salt) },
    scheduler: systemScheduler,
    wallClock: systemWallClock,
    random: systemRandom,
    boot,
    clockQuality: () => (existsSync(TIMESYNC_FLAG) ? "set" : "unset"),
    timeZone,
    software: packageVersion(),
    log,
    onBroken(code) {
      log.fatal({ code }, "cannot go on; systemd starts a new life");
      process.exit(1);
    },
  });
  stopOnSignal(async () => {
    await daemon.close();
    await Promise.all([parts.display.close(), parts.keypad.close(), parts.sounder.close()]);
  });
  await daemon.start();
  log.info({ gpio: bank.name }, "ready");
  // Nobody can have typed a PIN yet; whoever does finds it loaded, or is told why it is not.
  systemScheduler.soon(() => void loadForPins().catch(() => undefined));
  systemScheduler.after(KEEP_COMPILED_AFTER_MS, flushCompileCache);
}

/**
 * Loads all that a terminal ever loads, in the same two threads, and runs nothing of it but an empty store in memory, whose
 * answer says that its thread has loaded: what the bench measures a terminal against.
 */
export async function loadAll(): Promise<void> {
  const ledgerThread = startLedgerThread(workerScript());
  const between = (): Promise<void> => Promise.resolve();
  const { makeId, terminalId, bootId } = await loadForConfig(between);
  const terminal = makeId(terminalId, systemRandom);
  const boot = { id: makeId(bootId, systemRandom), startedMs: 0 };
  const { opened } = ledgerThread.open({ path: ":memory:", terminal, boot });
  await Promise.all([loadForKeys(between), loadForHub(), loadForPins(), opened]);
}

/** Loads what the config file and the identity are checked with, in pieces, awaiting `between` after each. */
async function loadForConfig(between: () => Promise<void>) {
  const ids = await import("../protocol/ids.ts");
  await between();
  const config = await import("./config/parse-config.ts");
  const identity = await import("./config/identity.ts");
  await between();
  return { ...ids, ...config, ...identity };
}

/** Loads the rest that keys are taken with, likewise. */
async function loadForKeys(between: () => Promise<void>) {
  const daemon = await import("./daemon.ts");
  await between();
  const logging = await import("../protocol/seams/log.ts");
  await between();
  return { ...daemon, ...logging };
}

async function loadForHub() {
  const { SyncClient } = await import("./sync/sync-client.ts");
  const { claimTerminal } = await import("./sync/claim.ts");
  const { openWebSocketLink } = await import("../protocol/seams/ws-link.ts");
  return { SyncClient, claimTerminal, openWebSocketLink };
}

function loadForPins() {
  return import("../protocol/seams/argon2.ts");
}

function parseOrExit(
  text: string,
  path: string,
  { parseConfig, ConfigError }: Awaited<ReturnType<typeof loadForConfig>>,
): Config {
  try {
    return parseConfig(text, path);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    console.error(error.message);
    process.exit(EXIT_CONFIG);
  }
}

type OpenLedgerOf = (terminal: TerminalId, boot: Boot) => Promise<OpenLedger>;

/**
 * Begins at once to open the ledger that a paired terminal will ask for, and to read its directory, so that its thread does
 * it while this one is still loading. Asked for another, it opens that.
 */
function openedEarly(
  { paired }: Identity,
  boot: BootId,
  open: (terminal: TerminalId, boot: Boot) => OpeningLedger,
): OpenLedgerOf {
  if (paired === null) return (terminal, life) => open(terminal, life).opened;
  const opening = open(paired.terminal, { id: boot, startedMs: systemScheduler.nowMs() });
  const port = directoryAskedAhead(opening.port);
  const ledger = opening.opened.then((opened) => ({ ...opened, port }));
  // Whoever asks for it is told; until then nobody listens.
  ledger.catch(() => undefined);
  return (terminal, life) => (terminal === paired.terminal ? ledger : open(terminal, life).opened);
}

function readConfig(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    console.error(`${path}: cannot be read: give another with --config`);
    process.exit(EXIT_CONFIG);
  }
}

/** Stands for a bank that is being opened: a display first waits for its controller anyway. */
function bankOnceOpen(opening: Promise<GpioBank>): GpioBank {
  return { name: "gpio", open: async (consumer, lines) => (await opening).open(consumer, lines) };
}

function openDisplay(bank: GpioBank, { size, rs, e, data, backlight }: EarlyDisplay): Hd44780Display {
  const bus = new Gpio4Bus(bank, { rs, e, data, ...(backlight === undefined ? {} : { backlight }) });
  const display = new Hd44780Display({
    bus,
    scheduler: systemScheduler,
    size,
    poweredSinceMs: processBeganMs(),
  });
  display.show(firstFrame(size));
  return display;
}

/** On the scheduler's time line. A display has its power with the machine, so for certain before this process. */
function processBeganMs(): number {
  return systemScheduler.nowMs() - performance.now();
}

/** What the display shows before anything is known. */
export function firstFrame(size: DisplaySize): Frame {
  const core = coreFor(size);
  return core.render(core.initial, NO_TIME_YET, size);
}

/** The first frame shows no time: whether the clock is right is not known yet. */
const NO_TIME_YET: Now = {
  monotonicMs: 0,
  wallMs: 0,
  local: { year: 1970, month: 1, day: 1, weekday: 4, hour: 0, minute: 0, dayStartMs: 0, dayEndMs: 0 },
};

function sizeOf(size: "20x4" | "16x2"): DisplaySize {
  return size === "20x4" ? { columns: 20, rows: 4 } : { columns: 16, rows: 2 };
}

const SILENT_SOUNDER: Sounder = {
  play: () => undefined,
  volume: () => undefined,
  onFault: () => undefined,
  onRecovered: () => undefined,
  probe: () => Promise.resolve(),
  close: () => Promise.resolve(),
};

/** Set by systemd-timesyncd once the clock has been synchronised in this boot. */
const TIMESYNC_FLAG = "/run/systemd/timesync/synchronized";
const BOOT_ID = "/proc/sys/kernel/random/boot_id";

/** Bits that name this boot of the machine; where the kernel names none, this process. */
function thisBoot(): Uint8Array {
  if (!existsSync(BOOT_ID)) return systemRandom.bytes(10);
  const { createHash } = process.getBuiltinModule("node:crypto");
  return new Uint8Array(createHash("sha256").update(readFileSync(BOOT_ID, "utf8")).digest());
}

/** The ledger's thread: beside this file in a bundle, in its folder in the sources. */
function workerScript(): URL {
  return new URL(
    import.meta.url.endsWith(".ts") ? "./ledger/worker.ts" : "./ledger-worker.js",
    import.meta.url,
  );
}

function stopOnSignal(close: () => Promise<void>): void {
  const stop = (): void => {
    systemScheduler.after(STOP_LIMIT_MS, () => process.exit(1));
    close().then(
      () => process.exit(0),
      () => process.exit(1),
    );
  };
  process.once("SIGINT", stop);
  process.once("SIGTERM", stop);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  try {
    await runTerminal(process.argv[2] ?? "/etc/punchbox/punchbox.toml");
  } catch (error) {
    console.error(`punchbox: ${error instanceof Error ? error.message : "could not start"}`);
    process.exit(1);
  }
}
