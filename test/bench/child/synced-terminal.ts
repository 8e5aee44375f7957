import { startWorkerLedger, type WorkerLedger } from "../../../device/ledger/worker-port.ts";
import { SyncClient } from "../../../device/sync/sync-client.ts";
import type { Link } from "../../../protocol/seams.ts";
import { systemRandom, systemScheduler, systemWallClock } from "../../../protocol/seams/clocks.ts";
import { makeLogger } from "../../../protocol/seams/log.ts";
import { openWebSocketLink } from "../../../protocol/seams/ws-link.ts";
import { syncSettings, type SyncSettings } from "./sync-settings.ts";

/** What of a terminal keeps in step with its hub, in a process of its own: its ledger in its thread, and the client. */

export type ClientParts = ConstructorParameters<typeof SyncClient>[0];

export interface SyncedTerminal {
  readonly settings: SyncSettings;
  readonly ledger: WorkerLedger;
  /** A client of this ledger; `parts` are what is not as usual. */
  client(parts: Partial<ClientParts>): SyncClient;
  connect(): Promise<Link>;
}

/** Of the settings in the process's argument. It does not outlive who listens to it. */
export async function openSyncedTerminal(): Promise<SyncedTerminal> {
  process.stdin.on("close", () => process.exit(1));
  process.stdin.resume();
  const settings = syncSettings.parse(JSON.parse(process.argv[2] ?? ""));
  const { terminal, terminalKey, publicKey, privateKey, path, hubUrl } = settings;
  const boot = { id: settings.boot, startedMs: systemScheduler.nowMs() };
  const ledger = await startWorkerLedger(
    { path, terminal, terminalKey, privateKey, boot },
    new URL("../../../device/ledger/worker.ts", import.meta.url),
  );
  const connect = (): Promise<Link> => openWebSocketLink(hubUrl);
  const usual: ClientParts = {
    connect,
    ledger: ledger.port,
    identity: { publicKey, privateKey, paired: { terminal, terminalKey } },
    software: "bench",
    scheduler: systemScheduler,
    wallClock: systemWallClock,
    clock: () => "set",
    // Comes again at once: the pauses between two links are not what is measured.
    random: { ...systemRandom, uniform: () => 0 },
    log: await makeLogger({ level: "silent", form: "json", colour: false }),
    onRoster: () => undefined,
    onPeople: () => undefined,
    onRevoked: () => undefined,
    onLink: () => undefined,
    onHubTime: () => undefined,
    onCommand: () => Promise.resolve("command.unknown"),
  };
  return { settings, ledger, connect, client: (parts) => new SyncClient({ ...usual, ...parts }) };
}

/** Tells what was measured, and ends. */
export function report(measured: unknown): void {
  process.stdout.write(`${JSON.stringify(measured)}\n`, () => process.exit(0));
}
