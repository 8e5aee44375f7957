import { systemScheduler } from "../../../protocol/seams/clocks.ts";
import type { DrainReport } from "./sync-settings.ts";
import { openSyncedTerminal, report } from "./synced-terminal.ts";

/** `drain.ts SETTINGS`: a terminal that sends what it has, reports when all of it is acknowledged, and ends. */
const terminal = await openSyncedTerminal();
const { port } = terminal.ledger;
const { unsent } = await port.status();
if (unsent === 0) throw new RangeError("there is nothing to send");

let beganMs: number | null = null;
let links = 0;
const batchEnds: number[] = [];
let isReported = false;

const client = terminal.client({
  connect() {
    links += 1;
    return terminal.connect();
  },
  ledger: {
    ...port,
    async unsent(...parameters) {
      beganMs ??= systemScheduler.nowMs();
      const run = await port.unsent(...parameters);
      if (run.events.length > 0) batchEnds.push(run.head.seq);
      return run;
    },
  },
  onLink(state) {
    if (state.link !== "up" || state.unsent > 0 || beganMs === null || isReported) return;
    isReported = true;
    report({ beganMs, endedMs: systemScheduler.nowMs(), links, batchEnds } satisfies DrainReport);
  },
});
client.start();
