import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { bundleForNode } from "../../systemd/build.ts";
import { prepareBed } from "../kernel/host/bed.ts";
import { setUp } from "../kernel/host/guest-script.ts";
import { measurement, MEASUREMENT_FILE, type Measurement } from "../kernel/guest/measurement.ts";
import { installBox } from "./box.ts";
import type { Bench, Row } from "./row.ts";

/**
 * What the kernel itself counts, in a virtual machine of the kernel bed: system calls of a key press, and how often idle processes
 * are woken. Where the bed cannot run, its rows cannot be measured, and say why.
 */
const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const WINDOW_QUICK_S = 60;
const WINDOW_FULL_S = 600;
/** Booting, key presses, and letting things settle, on a busy machine. */
const AROUND_S = 420;
const MS_PER_S = 1_000;
/** Numbers of lines as all three back ends can have them. */
const BASE_0 = { base: 0, label: "pinctrl-bcm2835" };
const LAST_LINES = 20;

async function measureInBed(bench: Bench): Promise<Measurement> {
  const bed = await prepareBed();
  bench.atEnd(() => bed.clear());
  const { program } = await bench.once(installBox);
  const product = join(dirname(program), "product");
  await bundleForNode(
    { main: join(ROOT, "device/main.ts"), "ledger-worker": join(ROOT, "device/ledger/worker.ts") },
    product,
  );
  const measured = [join(product, "main.js"), join(program, "terminal.js"), ...serviceFlags()];
  const windowS = bench.repetitions(WINDOW_QUICK_S, WINDOW_FULL_S);
  const lines: string[] = [];
  const { file } = await bed.run({
    script: `${setUp(BASE_0, ROOT)}"${process.execPath}" test/kernel/guest/measure.ts ${windowS} ${measured.map((path) => `"${path}"`).join(" ")}\n`,
    limitMs: (windowS + AROUND_S) * MS_PER_S,
    onLine: (line) => lines.push(line),
  });
  const text = await file(MEASUREMENT_FILE);
  if (text === "")
    throw new Error(`the virtual machine measured nothing:\n${lines.slice(-LAST_LINES).join("\n")}`);
  return measurement.parse(JSON.parse(text));
}

/** The terminal is measured as its service starts it. */
function serviceFlags(): string[] {
  const unit = readFileSync(join(ROOT, "systemd/punchbox-terminal.service"), "utf8");
  return [...(/^ExecStart=\S+((?: --\S+)*) /m.exec(unit)?.[1] ?? "").matchAll(/--\S+/g)].map(
    ([flag]) => flag,
  );
}

const switches = (process: keyof Measurement["switchesPerSecond"]) => async (bench: Bench) =>
  (await bench.once(measureInBed)).switchesPerSecond[process];
const calls = (backEnd: keyof Measurement["systemCallsPerPress"]) => async (bench: Bench) =>
  (await bench.once(measureInBed)).systemCallsPerPress[backEnd];

const WAKEUPS = "1/s";
const CALLS = "system calls";
const COUNTED = "context switches of all threads, counted by the kernel";

export const kernelRows: readonly Row[] = [
  {
    name: "idle.keypad-wakeups",
    unit: WAKEUPS,
    limit: 0,
    against: `${COUNTED}: a keypad on gpiochip, nobody there`,
    measure: switches("keypad"),
  },
  {
    name: "idle.daemon-wakeups",
    unit: WAKEUPS,
    limit: 0.2,
    against: `${COUNTED}: the terminal, its hub there and nobody else`,
    measure: switches("daemon"),
  },
  {
    name: "idle.libraries-wakeups",
    unit: WAKEUPS,
    limit: null,
    against: "a Node that has loaded the same and does nothing; for information",
    measure: switches("libraries"),
  },
  {
    name: "idle.polling-wakeups",
    unit: WAKEUPS,
    limit: null,
    against: "a Node that looks every 10 ms; for information",
    measure: switches("polling"),
  },
  {
    name: "scan.gpiochip",
    unit: CALLS,
    limit: null,
    against: "a key held for 80 ms, pressed and let go; for information",
    measure: calls("gpiochip"),
  },
  {
    name: "scan.onoff",
    unit: CALLS,
    limit: null,
    against: "the same through sysfs",
    measure: calls("onoff"),
  },
  {
    name: "scan.rpi-gpio",
    unit: CALLS,
    limit: null,
    against: "the same through sysfs",
    measure: calls("rpi-gpio"),
  },
];
