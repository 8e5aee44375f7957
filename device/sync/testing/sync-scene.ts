import { linkPair } from "../../../hub/session/link-pair.ts";
import { CodedError } from "../../../protocol/errors.ts";
import type { HubMessage } from "../../../protocol/messages.ts";
import type { Link } from "../../../protocol/seams.ts";
import { SimulatedDisk } from "../../../sim/world/simulated-disk.ts";
import { loadSqliteWasm } from "../../../sim/world/sqlite-wasm.ts";
import { VirtualScheduler } from "../../../sim/world/virtual-scheduler.ts";
import type { PairedIdentity } from "../../config/identity.ts";
import type { LinkState } from "../../core/types.ts";
import { directLedgerPort } from "../../ledger/port.ts";
import type { KeptStore } from "../../ledger/kept-store.ts";
import type { TerminalStore } from "../../ledger/store.ts";
import { addPeople, keys, openOn, terminal, work } from "../../ledger/testing/shop.ts";
import type { HubTime, SyncParts, TerminalCommand } from "../parts.ts";
import { SyncClient } from "../sync-client.ts";
import { HubEnd } from "./hub-end.ts";
import { lastOf, testSyncParts } from "./sync-parts.ts";

const sqlite = await loadSqliteWasm();
export const NONCE = Buffer.alloc(32).toString("base64");
const identity: PairedIdentity = {
  ...keys,
  paired: { terminal, terminalKey: Buffer.alloc(32).toString("base64") },
};
/** For what is under way to arrive, and to be answered. */
const MOMENT_MS = 10;

interface SceneSettings {
  readonly parts?: Partial<SyncParts>;
  /** Fewer than the protocol allows, so that a few events make many batches. */
  readonly eventsPerBatch?: number;
  /** With what is on it; an empty one. */
  readonly disk?: SimulatedDisk;
}

/** A terminal with its ledger on a simulated disk, and a hub that the test plays, in virtual time. */
export class SyncScene {
  readonly scheduler = new VirtualScheduler();
  readonly disk: SimulatedDisk;
  readonly kept: KeptStore;
  readonly ends: HubEnd[] = [];
  readonly links: LinkState[] = [];
  readonly hubTimes: HubTime[] = [];
  readonly commands: TerminalCommand[] = [];
  readonly sync: SyncClient;
  isReachable = true;
  revocations = 0;

  constructor({
    parts: changed = {},
    eventsPerBatch = Infinity,
    disk = new SimulatedDisk(),
  }: SceneSettings = {}) {
    this.disk = disk;
    this.kept = openOn(sqlite.mount(disk));
    addPeople(this.store);
    const ledger = directLedgerPort(this.store);
    const parts = testSyncParts(this.scheduler, this.store, identity, this.ends);
    this.sync = new SyncClient({
      ...parts,
      ledger: {
        ...ledger,
        unsent: (afterSeq, maxEvents, maxBytes) =>
          ledger.unsent(afterSeq, Math.min(maxEvents, eventsPerBatch), maxBytes),
        unsentOf: (store, afterSeq, maxEvents, maxBytes) =>
          ledger.unsentOf(store, afterSeq, Math.min(maxEvents, eventsPerBatch), maxBytes),
      },
      connect: () => this.#connect(),
      onLink: (state) => this.links.push(state),
      onRevoked: () => (this.revocations += 1),
      onHubTime: (time) => this.hubTimes.push(time),
      onCommand: (command) => {
        this.commands.push(command);
        return Promise.resolve("done");
      },
      ...changed,
    });
  }

  get store(): TerminalStore {
    return this.kept.store;
  }

  get end(): HubEnd {
    return lastOf(this.ends);
  }

  /** People punch; what it wrote is returned. */
  record(events: number): string[] {
    const texts = work(this.store, events);
    this.sync.poke();
    return texts;
  }

  pass(ms = MOMENT_MS): Promise<void> {
    return this.scheduler.pass(ms);
  }

  /** Until the hub has answered hello with a challenge, and was answered. */
  async greeted(): Promise<HubEnd> {
    const { end } = this;
    end.say({ type: "challenge", nonce: NONCE });
    await this.pass();
    return end;
  }

  async welcomed(
    ackedSeq = 0,
    more: Partial<Extract<HubMessage, { type: "welcome" }>> = {},
  ): Promise<HubEnd> {
    const end = await this.greeted();
    end.say({ type: "welcome", version: 1, ackedSeq, hubTimeMs: 0, ...more });
    await this.pass();
    return end;
  }

  async connected(ackedSeq = 0): Promise<HubEnd> {
    this.sync.start();
    await this.pass();
    return this.welcomed(ackedSeq);
  }

  /** Passes time until another link than this is made. */
  async nextAfter(end: HubEnd, atMostMs: number): Promise<HubEnd> {
    const untilMs = this.scheduler.nowMs() + atMostMs;
    while (this.end === end) {
      if (this.scheduler.nowMs() > untilMs) throw new RangeError(`no other link within ${atMostMs} ms`);
      await this.pass(MOMENT_MS);
    }
    return this.end;
  }

  #connect(): Promise<Link> {
    if (!this.isReachable) return Promise.reject(new CodedError("link.unreachable", "no hub"));
    const [near, far] = linkPair(this.scheduler);
    this.ends.push(new HubEnd(far));
    return Promise.resolve(near);
  }
}
