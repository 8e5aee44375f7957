import { basename, dirname } from "node:path";
import { parentPort } from "node:worker_threads";
import * as z from "zod";
import { CodedError } from "../../protocol/errors.ts";
import { bootId, terminalId } from "../../protocol/ids.ts";
import { openBetterSqlite3 } from "../../protocol/seams/better-sqlite3.ts";
import { systemRandom, systemScheduler, systemWallClock } from "../../protocol/seams/clocks.ts";
import { Chores } from "./chores.ts";
import { folderVolume } from "./folder-volume.ts";
import { openKeptStore, type KeptStore } from "./kept-store.ts";
import { ownStamp } from "./own-stamp.ts";
import { OPENED_ID, perform, type LedgerReply, type LedgerRequest } from "./port.ts";
import { openTerminalStore } from "./store.ts";

/**
 * The worker thread that owns the terminal's SQLite file. Its first message says which; then it answers requests in the
 * order they came.
 */
export const workerSettings = z.object({
  /** The file; `:memory:` for none, which nobody keeps. */
  path: z.string(),
  terminal: terminalId,
  /** base64 */
  terminalKey: z.string(),
  /** The terminal's own key, as protocol/identity.ts has it: what signs the chain. */
  privateKey: z.string().nullable().default(null),
  boot: z.object({ id: bootId, startedMs: z.number() }),
});
export type WorkerSettings = z.input<typeof workerSettings>;

if (parentPort === null)
  throw new CodedError("internal.thread", "ledger/worker.ts runs as a worker thread only");
const port = parentPort;
port.once("message", (settings: unknown) => {
  const kept = openOrReply(settings);
  if (kept === null) return;
  const chores = new Chores(kept, systemScheduler);
  port.on("message", (request: LedgerRequest) => {
    port.postMessage(perform(kept.store, request));
    if (request.method === "close") {
      chores.stop();
      port.close();
    } else if (!LOOKS.has(request.method)) chores.used();
  });
});

const MEMORY = ":memory:";
/** Asked with every heartbeat: an idle terminal has no chores. */
const LOOKS: ReadonlySet<LedgerRequest["method"]> = new Set(["status", "health"]);

function openStore({
  path,
  terminal,
  privateKey,
  boot,
  ...settings
}: z.output<typeof workerSettings>): KeptStore {
  const terminalKey = new Uint8Array(Buffer.from(settings.terminalKey, "base64"));
  if (path === MEMORY) {
    const store = openTerminalStore(openBetterSqlite3(MEMORY), terminal, boot, systemRandom, terminalKey);
    return { store, chore: () => false };
  }
  return openKeptStore({
    volume: folderVolume(dirname(path)),
    file: basename(path),
    terminal,
    boot,
    random: systemRandom,
    terminalKey,
    privateKey,
    stamp: () => ownStamp(boot.id, systemScheduler, systemWallClock, systemRandom),
  });
}

function openOrReply(unchecked: unknown): KeptStore | null {
  try {
    const kept = openStore(workerSettings.parse(unchecked, { jitless: true }));
    port.postMessage({ id: OPENED_ID, ok: true, value: null } satisfies LedgerReply);
    return kept;
  } catch (error) {
    const code = error instanceof CodedError ? error.code : "store.open";
    const message = error instanceof Error ? error.message : "the store cannot be opened";
    port.postMessage({ id: OPENED_ID, ok: false, code, message } satisfies LedgerReply);
    return null;
  }
}
