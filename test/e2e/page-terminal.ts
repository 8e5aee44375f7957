import type { EventDraft, EventEnvelope, PresenceState, PunchAction } from "../../protocol/events.ts";
import { bootId, makeId, type EventSeq, type KioskId, type PersonId } from "../../protocol/ids.ts";
import { CodedError } from "../../protocol/errors.ts";
import { SeededRandom } from "../../sim/world/seeded-random.ts";
import { vi } from "vitest";
import { ingestEvents } from "../../hub/punches/ingest.ts";
import { linkPair } from "../../hub/session/link-pair.ts";
import { TerminalSession } from "../../hub/session/session.ts";
import type { HubCore } from "../../hub/start.ts";
import { systemScheduler } from "../../protocol/seams/clocks.ts";
import { createClaimToken, redeemClaim } from "../../hub/terminals/claims.ts";
import type { AnyHub } from "../../hub/testing/hub.ts";
import { TestTerminal } from "../../hub/testing/terminal.ts";

/** A terminal whose punches happen when a test says, and reach the hub when it says. */
export class PageTerminal {
  readonly wire: TestTerminal;
  readonly #hub: AnyHub;
  readonly #kiosk: KioskId;
  #boot: Boot = aBoot(0, "set");

  private constructor(hub: AnyHub, kiosk: KioskId, wire: TestTerminal) {
    this.#hub = hub;
    this.#kiosk = kiosk;
    this.wire = wire;
  }

  static async pair(hub: AnyHub, kiosk: KioskId): Promise<PageTerminal> {
    const wire = new TestTerminal(new SeededRandom(terminals++));
    const { token } = await createClaimToken(hub.context, kiosk);
    const { publicKey } = wire.keys;
    const claimed = await redeemClaim(hub.context, { token, publicKey, software: "test" });
    if (claimed === null) throw new CodedError("test.claim", "the terminal was not paired");
    wire.id = claimed.terminal;
    const terminal = new PageTerminal(hub, kiosk, wire);
    await terminal.sync();
    return terminal;
  }

  /** Another card with all that this one has now. */
  clone(): PageTerminal {
    const { keys, id, store, events, rosterRevision } = this.wire;
    const wire = new TestTerminal(new SeededRandom(terminals++));
    Object.assign(wire, { keys, id, store, rosterRevision, events: [...events] });
    return new PageTerminal(this.#hub, this.#kiosk, wire);
  }

  /** From now on it runs since `beganMs`; a clock that is not set begins at 1970. */
  boot(beganMs: number, clock: EventEnvelope["clock"] = "set"): void {
    this.#boot = aBoot(beganMs, clock);
  }

  /** Records what truly happens at `atMs`. */
  record(draft: EventDraft, atMs: number): EventSeq {
    const { boot, clock, beganMs } = this.#boot;
    const monotonicMs = atMs - beganMs;
    return this.wire.record(draft, {
      boot,
      clock,
      monotonicMs,
      wallMs: clock === "unset" ? monotonicMs : atMs,
    });
  }

  punch(person: PersonId, action: PunchAction, was: PresenceState, atMs: number): EventSeq {
    return this.record(
      { kind: "punch", person, payload: { action, auth: "personal", was, again: false } },
      atMs,
    );
  }

  /** Takes the hub's word for who may punch, so that nothing that it records is outdated. */
  async sync(): Promise<void> {
    const { roster_revision } = await this.#hub.context.store.queries
      .selectFrom("kiosks")
      .select("roster_revision")
      .where("id", "=", this.#kiosk)
      .executeTakeFirstOrThrow();
    this.wire.rosterRevision = roster_revision;
  }

  /** Hands in what it recorded from event number `first` on. */
  async handIn(first = 1): Promise<void> {
    const { id: terminal, store, keys } = this.wire;
    const source = { terminal, store, publicKey: keys.publicKey, kiosk: this.#kiosk };
    const ingested = await ingestEvents(this.#hub.context, source, this.wire.batch(first));
    if (!ingested.ok) throw new CodedError(ingested.refusal.code, ingested.refusal.detail);
  }

  /** Lays a wire to the hub and greets it; resolves once it has been answered. */
  async connect({ host }: Pick<HubCore, "host">): Promise<void> {
    const [near, far] = linkPair(systemScheduler);
    this.wire.plugIn(far);
    new TerminalSession(host, near, "192.0.2.7");
    this.wire.hello();
    await vi.waitUntil(() => this.wire.last("challenge"));
    this.wire.prove();
    await vi.waitUntil(() => this.wire.last("welcome") ?? this.wire.last("renew"));
  }

  /** Does what it is told, and says so; resolves to what that was. */
  async obey(outcome = "done"): Promise<string> {
    const known = this.wire.all("command").length;
    const told = await vi.waitUntil(() => this.wire.all("command").at(known));
    this.wire.send({ type: "done", id: told.id, outcome });
    return told.command.act;
  }
}
let terminals = 9_000;

interface Boot {
  readonly boot: EventEnvelope["boot"];
  readonly beganMs: number;
  readonly clock: EventEnvelope["clock"];
}

function aBoot(beganMs: number, clock: EventEnvelope["clock"]): Boot {
  return { boot: makeId(bootId, new SeededRandom(terminals++)), beganMs, clock };
}
