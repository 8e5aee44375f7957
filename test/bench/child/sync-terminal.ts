import { readDirectory } from "../../../device/roster/directory-text.ts";
import { startWorkerLedger } from "../../../device/ledger/worker-port.ts";
import type { LedgerPort } from "../../../device/ledger/port.ts";
import { SyncClient } from "../../../device/sync/sync-client.ts";
import { systemRandom, systemScheduler, systemWallClock } from "../../../protocol/seams/clocks.ts";
import { makeLogger } from "../../../protocol/seams/log.ts";
import { openWebSocketLink } from "../../../protocol/seams/ws-link.ts";
import { syncSettings, type SyncReport } from "./sync-settings.ts";
import { watchTurns } from "./turns.ts";

/**
 * `sync-terminal.ts SETTINGS`: what of a terminal keeps in step with its hub, in a process of its own: its ledger in its
 * thread, and the client. Reports when what it was asked for is done.
 */
const settings = syncSettings.parse(JSON.parse(process.argv[2] ?? ""));
const { terminal, terminalKey, publicKey, privateKey, path, hubUrl, boot } = settings;
const opened = await startWorkerLedger(
  { path, terminal, terminalKey, privateKey, boot: { id: boot, startedMs: systemScheduler.nowMs() } },
  new URL("../../../device/ledger/worker.ts", import.meta.url),
);
const { unsent } = await opened.port.status();
const turns = watchTurns();
const longestIdleTurnMs = settings.until === "roster" ? await turns.ofIdleLoop() : 0;

let beganMs = 0;
let links = 0;
const batchEnds: number[] = [];
const began = (): void => void (beganMs ||= systemScheduler.nowMs());

const ledger: LedgerPort = {
  ...opened.port,
  async unsent(...parameters) {
    began();
    const run = await opened.port.unsent(...parameters);
    if (run.events.length > 0) batchEnds.push(run.head.seq);
    return run;
  },
  beginSnapshot(header) {
    began();
    turns.begin();
    return opened.port.beginSnapshot(header);
  },
};

const client = new SyncClient({
  connect() {
    links += 1;
    return openWebSocketLink(hubUrl);
  },
  ledger,
  identity: { publicKey, privateKey, paired: { terminal, terminalKey } },
  software: "bench",
  scheduler: systemScheduler,
  wallClock: systemWallClock,
  clock: () => "set",
  // Comes again at once: the pauses between two links are not what is measured.
  random: { ...systemRandom, uniform: () => 0 },
  log: await makeLogger({ level: "silent", form: "json", colour: false }),
  // As the terminal does with a new roster (device/terminal.ts).
  onRoster: () => void readAgain(),
  onPeople: () => undefined,
  onRevoked: () => undefined,
  onHubTime: () => undefined,
  onCommand: () => Promise.resolve("command.unknown"),
  onLink(state) {
    if (settings.until === "drained" && state.link === "up" && state.unsent === 0) report(0);
  },
});

async function readAgain(): Promise<void> {
  if (settings.until !== "roster") return;
  await Promise.all([opened.port.status(), opened.port.directory().then(readDirectory)]);
  report(turns.end());
}

let isReported = false;
function report(longestTurnMs: number): void {
  if (isReported) return;
  isReported = true;
  const told: SyncReport = {
    beganMs,
    endedMs: systemScheduler.nowMs(),
    links,
    batchEnds,
    longestTurnMs,
    longestIdleTurnMs,
  };
  process.stdout.write(`${JSON.stringify(told)}\n`, () => process.exit(0));
}

// It does not outlive who listens to it.
process.stdin.on("close", () => process.exit(1));
process.stdin.resume();
if (settings.until === "drained" && unsent === 0) throw new RangeError("there is nothing to send");
client.start();
