import { existsSync, readFileSync } from "node:fs";
import { flushCompileCache } from "node:module";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { POWER_ON_MS } from "../hal/lcd/timing.ts";
import { linuxMachine } from "../hal/linux-machine.ts";
import type { Machine } from "../hal/machine.ts";
import { openDisplay, openWiredDisplay } from "../hal/open-display.ts";
import type { GpioBackend } from "../hal/plan.ts";
import type { DisplaySize, Frame } from "../hal/ports.ts";
import type { BootId } from "../protocol/ids.ts";
import { systemRandom, systemScheduler, systemWallClock } from "../protocol/seams/clocks.ts";
import { makeFolder } from "../protocol/seams/folders.ts";
import { packageVersion } from "../protocol/seams/package-version.ts";
import type { State } from "./core/state.ts";
import { coreFor } from "./core/step.ts";
import type { Now } from "./core/types.ts";
import { earlyDisplay } from "./config/early-display.ts";
import { givingWayTo } from "./first-frame.ts";
import type { Config } from "./config/config.ts";
import type { Identity, Paired } from "./config/identity.ts";
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
const KEY_BYTES = 32;

/** Where the unit sets NODE_COMPILE_CACHE, compiled code is kept for the next start once this one has time for it. */
const KEEP_COMPILED_AFTER_MS = 10_000;

/** What parts are opened on. A root of another kind (a bench, a test) may put its own in place of this machine. */
export type MachineOf = (gpio: GpioBackend) => Machine;

const thisMachine: MachineOf = (gpio) => linuxMachine({ gpio, scheduler: systemScheduler });

/**
 * Runs the terminal as `configPath` says, until a signal ends it. Resolves when it takes keys. Rejects with CodedError
 * (`store.open`, `identity.damaged`, ...) or HalError; a wrong config file ends the process with 78.
 */
export async function runTerminal(configPath: string, machineOf: MachineOf = thisMachine): Promise<void> {
  // Everything this process writes is its owner's alone.
  process.umask(0o077);
  const text = readConfig(configPath);
  const early = earlyDisplay(text);
  const poweredSinceMs = processBeganMs();
  const earlyMachine = machineOf("auto");
  const lit = early === null ? null : openWiredDisplay(early, earlyMachine, { poweredSinceMs });
  lit?.show(firstFrame(lit.size));
  // Loads its FFI while the controller is getting up; should it fail, the parts that need it tell.
  if (lit !== null) earlyMachine.gpio().catch(() => undefined);
  const between = givingWayTo(lit, poweredSinceMs + POWER_ON_MS, systemScheduler);
  // Another thread, another processor: it loads SQLite while this one loads the rest.
  const ledgerThread = startLedgerThread(workerScript());
  const modules = await loadForConfig(between);

  const config = parseOrExit(text, configPath, modules);
  const { data, hub, parts: plan, time_zone: timeZone } = config;
  const machine = plan.gpio === "auto" ? earlyMachine : machineOf(plan.gpio);
  makeFolder(data.folder);
  const boot = modules.bootId.parse(modules.crockford(thisBoot(), modules.ID_LENGTH));
  const identity = modules.loadIdentity(data.folder);
  const openLedger = openedEarly(identity, boot, ({ terminal, terminalKey }, life) =>
    ledgerThread.open({
      path: join(data.folder, ledgerFile(terminal)),
      terminal,
      terminalKey,
      privateKey: identity.privateKey,
      boot: { ...life },
    }),
  );

  const { Daemon, identityInFolder, makeLogger, openParts, closeParts } = await loadForKeys(between);
  const display = lit ?? (await openDisplay(plan.display, machine, { poweredSinceMs }));
  if (lit === null) display.show(firstFrame(display.size));
  const parts = await openParts(plan, machine, display);
  const log = await makeLogger({
    level: config.log.level,
    form: process.stderr.isTTY ? "human" : "json",
    colour: process.stderr.isTTY && !process.env["NO_COLOR"],
  });
  const daemon = new Daemon<State>({
    ...parts,
    ...modules.mannersOf(config),
    core: coreFor(display.size),
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
    systemClock: async () => (await import("../hal/clock/this-machine.ts")).thisMachinesClock(),
    timeZone,
    software: packageVersion(),
    log,
    onBroken(code) {
      log.fatal({ code }, "cannot go on; systemd starts a new life");
      process.exit(1);
    },
    onRestart: () => endAfter(close),
  });
  async function close(): Promise<void> {
    await daemon.close();
    await closeParts(parts);
  }
  stopOnSignal(close);
  await daemon.start();
  log.info({ gpio: machine.gpioChoice() }, "ready");
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
  const terminalKey = Buffer.from(systemRandom.bytes(KEY_BYTES)).toString("base64");
  const { opened } = ledgerThread.open({ path: ":memory:", terminal, terminalKey, boot });
  await Promise.all([loadForKeys(between), loadForHub(), loadForPins(), opened]);
}

/** Loads what the config file and the identity are checked with, in pieces, awaiting `between` after each. */
async function loadForConfig(between: () => Promise<void>) {
  const ids = await import("../protocol/ids.ts");
  await between();
  const config = await import("./config/parse-config.ts");
  const manners = await import("./config/manners.ts");
  const identity = await import("./config/identity.ts");
  await between();
  return { ...ids, ...config, ...manners, ...identity };
}

/** Loads the rest that keys are taken with, likewise. */
async function loadForKeys(between: () => Promise<void>) {
  const daemon = await import("./daemon.ts");
  await between();
  const parts = await import("../hal/open-parts.ts");
  await between();
  const logging = await import("../protocol/seams/log.ts");
  await between();
  return { ...daemon, ...parts, ...logging };
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

type OpenLedgerOf = (paired: Paired, boot: Boot) => Promise<OpenLedger>;

/**
 * Begins at once to open the ledger that a paired terminal will ask for, and to read its directory, so that its thread does
 * it while this one is still loading. Asked for another, it opens that.
 */
function openedEarly(
  { paired }: Identity,
  boot: BootId,
  open: (paired: Paired, boot: Boot) => OpeningLedger,
): OpenLedgerOf {
  if (paired === null) return (other, life) => open(other, life).opened;
  const opening = open(paired, { id: boot, startedMs: systemScheduler.nowMs() });
  const port = directoryAskedAhead(opening.port);
  const ledger = opening.opened.then((opened) => ({ ...opened, port }));
  // Whoever asks for it is told; until then nobody listens.
  ledger.catch(() => undefined);
  return (other, life) => (other.terminal === paired.terminal ? ledger : open(other, life).opened);
}

function readConfig(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    console.error(`${path}: cannot be read: give another with --config`);
    process.exit(EXIT_CONFIG);
  }
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
  isTimeKnown: false,
  local: { year: 1970, month: 1, day: 1, weekday: 4, hour: 0, minute: 0, dayStartMs: 0, dayEndMs: 0 },
};

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
  process.once("SIGINT", () => endAfter(close));
  process.once("SIGTERM", () => endAfter(close));
}

/** Whoever supervises this process starts it again, unless it was told to end it. */
function endAfter(close: () => Promise<void>): void {
  systemScheduler.after(STOP_LIMIT_MS, () => process.exit(1));
  close().then(
    () => process.exit(0),
    () => process.exit(1),
  );
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  try {
    await runTerminal(process.argv[2] ?? "/etc/punchbox/punchbox.toml");
  } catch (error) {
    console.error(`punchbox: ${error instanceof Error ? error.message : "could not start"}`);
    process.exit(1);
  }
}
