import type { EventDraft, EventEnvelope, PresenceState, PunchAction } from "../../protocol/events.ts";
import { bootId, makeId, type EventSeq, type KioskId, type PersonId } from "../../protocol/ids.ts";
import { CodedError } from "../../protocol/errors.ts";
import { SeededRandom } from "../../sim/world/seeded-random.ts";
import { ingestEvents } from "../../hub/punches/ingest.ts";
import { createClaimToken, redeemClaim } from "../../hub/terminals/claims.ts";
import type { AnyHub } from "../../hub/testing/hub.ts";
import { TestTerminal, type EarlierStore } from "../../hub/testing/terminal.ts";

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
    await ingestEvents(this.#hub.context, this.#source(), this.wire.batch(first));
  }

  /** Hands in what it recorded before it began another store. */
  async handInEarlier(earlier: EarlierStore): Promise<void> {
    await ingestEvents(this.#hub.context, this.#source(), this.wire.earlierBatch(earlier));
  }

  #source() {
    const { id: terminal, store, keys } = this.wire;
    return { terminal, store, publicKey: keys.publicKey, kiosk: this.#kiosk };
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
