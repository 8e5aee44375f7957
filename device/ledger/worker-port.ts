import { Worker } from "node:worker_threads";
import { CodedError } from "../../protocol/errors.ts";
import { makeLedgerPort, valueOf, type LedgerPort, type LedgerReply, type LedgerRequest } from "./port.ts";
import type { WorkerSettings } from "./worker.ts";

/** Calls that may wait for the disk at once. A person waits for each, so a full queue means the card is dead. */
const MAX_CALLS_WAITING = 256;

export interface WorkerLedger {
  readonly port: LedgerPort;
  /** Ends the thread where it stands, as a power cut would. For the simulator. */
  cut(): Promise<void>;
}

/**
 * Starts the ledger's worker and resolves when its store is open. Rejects with the store's own code (`store.open`,
 * `ledger.damaged`, ...). Calls after the thread ended reject with `store.gone`.
 */
export async function startWorkerLedger(settings: WorkerSettings, script: URL): Promise<WorkerLedger> {
  const worker = new Worker(script, { workerData: settings });
  const waiting = new Map<number, (reply: LedgerReply) => void>();
  let nextId = 1;
  let gone = false;

  function end(): void {
    gone = true;
    for (const [id, answer] of waiting) {
      answer({ id, ok: false, code: "store.gone", message: "the store's thread has ended" });
    }
    waiting.clear();
  }
  const opened = new Promise<LedgerReply>((resolve) => waiting.set(0, resolve));
  worker.on("message", (reply: LedgerReply) => {
    waiting.get(reply.id)?.(reply);
    waiting.delete(reply.id);
  });
  worker.on("error", end);
  worker.on("exit", end);
  valueOf(await opened);

  async function call(method: LedgerRequest["method"], parameters: readonly unknown[]): Promise<unknown> {
    if (gone) throw new CodedError("store.gone", "the store's thread has ended");
    if (waiting.size >= MAX_CALLS_WAITING) {
      throw new CodedError("store.busy", `${MAX_CALLS_WAITING} calls wait for the disk already`);
    }
    const id = nextId++;
    const reply = new Promise<LedgerReply>((resolve) => waiting.set(id, resolve));
    worker.postMessage({ id, method, parameters } satisfies LedgerRequest);
    return valueOf(await reply);
  }

  return {
    port: makeLedgerPort(call),
    async cut() {
      await worker.terminate();
    },
  };
}
