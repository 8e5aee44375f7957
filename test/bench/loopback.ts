import { spawn } from "node:child_process";
import { createServer } from "node:http";
import { fileURLToPath } from "node:url";
import { TerminalSession } from "../../hub/session/session.ts";
import type { HubCore } from "../../hub/start.ts";
import { listenForTerminals, TERMINAL_PATH } from "../../hub/terminals/listen.ts";
import { CodedError } from "../../protocol/errors.ts";
import { systemScheduler } from "../../protocol/seams/clocks.ts";
import { syncReport, type SyncReport, type SyncSettings } from "./child/sync-settings.ts";

/** A hub and a terminal in two processes, and a WebSocket on loopback between them. */

export interface Listening {
  readonly port: number;
  close(): Promise<void>;
}

/** Has a hub of this process take terminals, on a free port. */
export async function listenOnLoopback(core: HubCore): Promise<Listening> {
  const server = createServer();
  const terminals = listenForTerminals({
    server,
    scheduler: systemScheduler,
    refusals: core.host.refusals,
    accept: (link, peer) => new TerminalSession(core.host, link, peer),
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", resolve);
  });
  const address = server.address();
  if (address === null || typeof address === "string") throw new CodedError("bench.port", "no port");
  return {
    port: address.port,
    async close() {
      terminals.close();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

const CHILD = fileURLToPath(new URL("child/sync-terminal.ts", import.meta.url));
/** A terminal that takes longer is stuck. */
const CHILD_LIMIT_MS = 300_000;

/** Runs a terminal's ledger and its client until it has done what it is to do, and returns what it measured. */
export async function runTerminal(
  settings: Omit<SyncSettings, "hubUrl">,
  hubPort: number,
): Promise<SyncReport> {
  const told: SyncSettings = { ...settings, hubUrl: `ws://127.0.0.1:${hubPort}${TERMINAL_PATH}` };
  const child = spawn(process.execPath, [CHILD, JSON.stringify(told)], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  const late = setTimeout(() => child.kill("SIGKILL"), CHILD_LIMIT_MS);
  let output = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => (output += text));
  await new Promise<void>((resolve) => void child.once("close", () => resolve()));
  clearTimeout(late);
  if (output === "") throw new CodedError("bench.terminal", "a terminal ended without a report");
  return syncReport.parse(JSON.parse(output));
}
