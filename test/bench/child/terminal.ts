import { firstFrame, loadAll, runTerminal } from "../../../device/main.ts";
import { systemScheduler } from "../../../protocol/seams/clocks.ts";
import type { PlainReport, TerminalReport } from "./report.ts";

/**
 * The measured terminal: the daemon of device/main.ts on a simulated kernel, in real time.
 *
 *     terminal.js run CONFIG BORN-MS             starts, reports, ends
 *     terminal.js find CONFIG BORN-MS NUMBER     likewise, but first finds the person with this number by the keys
 *     terminal.js stop CONFIG BORN-MS            starts and stops as systemd stops it, so that compiled code is kept
 *     terminal.js load                           only loads all that a terminal loads, in its two threads, and reports
 *     terminal.js idle                           only loads likewise, says so, and stays
 *
 * BORN-MS is when this process was asked for, on the monotonic clock.
 */
const DISPLAY = { columns: 20, rows: 4 };
/** A key is held until the display has changed, looked at this often and at most so often; then let go for a while. */
const LOOK_MS = 20;
const MAX_LOOKS = 100;
const GAP_MS = 60;
/** What a start leaves behind has been cleared up by then. */
const SETTLE_MS = 400;
const NS_PER_MS = 1e6;
const LONGER_THAN_ANY_MEASUREMENT_MS = 2_000_000;

function nowMs(): number {
  return Number(process.hrtime.bigint()) / NS_PER_MS;
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/**
 * Resident memory once garbage is gone, and V8 has given back what it had set aside, as it does by itself in a process
 * that has been idle for a while. Processes compared are all started with --expose-gc.
 */
async function settledRssBytes(): Promise<number> {
  await pause(SETTLE_MS);
  await globalThis.gc?.({ type: "major", execution: "async", flavor: "last-resort" });
  await pause(SETTLE_MS);
  return process.memoryUsage.rss();
}

async function run(mode: string, config: string, bornMs: number, number: string): Promise<void> {
  const wanted = firstFrame(DISPLAY).rows.map((row) => row.trimEnd());
  const report: TerminalReport = {
    firstFrameMs: null,
    busUs: 0,
    readyMs: 0,
    violations: 0,
    rssBytes: 0,
    found: [],
  };
  const opening = import("./simulated-box.ts").then(({ simulatedBox }) => {
    const box = simulatedBox(bornMs);
    box.onChange(() => {
      if (
        report.firstFrameMs !== null ||
        !box.rows().every((row, index) => row.trimEnd() === (wanted[index] ?? ""))
      )
        return;
      report.firstFrameMs = nowMs();
      report.busUs = box.spunUs();
    });
    return box;
  });
  const nothing = (): Promise<never> => Promise.reject(new RangeError("the box has no such bus"));
  await runTerminal(config, () => ({
    scheduler: systemScheduler,
    gpio: async () => (await opening).bank,
    gpioChoice: () => null,
    i2c: nothing,
    serial: nothing,
    pwm: nothing,
  }));
  report.readyMs = nowMs();
  const { matrix, keys, rows, violations } = await opening;
  if (mode === "stop") {
    process.kill(process.pid, "SIGTERM");
    return;
  }
  if (mode === "find") {
    await pause(SETTLE_MS);
    for (const digit of number) {
      const key = keys.find((each) => each === digit);
      if (key === undefined) throw new RangeError("the number has a character that is on no key");
      const before = rows().join();
      matrix.press(key);
      for (let look = 0; look < MAX_LOOKS && rows().join() === before; look++) await pause(LOOK_MS);
      matrix.release(key);
      await pause(GAP_MS);
    }
    report.rssBytes = await settledRssBytes();
    report.found = rows();
  }
  report.violations = violations();
  tell(report);
}

async function load(): Promise<void> {
  await loadEverything();
  const loadedMs = nowMs();
  const measuresMemory = globalThis.gc !== undefined;
  tell({ loadedMs, rssBytes: measuresMemory ? await settledRssBytes() : 0 });
}

async function loadEverything(): Promise<void> {
  await Promise.all([
    loadAll(),
    import("./simulated-box.ts").then(({ simulatedBox }) => simulatedBox(nowMs())),
  ]);
}

/** Loads what a terminal loads, and then does nothing until it is ended. */
async function idle(): Promise<void> {
  await loadEverything();
  process.stdout.write("loaded\n");
  setTimeout(() => undefined, LONGER_THAN_ANY_MEASUREMENT_MS);
}

function tell(report: TerminalReport | PlainReport): void {
  process.stdout.write(`${JSON.stringify(report)}\n`, () => process.exit(0));
}

const [mode = "", config = "", born = "", number = ""] = process.argv.slice(2);
if (mode === "load") await load();
else if (mode === "idle") await idle();
else await run(mode, config, Number(born), number);
