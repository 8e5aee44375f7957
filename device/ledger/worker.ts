import { parentPort, workerData } from "node:worker_threads";
import * as z from "zod";
import { CodedError } from "../../protocol/errors.ts";
import { bootId, terminalId } from "../../protocol/ids.ts";
import { openBetterSqlite3 } from "../../protocol/seams/better-sqlite3.ts";
import { systemRandom } from "../../protocol/seams/clocks.ts";
import { perform, type LedgerReply, type LedgerRequest } from "./port.ts";
import { openTerminalStore } from "./store.ts";

/** The worker thread that owns the terminal's SQLite file. It answers requests in the order they came. */
export const workerSettings = z.object({
  path: z.string(),
  terminal: terminalId,
  boot: z.object({ id: bootId, startedMs: z.number() }),
});
export type WorkerSettings = z.infer<typeof workerSettings>;

/** Answers whether the store could be opened, before any request. */
export const OPENED_ID = 0;

if (parentPort === null)
  throw new CodedError("internal.thread", "ledger/worker.ts runs as a worker thread only");
const port = parentPort;
const settings = workerSettings.parse(workerData);

const opening = openOrReply();
if (opening !== null) {
  port.on("message", (request: LedgerRequest) => {
    port.postMessage(perform(opening, request));
    if (request.method === "close") port.close();
  });
}

function openOrReply(): ReturnType<typeof openTerminalStore> | null {
  try {
    const store = openTerminalStore(
      openBetterSqlite3(settings.path),
      settings.terminal,
      settings.boot,
      systemRandom,
    );
    port.postMessage({ id: OPENED_ID, ok: true, value: null } satisfies LedgerReply);
    return store;
  } catch (error) {
    const code = error instanceof CodedError ? error.code : "store.open";
    const message = error instanceof Error ? error.message : "the store cannot be opened";
    port.postMessage({ id: OPENED_ID, ok: false, code, message } satisfies LedgerReply);
    return null;
  }
}
