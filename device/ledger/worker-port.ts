import { Worker } from "node:worker_threads";
import { CodedError } from "../../protocol/errors.ts";
import type { TerminalId } from "../../protocol/ids.ts";
import {
  makeLedgerPort,
  OPENED_ID,
  valueOf,
  type LedgerPort,
  type LedgerReply,
  type LedgerRequest,
} from "./port.ts";
import type { WorkerSettings } from "./worker.ts";

/** Calls that may wait for the disk at once. A person waits for each, so a full queue means the card is dead. */
const MAX_CALLS_WAITING = 256;
const GONE = { code: "store.gone", message: "the store's thread has ended" } as const;

export interface WorkerLedger {
  readonly port: LedgerPort;
  /** Resolves when the thread has ended, whyever. */
  readonly ended: Promise<void>;
  /** Ends the thread where it stands, as a power cut would. For the simulator. */
  cut(): Promise<void>;
}

/**
 * The ledger's file name. A box that is paired anew is another terminal: it begins a new ledger, and the old one stays
 * beside it, whole.
 */
export function ledgerFile(terminal: TerminalId): string {
  return `ledger-${terminal}.db`;
}

/** The ledger's thread before it has a store: it loads its libraries meanwhile. */
export interface LedgerThread {
  /** Has the store opened; called once. */
  open(settings: WorkerSettings): OpeningLedger;
}

/** A store that is being opened. */
export interface OpeningLedger {
  /**
   * Rejects with the store's own code (`store.open`, `ledger.damaged`, ...), or `store.gone` when the thread could not even
   * start. Calls after the thread ended reject with `store.gone`.
   */
  readonly opened: Promise<WorkerLedger>;
  /** Takes calls already; they are answered once the store is open, or with `store.gone`. */
  readonly port: LedgerPort;
}

/**
 * Most the thread's heap may set aside for objects that die young, MiB. Its work is one row or one text at a time; Node's
 * own bound is for servers, and its pages would stay with the process.
 */
const YOUNG_GENERATION_MIB = 4;

/** Starts the ledger's worker and resolves when its store is open; see {@link OpeningLedger}. */
export function startWorkerLedger(settings: WorkerSettings, script: URL): Promise<WorkerLedger> {
  return startLedgerThread(script).open(settings).opened;
}

/** Starts the worker alone, so that it gets ready while it is still being found out which store is to be opened. */
export function startLedgerThread(script: URL): LedgerThread {
  const worker = new Worker(script, { resourceLimits: { maxYoungGenerationSizeMb: YOUNG_GENERATION_MIB } });
  const waiting = new Map<number, (reply: LedgerReply) => void>();
  let nextId = 1;
  let gone = false;

  function end(): void {
    gone = true;
    for (const [id, answer] of waiting) answer({ id, ok: false, ...GONE });
    waiting.clear();
  }
  worker.on("message", (reply: LedgerReply) => {
    waiting.get(reply.id)?.(reply);
    waiting.delete(reply.id);
  });
  const ended = new Promise<void>((resolve) => worker.once("exit", () => resolve()));
  worker.on("error", end);
  worker.on("exit", end);

  function open(settings: WorkerSettings): OpeningLedger {
    const answer = new Promise<LedgerReply>((resolve) => waiting.set(OPENED_ID, resolve));
    if (gone) end();
    else worker.postMessage(settings);
    const port = makeLedgerPort(call);
    const cut = async (): Promise<void> => {
      await worker.terminate();
    };
    const opened = answer.then((reply) => {
      valueOf(reply);
      return { port, ended, cut };
    });
    return { opened, port };
  }

  async function call(method: LedgerRequest["method"], parameters: readonly unknown[]): Promise<unknown> {
    if (gone) throw new CodedError(GONE.code, GONE.message);
    if (waiting.size >= MAX_CALLS_WAITING) {
      throw new CodedError("store.busy", `${MAX_CALLS_WAITING} calls wait for the disk already`);
    }
    const id = nextId++;
    const reply = new Promise<LedgerReply>((resolve) => waiting.set(id, resolve));
    worker.postMessage({ id, method, parameters } satisfies LedgerRequest);
    return valueOf(await reply);
  }

  return { open };
}
