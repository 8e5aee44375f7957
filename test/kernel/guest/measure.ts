import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { systemScheduler } from "../../../protocol/seams/clocks.ts";
import { tell } from "./bench.ts";
import { KEYPAD_COLUMNS, KEYPAD_ROWS } from "./child/keypad-lines.ts";
import { contextSwitchesOf, startCountingSystemCalls, systemCallsOf } from "./kernel-counts.ts";
import { MEASUREMENT_FILE, type Measurement } from "./measurement.ts";

/**
 * `measure.ts WINDOW-S TERMINAL CONFIG LIBRARIES`: measures keypads, the idle terminal that the bundle TERMINAL is, and the bundle
 * LIBRARIES that only loads what it loads; leaves the numbers in /out. What runs are processes of their own; the kernel counts.
 */
const KEYPAD = fileURLToPath(new URL("child/keypad.ts", import.meta.url));
const PRESSES = 20;
const HOLD_MS = 80;
/** The matrix is at rest again by then. */
const GAP_MS = 150;
/** What a start leaves behind, compiled code to be kept among it, has been cleared up by then. */
const SETTLE_MS = 30_000;
const MS_PER_S = 1_000;
const POLL = "setInterval(() => undefined, 10)";

const [windowS = "", terminal = "", config = "", libraries = ""] = process.argv.slice(2);

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => systemScheduler.after(ms, resolve));
}

interface Started {
  readonly pid: number;
  readonly process: ChildProcess;
}

function start(parameters: readonly string[]): Started {
  const child = spawn(process.execPath, parameters, { stdio: ["ignore", "pipe", "inherit"] });
  // Nobody reads what an idle process says; a pipe that is full would stop it.
  child.stdout.resume();
  if (child.pid === undefined) throw new Error(`${parameters.join(" ")}: does not start`);
  return { pid: child.pid, process: child };
}

async function stop({ process: child }: Started): Promise<void> {
  const ended = once(child, "exit");
  child.kill("SIGTERM");
  await ended;
}

async function systemCallsPerPress(backEnd: string): Promise<number> {
  tell("reset", ...KEYPAD_COLUMNS.map((column) => `pull-up ${column}`));
  const keypad = start([KEYPAD, backEnd]);
  const { stdout } = keypad.process;
  if (stdout === null) throw new Error("a keypad's process has no output");
  // One key after another: a second press of the same would need the first to be over for certain.
  const press = async (count: number): Promise<void> => {
    const row = KEYPAD_ROWS[count % KEYPAD_ROWS.length] ?? 0;
    const column = KEYPAD_COLUMNS[Math.floor(count / KEYPAD_ROWS.length) % KEYPAD_COLUMNS.length] ?? 0;
    tell(`close ${row} ${column}`);
    await once(stdout, "data");
    await pause(HOLD_MS);
    tell(`open ${row} ${column}`);
    await pause(GAP_MS);
  };
  // The first is seen whenever the keypad is up.
  await press(0);
  const before = systemCallsOf(keypad.pid);
  for (let count = 1; count <= PRESSES; count++) await press(count);
  const calls = systemCallsOf(keypad.pid) - before;
  await stop(keypad);
  console.log(`${backEnd}: ${calls} system calls for ${PRESSES} presses`);
  return calls / PRESSES;
}

async function switchesPerSecond(): Promise<Measurement["switchesPerSecond"]> {
  tell("reset");
  const idle = {
    keypad: start([KEYPAD, "gpiochip"]),
    daemon: start([terminal, config]),
    libraries: start([libraries, "idle"]),
    polling: start(["-e", POLL]),
  };
  await pause(SETTLE_MS);
  for (const [name, { process: child }] of Object.entries(idle)) {
    if (child.exitCode !== null) throw new Error(`${name} has ended with ${child.exitCode}`);
  }
  const count = ({ pid }: Started): number => contextSwitchesOf(pid);
  const counts = (): Measurement["switchesPerSecond"] => ({
    keypad: count(idle.keypad),
    daemon: count(idle.daemon),
    libraries: count(idle.libraries),
    polling: count(idle.polling),
  });
  const before = counts();
  const startMs = systemScheduler.nowMs();
  await pause(Number(windowS) * MS_PER_S);
  const seconds = (systemScheduler.nowMs() - startMs) / MS_PER_S;
  // A process that has ended has no file to count in: this throws.
  const after = counts();
  for (const each of Object.values(idle)) await stop(each);
  return {
    keypad: (after.keypad - before.keypad) / seconds,
    daemon: (after.daemon - before.daemon) / seconds,
    libraries: (after.libraries - before.libraries) / seconds,
    polling: (after.polling - before.polling) / seconds,
  };
}

startCountingSystemCalls();
const measured: Measurement = {
  systemCallsPerPress: {
    gpiochip: await systemCallsPerPress("gpiochip"),
    onoff: await systemCallsPerPress("onoff"),
    "rpi-gpio": await systemCallsPerPress("rpi-gpio"),
  },
  switchesPerSecond: await switchesPerSecond(),
};
writeFileSync(join("/out", MEASUREMENT_FILE), JSON.stringify(measured));
