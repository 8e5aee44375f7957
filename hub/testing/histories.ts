import { CodedError } from "../../protocol/errors.ts";
import type { EventDraft, EventEnvelope, PunchAction, PresenceState } from "../../protocol/events.ts";
import { bootId, makeId, type EventSeq, type KioskId, type PersonId } from "../../protocol/ids.ts";
import { SeededRandom } from "../../sim/world/seeded-random.ts";
import { ingestEvents, type Ingested } from "../punches/ingest.ts";
import { createClaimToken, redeemClaim } from "../terminals/claims.ts";
import type { TestHub } from "./hub.ts";
import { TestTerminal } from "./terminal.ts";

/** A terminal whose events tell of boots, clocks and punches, handed in as a test wants. */
export class HistoryTerminal {
  readonly terminal: TestTerminal;
  readonly #hub: TestHub;
  readonly #kiosk: KioskId;
  readonly #random: SeededRandom;
  #boot: {
    readonly id: EventEnvelope["boot"];
    readonly beganMs: number;
    readonly clock: EventEnvelope["clock"];
    readonly wrongMs: number;
  };

  private constructor(hub: TestHub, kiosk: KioskId, terminal: TestTerminal, random: SeededRandom) {
    this.#hub = hub;
    this.#kiosk = kiosk;
    this.terminal = terminal;
    this.#random = random;
    this.#boot = { id: makeId(bootId, random), beganMs: 0, clock: "set", wrongMs: 0 };
  }

  /** The same `seed` on the same hub gives the same ids. */
  static async open(hub: TestHub, kiosk: KioskId, seed: number): Promise<HistoryTerminal> {
    const terminal = new TestTerminal(new SeededRandom(seed));
    const { token } = await createClaimToken(hub.context, kiosk);
    const { publicKey } = terminal.keys;
    const claimed = await redeemClaim(hub.context, { token, publicKey, software: "test" });
    if (claimed === null) throw new CodedError("test.claim", "the terminal was not paired");
    terminal.id = claimed.terminal;
    return new HistoryTerminal(hub, kiosk, terminal, new SeededRandom(seed + 1_000));
  }

  /** From now on events are of another boot, whose clock shows `wrongMs` more than the true time. */
  boot(beganMs: number, clock: EventEnvelope["clock"], wrongMs = 0): void {
    this.#boot = { id: makeId(bootId, this.#random), beganMs, clock, wrongMs };
  }

  /** Appends an event that truly happened at `atMs`. */
  record(draft: EventDraft, atMs: number): EventSeq {
    const { id, beganMs, clock, wrongMs } = this.#boot;
    return this.terminal.record(draft, {
      boot: id,
      clock,
      monotonicMs: atMs - beganMs,
      wallMs: atMs + wrongMs,
    });
  }

  punch(person: PersonId, action: PunchAction, was: PresenceState, atMs: number): EventSeq {
    const payload = { action, auth: "personal", was, again: false } as const;
    return this.record({ kind: "punch", person, payload }, atMs);
  }

  undo(person: PersonId, target: EventSeq, atMs: number): EventSeq {
    return this.record({ kind: "punch.undone", person, payload: { target, auth: "personal" } }, atMs);
  }

  /** The clock of this boot becomes known. */
  synced(atMs: number, errorMs = 20): EventSeq {
    const payload = { offsetMs: this.#boot.beganMs, errorMs, source: "ntp" } as const;
    return this.record({ kind: "clock.synced", person: null, payload }, atMs);
  }

  /** Hands in the events after number `from` up to and with `to`. */
  async handIn(from = 0, to = this.terminal.events.length): Promise<Ingested> {
    const { id, store, keys } = this.terminal;
    const source = { terminal: id, store, publicKey: keys.publicKey, kiosk: this.#kiosk };
    const batch = this.terminal.sign(this.terminal.events.slice(from, to), to);
    return ingestEvents(this.#hub.context, source, batch);
  }
}

/** All that is derived of people's histories, as it is kept. */
export async function derivedOf(hub: TestHub): Promise<Readonly<Record<string, readonly object[]>>> {
  const { queries } = hub.context.store;
  return {
    punches: await queries
      .selectFrom("punches")
      .selectAll()
      .orderBy("terminal")
      .orderBy("store")
      .orderBy("seq")
      .execute(),
    undos: await queries
      .selectFrom("undos")
      .selectAll()
      .orderBy("terminal")
      .orderBy("store")
      .orderBy("seq")
      .execute(),
    boots: await queries
      .selectFrom("boots")
      .selectAll()
      .orderBy("terminal")
      .orderBy("store")
      .orderBy("boot")
      .execute(),
    presences: await queries.selectFrom("presences").selectAll().orderBy("person").execute(),
    additions: await queries
      .selectFrom("corrections")
      .select(["id", "order_ms", "state", "since_ms", "plain_state"])
      .where("kind", "=", "add")
      .orderBy("id")
      .execute(),
    open: await queries
      .selectFrom("conflicts")
      .select(["id", "person", "kind", "day", "seq", "punches", "detail"])
      .where("settled_ms", "is", null)
      .orderBy("id")
      .execute(),
  };
}
