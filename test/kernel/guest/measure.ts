import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { systemScheduler } from "../../../protocol/seams/clocks.ts";
import { tell } from "./bench.ts";
import { KEYPAD_COLUMNS, KEYPAD_ROWS } from "./child/keypad-lines.ts";
import { sleepsOf, startCountingSystemCalls, systemCallsOf } from "./kernel-counts.ts";
import { MeasuredProcess } from "./measured-process.ts";
import { MEASUREMENT_FILE, type Measurement } from "./measurement.ts";
import { pause, until } from "./real-time-waits.ts";

/**
 * `measure.ts WINDOW-S TERMINAL LIBRARIES NODE-FLAG...`: measures keypads, the idle terminal that the bundle TERMINAL is, with a hub
 * that answers, and the bundle LIBRARIES that only loads what it loads. Leaves the numbers in /out.
 */
const child = (name: string): string => fileURLToPath(new URL(`child/${name}.ts`, import.meta.url));
const POLL = "setInterval(() => undefined, 10)";
const PRESSES = 20;
const HOLD_MS = 80;
/** The matrix is at rest again by then. */
const GAP_MS = 150;
/** What a start leaves behind has been cleared up by then, and code that runs every 30 s has been compiled for good. */
const SETTLE_MS = 180_000;
const MS_PER_S = 1_000;

const [windowS = "", terminal = "", libraries = "", ...nodeFlags] = process.argv.slice(2);

async function systemCallsPerPress(backEnd: string): Promise<number> {
  tell("reset", ...KEYPAD_COLUMNS.map((column) => `pull-up ${column}`));
  const keypad = new MeasuredProcess(backEnd, [...nodeFlags, child("keypad"), backEnd]);
  await keypad.says(/up/);
  // One key after another: a second press of the same would need the first to be over for certain.
  const press = async (count: number): Promise<void> => {
    const row = KEYPAD_ROWS[count % KEYPAD_ROWS.length] ?? 0;
    const column = KEYPAD_COLUMNS[Math.floor(count / KEYPAD_ROWS.length) % KEYPAD_COLUMNS.length] ?? 0;
    const before = keypad.output.length;
    tell(`close ${row} ${column}`);
    await until(() => keypad.output.length > before);
    await pause(HOLD_MS);
    tell(`open ${row} ${column}`);
    await pause(GAP_MS);
  };
  await press(0);
  const before = systemCallsOf(keypad.pid);
  for (let count = 1; count <= PRESSES; count++) await press(count);
  const calls = systemCallsOf(keypad.pid) - before;
  await keypad.stop();
  return calls / PRESSES;
}

/** Parts as far as the bench has them. */
function terminalConfig(hubUrl: string, claimToken: string): string {
  return `time_zone = "Europe/Zagreb"
[hub]
url = "${hubUrl}"
claim_token = "${claimToken}"
[data]
folder = "/run/tmp/terminal"
[display]
driver = "hd44780-gpio"
rs = "GPIO7"
e = "GPIO8"
data = ["GPIO25", "GPIO24", "GPIO23", "GPIO22"]
[keypad]
rows = ["GPIO5", "GPIO6", "GPIO13", "GPIO19"]
columns = ["GPIO12", "GPIO16", "GPIO20", "GPIO21"]
`;
}

async function switchesPerSecond(): Promise<Measurement["switchesPerSecond"]> {
  tell("reset");
  const hub = new MeasuredProcess("the hub", [child("hub"), "/run/tmp/hub"]);
  const [, url = "", token = ""] = await hub.says(/^(ws:\S+) (\S+)$/m);
  const config = "/run/tmp/punchbox.toml";
  writeFileSync(config, terminalConfig(url, token));
  const daemon = new MeasuredProcess("the terminal", [...nodeFlags, terminal, config]);
  await daemon.says(/"hub link up"/);
  const keypad = new MeasuredProcess("the keypad", [...nodeFlags, child("keypad"), "gpiochip"]);
  await keypad.says(/up/);
  const loaded = new MeasuredProcess("the libraries", [...nodeFlags, libraries, "idle"]);
  await loaded.says(/loaded/);
  const polling = new MeasuredProcess("the polling loop", [...nodeFlags, "-e", POLL]);
  await pause(SETTLE_MS);

  const all = { keypad, daemon, libraries: loaded, polling };
  const counts = (): Measurement["switchesPerSecond"] => {
    for (const each of Object.values(all)) each.mustRun();
    return {
      keypad: sleepsOf(keypad.pid),
      daemon: sleepsOf(daemon.pid),
      libraries: sleepsOf(loaded.pid),
      polling: sleepsOf(polling.pid),
    };
  };
  const before = counts();
  const startMs = systemScheduler.nowMs();
  await pause(Number(windowS) * MS_PER_S);
  const after = counts();
  const seconds = (systemScheduler.nowMs() - startMs) / MS_PER_S;
  for (const each of [...Object.values(all), hub]) await each.stop();
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
