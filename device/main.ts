import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { openGpiochip } from "../hal/gpio/gpiochip.ts";
import { Gpio4Bus } from "../hal/lcd/bus-gpio4.ts";
import { Hd44780Display } from "../hal/lcd/hd44780.ts";
import type { DisplaySize, GpioBank } from "../hal/ports.ts";
import { systemRandom, systemScheduler, systemWallClock } from "../protocol/seams/clocks.ts";
import type { State } from "./core/state.ts";
import { coreFor } from "./core/step.ts";
import type { Now } from "./core/types.ts";
import { earlyDisplay, type EarlyDisplay } from "./config/early-display.ts";

/**
 * The hardware's composition root. Only what the first frame needs is imported here; everything else is loaded while
 * the display's controller is still getting up.
 */

/** EX_CONFIG of sysexits.h: systemd is told not to restart for it. */
const EXIT_CONFIG = 78;
const STOP_LIMIT_MS = 2_000;

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
  const text = readConfig(configPath);
  const early = earlyDisplay(text);
  const bank = await machine.openGpio();
  const earlyParts = early === null ? null : openDisplay(bank, early);

  const [
    { parseConfig, ConfigError },
    { Daemon, identityInFolder, ledgerFile },
    { startWorkerLedger },
    hal,
    seams,
  ] = await Promise.all([
    import("./config/parse-config.ts"),
    import("./daemon.ts"),
    import("./ledger/worker-port.ts"),
    loadParts(),
    loadSeams(),
  ]);

  let config;
  try {
    config = parseConfig(text, configPath);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    console.error(error.message);
    process.exit(EXIT_CONFIG);
  }
  const { data, hub, keypad, sounder, time_zone: timeZone } = config;
  mkdirSync(data.folder, { recursive: true, mode: 0o700 });
  const size = sizeOf(config.display.size);
  const display = earlyParts ?? openDisplay(bank, { ...config.display, size });
  const parts = {
    display,
    keypad: new hal.MatrixKeypad({
      bank,
      scheduler: systemScheduler,
      layout: keypad.layout === "4x4" ? hal.LAYOUT_4X4 : hal.LAYOUT_4X3,
      rows: keypad.rows,
      columns: keypad.columns,
    }),
    sounder:
      sounder === undefined
        ? hal.silentSounder
        : new hal.GpioBuzzer({ bank, scheduler: systemScheduler, line: sounder.pin }),
  };
  const log = seams.makeLogger({
    level: config.log.level,
    form: process.stderr.isTTY ? "human" : "json",
    colour: process.stderr.isTTY && !process.env["NO_COLOR"],
  });
  const daemon = new Daemon<State>({
    ...parts,
    core: coreFor(size),
    identity: identityInFolder(data.folder),
    claimToken: hub.claim_token ?? null,
    connect: () => seams.openWebSocketLink(hub.url),
    openLedger: (terminal, boot) =>
      startWorkerLedger(
        { path: join(data.folder, ledgerFile(terminal)), terminal, boot: { ...boot } },
        workerScript(),
      ),
    kdf: seams.argon2Kdf,
    scheduler: systemScheduler,
    wallClock: systemWallClock,
    random: systemRandom,
    boot: seams.bootId.parse(seams.crockford(thisBoot(), seams.ID_LENGTH)),
    clockQuality: () => (existsSync(TIMESYNC_FLAG) ? "set" : "unset"),
    timeZone,
    software: seams.packageVersion(),
    log,
  });
  stopOnSignal(async () => {
    await daemon.close();
    await Promise.all([parts.display.close(), parts.keypad.close(), parts.sounder.close()]);
  });
  await daemon.start();
  log.info({ gpio: bank.name }, "ready");
}

function readConfig(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    console.error(`${path}: cannot be read: give another with --config`);
    process.exit(EXIT_CONFIG);
  }
}

function openDisplay(bank: GpioBank, { size, rs, e, data, backlight }: EarlyDisplay): Hd44780Display {
  const bus = new Gpio4Bus(bank, { rs, e, data, ...(backlight === undefined ? {} : { backlight }) });
  const display = new Hd44780Display({ bus, scheduler: systemScheduler, size });
  const core = coreFor(size);
  display.show(core.render(core.initial, NO_TIME_YET, size));
  return display;
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

async function loadParts() {
  const [keypad, layouts, buzzer] = await Promise.all([
    import("../hal/keypad/matrix-keypad.ts"),
    import("../hal/keypad/layouts.ts"),
    import("../hal/sounder/gpio-buzzer.ts"),
  ]);
  const silentSounder = { play: () => undefined, close: () => Promise.resolve() };
  return { ...keypad, ...layouts, ...buzzer, silentSounder };
}

async function loadSeams() {
  const [argon2, link, logging, version, ids] = await Promise.all([
    import("../protocol/seams/argon2.ts"),
    import("../protocol/seams/ws-link.ts"),
    import("../protocol/seams/log.ts"),
    import("../protocol/seams/package-version.ts"),
    import("../protocol/ids.ts"),
  ]);
  return { ...argon2, ...link, ...logging, ...version, ...ids };
}

/** Set by systemd-timesyncd once the clock has been synchronised in this boot. */
const TIMESYNC_FLAG = "/run/systemd/timesync/synchronized";
const BOOT_ID = "/proc/sys/kernel/random/boot_id";

/** Bits that name this boot of the machine; where the kernel names none, this process. */
function thisBoot(): Uint8Array {
  if (!existsSync(BOOT_ID)) return systemRandom.bytes(10);
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
