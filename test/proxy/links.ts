import { cpSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { systemScheduler } from "../../protocol/seams/clocks.ts";
import { Pair, type Side } from "../crash/host/pair.ts";
import type { Program } from "../crash/host/program.ts";
import { planWire } from "./plan.ts";
import { FaultyProxy } from "./proxy.ts";

/** A terminal process and a hub process over a wire that fails in every way of the plan, while people punch. */

/** A link that went silent is noticed after 75 s of theirs, 4 of ours. */
const TIMES_FASTER = 20;
const TURNS = 2;
const LIMIT_MS = 180_000;
/** Connections that a busy machine may lose to a handshake that took too long. */
const SPARE_CONNECTIONS = 10;
const ENDLESS_ACTS = 1_000_000;
/** Once the wire is sound, so many more punches come over it. */
const ACTS_AFTER = 10;

export interface LinksResult {
  readonly faults: number;
  readonly connections: number;
  readonly droppedBytes: number;
  readonly shown: number;
  readonly troubles: readonly string[];
}

export async function runLinks(folder: string, program: Program, seed: number): Promise<LinksResult> {
  const disks = { terminal: { folder: join(folder, "terminal") }, hub: { folder: join(folder, "hub") } };
  for (const disk of Object.values(disks)) mkdirSync(disk.folder, { recursive: true, mode: 0o700 });
  const proxy = await FaultyProxy.open(0, systemScheduler);
  const terminalConnects = (hubPort: number): number => {
    proxy.aim(hubPort);
    return proxy.port;
  };
  const pair = await Pair.start({
    folder,
    program,
    timesFaster: TIMES_FASTER,
    seed,
    disks,
    terminalConnects,
  });
  try {
    const plan = planWire(seed, TURNS);
    const connectionsBefore = proxy.connections;
    proxy.follow(plan);
    pair.order(ENDLESS_ACTS);
    await pair.until("every fault has struck", () => proxy.faultsLeft === 0, null, LIMIT_MS);
    pair.order(ACTS_AFTER);
    await pair.rested();
    await pair.until(
      "the hub has everything over a wire that is sound again",
      () => pair.isSettled,
      null,
      LIMIT_MS,
    );
    const connections = proxy.connections - connectionsBefore;
    await pair.stop("terminal");
    await pair.stop("hub");
    const copy = (side: Side, target: string): void =>
      cpSync(disks[side].folder, target, { recursive: true });
    const troubles = pair.troubles(["terminal", "hub"], copy);
    const mostConnections = plan.length + 1 + SPARE_CONNECTIONS;
    if (connections > mostConnections) {
      troubles.push(`${connections} connections for ${plan.length} faults, ${mostConnections} at most`);
    }
    return {
      faults: plan.length,
      connections,
      droppedBytes: proxy.droppedBytes,
      shown: pair.shown.length,
      troubles,
    };
  } finally {
    await pair.close();
    await proxy.close();
  }
}
