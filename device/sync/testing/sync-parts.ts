import pino from "pino";
import { linkPair } from "../../../hub/session/link-pair.ts";
import { SeededRandom } from "../../../sim/world/seeded-random.ts";
import type { VirtualScheduler } from "../../../sim/world/virtual-scheduler.ts";
import type { PairedIdentity } from "../../config/identity.ts";
import { directLedgerPort } from "../../ledger/port.ts";
import type { TerminalStore } from "../../ledger/store.ts";
import type { SyncParts } from "../parts.ts";
import { HubEnd } from "./hub-end.ts";

/** What a sync client runs on in tests: virtual time, a store, and wires whose far ends are added to `ends`. It tells nobody. */
export function testSyncParts(
  scheduler: VirtualScheduler,
  store: TerminalStore,
  identity: PairedIdentity,
  ends: HubEnd[],
): SyncParts {
  return {
    connect: () => {
      const [near, far] = linkPair(scheduler);
      ends.push(new HubEnd(far));
      return Promise.resolve(near);
    },
    ledger: directLedgerPort(store),
    identity,
    software: "test",
    scheduler,
    wallClock: { wallMs: () => Math.floor(scheduler.nowMs()) },
    random: new SeededRandom(2),
    log: pino({ level: "silent" }),
    onRoster: () => undefined,
    onPeople: () => undefined,
    onRevoked: () => undefined,
    onLink: () => undefined,
    clock: () => "set",
    onHubTime: () => undefined,
    onCommand: () => Promise.resolve("done"),
  };
}

/** The newest wire's. Throws when the terminal never connected. */
export function lastOf(ends: readonly HubEnd[]): HubEnd {
  const end = ends.at(-1);
  if (end === undefined) throw new RangeError("the terminal never connected");
  return end;
}
