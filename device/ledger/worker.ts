import { parentPort } from "node:worker_threads";
import * as z from "zod";
import { CodedError } from "../../protocol/errors.ts";
import { bootId, terminalId } from "../../protocol/ids.ts";
import { openBetterSqlite3 } from "../../protocol/seams/better-sqlite3.ts";
import { systemRandom } from "../../protocol/seams/clocks.ts";
import { OPENED_ID, perform, type LedgerReply, type LedgerRequest } from "./port.ts";
import { openTerminalStore } from "./store.ts";

/**
 * The worker thread that owns the terminal's SQLite file. Its first message says which; then it answers requests in the
 * order they came.
 */
export const workerSettings = z.object({
  path: z.string(),
  terminal: terminalId,
  /** base64 */
  terminalKey: z.string(),
  boot: z.object({ id: bootId, startedMs: z.number() }),
});
export type WorkerSettings = z.infer<typeof workerSettings>;

if (parentPort === null)
  throw new CodedError("internal.thread", "ledger/worker.ts runs as a worker thread only");
const port = parentPort;
port.once("message", (settings: unknown) => {
  const store = openOrReply(settings);
  if (store === null) return;
  port.on("message", (request: LedgerRequest) => {
    port.postMessage(perform(store, request));
    if (request.method === "close") port.close();
  });
});

function openOrReply(unchecked: unknown): ReturnType<typeof openTerminalStore> | null {
  try {
    const { path, terminal, terminalKey, boot } = workerSettings.parse(unchecked, { jitless: true });
    const key = new Uint8Array(Buffer.from(terminalKey, "base64"));
    const store = openTerminalStore(openBetterSqlite3(path), terminal, boot, systemRandom, key);
    port.postMessage({ id: OPENED_ID, ok: true, value: null } satisfies LedgerReply);
    return store;
  } catch (error) {
    const code = error instanceof CodedError ? error.code : "store.open";
    const message = error instanceof Error ? error.message : "the store cannot be opened";
    port.postMessage({ id: OPENED_ID, ok: false, code, message } satisfies LedgerReply);
    return null;
  }
}
