import { spawn } from "node:child_process";
import { createServer } from "node:http";
import { fileURLToPath } from "node:url";
import type * as z from "zod";
import { TerminalSession } from "../../hub/session/session.ts";
import type { HubCore } from "../../hub/start.ts";
import { listenForTerminals, TERMINAL_PATH } from "../../hub/terminals/listen.ts";
import { CodedError } from "../../protocol/errors.ts";
import { systemScheduler } from "../../protocol/seams/clocks.ts";
import type { SyncSettings } from "./child/sync-settings.ts";

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

/** A terminal that takes longer is stuck. */
const CHILD_LIMIT_MS = 300_000;

/**
 * Runs a script of child/, a terminal that keeps in step with the hub at this port, until it has measured what it is to; returns that.
 * Rejects with CodedError `bench.terminal` when it says nothing.
 */
export async function runTerminal<Report>(
  script: string,
  settings: Omit<SyncSettings, "hubUrl">,
  hubPort: number,
  schema: z.ZodType<Report>,
): Promise<Report> {
  const told: SyncSettings = { ...settings, hubUrl: `ws://127.0.0.1:${hubPort}${TERMINAL_PATH}` };
  const path = fileURLToPath(new URL(`child/${script}`, import.meta.url));
  const child = spawn(process.execPath, [path, JSON.stringify(told)], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  const late = setTimeout(() => child.kill("SIGKILL"), CHILD_LIMIT_MS);
  let output = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => (output += text));
  await new Promise<void>((resolve) => void child.once("close", () => resolve()));
  clearTimeout(late);
  if (output === "") throw new CodedError("bench.terminal", `${script} ended without a report`);
  return schema.parse(JSON.parse(output));
}
