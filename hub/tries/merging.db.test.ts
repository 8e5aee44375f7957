import fc from "fast-check";
import { expect, it } from "vitest";
import { CodedError } from "../../protocol/errors.ts";
import { makeId, storeId, type KioskId, type PersonId } from "../../protocol/ids.ts";
import type { RosterPerson, RosterTries } from "../../protocol/roster.ts";
import { SeededRandom } from "../../sim/world/seeded-random.ts";
import { HUB_ACTOR } from "../access.ts";
import { assignPerson } from "../kiosks/assign.ts";
import { rosterUpdate } from "../kiosks/roster.ts";
import { savePersonPin } from "../pins/person-pin.ts";
import { ingestEvents } from "../punches/ingest.ts";
import { createClaimToken, redeemClaim } from "../terminals/claims.ts";
import type { TestHub } from "../testing/hub.ts";
import { describeOnDatabases } from "../testing/on-databases.ts";
import { aKiosk, anAssignee } from "../testing/people.ts";
import { TestTerminal } from "../testing/terminal.ts";
import { liftWaits } from "./lift.ts";
import { listWaits } from "./tries.ts";

/**
 * Terminals that refuse and accept, hand in late or twice, and lose their cards, with lifts and new PINs in between:
 * whenever one of them hears from the hub, it counts what a list of everything that had arrived says.
 */

/** Refused or accepted with the personal PIN, or something that must change nothing. */
type Happening = "refused" | "accepted" | "universal";

type Act =
  | {
      readonly act: "type";
      readonly box: number;
      readonly who: number;
      readonly what: Happening;
      readonly waitMs: number;
    }
  | { readonly act: "deliver"; readonly box: number; readonly events: number; readonly again: number }
  | { readonly act: "hear"; readonly box: number }
  | { readonly act: "new card"; readonly box: number }
  | { readonly act: "lift" | "new pin"; readonly who: number }
  | { readonly act: "pass"; readonly ms: number };

const BOXES = 4;
const box = fc.nat(BOXES - 1);
const who = fc.nat(1);
const anAct: fc.Arbitrary<Act> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      act: fc.constant("type" as const),
      box,
      who,
      what: fc.constantFrom<Happening>("refused", "refused", "refused", "accepted", "universal"),
      waitMs: fc.constantFrom(0, 60_000, 300_000),
    }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      act: fc.constant("deliver" as const),
      box,
      events: fc.integer({ min: 1, max: 4 }),
      again: fc.nat(2),
    }),
  },
  { weight: 6, arbitrary: fc.record({ act: fc.constant("hear" as const), box }) },
  { weight: 1, arbitrary: fc.record({ act: fc.constant("new card" as const), box }) },
  { weight: 1, arbitrary: fc.record({ act: fc.constantFrom("lift" as const, "new pin" as const), who }) },
  {
    weight: 2,
    arbitrary: fc.record({ act: fc.constant("pass" as const), ms: fc.integer({ min: 0, max: 200_000 }) }),
  },
);

interface Typed {
  readonly person: PersonId;
  readonly what: Happening;
  readonly waitMs: number;
}

/** A terminal as product.md has it: its own ledger, and what the hub said on top. */
class Box {
  readonly terminal: TestTerminal;
  readonly #hub: TestHub;
  readonly #kiosk: KioskId;
  readonly #terminalKey: Uint8Array;
  /** Event n at n - 1, of the card it has now. */
  typed: Typed[] = [];
  delivered = 0;
  /** The newest of its events that any message of the hub included. */
  #includesSeq = 0;
  readonly #told = new Map<PersonId, { readonly tries: RosterTries | null; readonly atMs: number }>();

  private constructor(hub: TestHub, terminal: TestTerminal, kiosk: KioskId, terminalKey: Uint8Array) {
    this.#hub = hub;
    this.terminal = terminal;
    this.#kiosk = kiosk;
    this.#terminalKey = terminalKey;
  }

  static async pair(hub: TestHub, kiosk: KioskId, seed: number): Promise<Box> {
    const terminal = new TestTerminal(new SeededRandom(seed));
    const { token } = await createClaimToken(hub.context, kiosk);
    const { publicKey } = terminal.keys;
    const claimed = await redeemClaim(hub.context, { token, publicKey, software: "test" });
    if (claimed === null) throw new CodedError("test.claim", "the box was not paired");
    terminal.id = claimed.terminal;
    return new Box(hub, terminal, kiosk, claimed.terminalKey);
  }

  type(typed: Typed): void {
    const { person, what, waitMs } = typed;
    if (what === "refused") {
      this.terminal.record({ kind: "pin.refused", person, payload: { count: 1, waitMs } });
    } else if (what === "accepted" && waitMs === 0) {
      this.terminal.record({ kind: "pin.accepted", person, payload: { auth: "personal" } });
    } else {
      const auth = what === "accepted" ? "personal" : "universal";
      this.terminal.record({
        kind: "punch",
        person,
        payload: { action: "in", auth, was: "out", again: false },
      });
    }
    this.typed.push(typed);
  }

  /** Hands in the next events, with some that it handed in before; returns those that are new there. */
  async deliver(
    events: number,
    again: number,
  ): Promise<readonly { readonly typed: Typed; readonly seq: number }[]> {
    const first = Math.max(1, this.delivered + 1 - again);
    const last = Math.min(this.typed.length, this.delivered + events);
    if (last < first) return [];
    const { terminal } = this;
    const source = {
      terminal: terminal.id,
      store: terminal.store,
      publicKey: terminal.keys.publicKey,
      kiosk: this.#kiosk,
    };
    const batch = terminal.sign(terminal.events.slice(first - 1, last), last);
    expect(await ingestEvents(this.#hub.context, source, batch)).toMatchObject({
      ok: true,
      ackedSeq: last,
      renew: null,
    });
    const fresh = this.typed
      .slice(this.delivered, last)
      .map((typed, index) => ({ typed, seq: this.delivered + 1 + index }));
    this.delivered = Math.max(last, this.delivered);
    return fresh;
  }

  async hear(): Promise<void> {
    const { id: terminal, store } = this.terminal;
    const reader = { terminal, store, kiosk: this.#kiosk, terminalKey: this.#terminalKey };
    const update = await rosterUpdate(this.#hub.context, reader, this.terminal.rosterRevision);
    this.terminal.rosterRevision = update.revision;
    for (const message of update.messages) {
      if ("includesSeq" in message) this.#includesSeq = message.includesSeq;
      if (message.type === "rosterPage") this.#take(message.people);
      if (message.type === "rosterDelta") this.#take(message.upserts);
    }
  }

  #take(people: readonly RosterPerson[]): void {
    const atMs = this.#hub.wallClock.wallMs();
    for (const { person, tries } of people) this.#told.set(person, { tries: tries ?? null, atMs });
  }

  /** The card is another one: ledger and roster are gone. */
  putNewCard(random: SeededRandom): void {
    this.terminal.store = makeId(storeId, random);
    this.terminal.events = [];
    this.terminal.rosterRevision = 0;
    this.typed = [];
    this.delivered = 0;
    this.#includesSeq = 0;
    this.#told.clear();
  }

  lastSuccess(person: PersonId): number {
    return 1 + this.typed.findLastIndex((each) => each.person === person && each.what === "accepted");
  }

  refusalsAfter(person: PersonId, seq: number): number {
    return this.typed.slice(seq).filter((each) => each.person === person && each.what === "refused").length;
  }

  /** What it holds against a person: the number, and what is left of waits that began elsewhere. */
  count(person: PersonId): { readonly refusals: number; readonly elsewhereWaitMs: number } {
    const told = this.#told.get(person);
    const success = this.lastSuccess(person);
    const from = Math.max(told?.tries?.resetSeq ?? 0, told?.tries?.clearedSeq ?? 0, success);
    const elsewhere = success > this.#includesSeq ? null : (told?.tries ?? null);
    const goneMs = this.#hub.wallClock.wallMs() - (told?.atMs ?? 0);
    return {
      refusals: this.refusalsAfter(person, from) + (elsewhere?.elsewhere ?? 0),
      elsewhereWaitMs: Math.max(0, (elsewhere?.elsewhereWaitMs ?? 0) - goneMs),
    };
  }
}

/** What arrived, in order, per person: refusals since the last success or lift, with where each came from. */
interface Arrived {
  readonly store: string;
  readonly seq: number;
  readonly waitUntilMs: number;
}

class World {
  readonly #hub: TestHub;
  readonly #random = new SeededRandom(99);
  readonly people: readonly PersonId[];
  readonly boxes: readonly Box[];
  readonly arrived = new Map<PersonId, Arrived[]>();
  #pins = 4_800;

  private constructor(hub: TestHub, people: readonly PersonId[], boxes: readonly Box[]) {
    this.#hub = hub;
    this.people = people;
    this.boxes = boxes;
  }

  /** Two people at two kiosks: three terminals at one, one alone at the other. */
  static async open(hub: TestHub): Promise<World> {
    const { kiosk } = await aKiosk(hub);
    const { kiosk: other } = await aKiosk(hub);
    const people: PersonId[] = [];
    for (const name of ["Ana", "Jan"]) {
      const { person } = await anAssignee(hub, kiosk, { name });
      await assignPerson(hub.context, HUB_ACTOR, other, person);
      people.push(person);
    }
    const boxes: Box[] = [];
    for (let index = 0; index < BOXES; index += 1) {
      boxes.push(await Box.pair(hub, index === 0 ? other : kiosk, 7_000 + index));
    }
    return new World(hub, people, boxes);
  }

  async perform(given: Act): Promise<void> {
    const at = "box" in given ? this.#box(given.box) : this.#box(0);
    const person = this.#person("who" in given ? given.who : 0);
    switch (given.act) {
      case "type":
        at.type({ person, what: given.what, waitMs: given.waitMs });
        return;
      case "deliver":
        this.#arrive(at, await at.deliver(given.events, given.again));
        return;
      case "hear":
        await at.hear();
        this.compare(at);
        return;
      case "new card":
        at.putNewCard(this.#random);
        return;
      case "lift":
        await liftWaits(this.#hub.context, HUB_ACTOR, person);
        this.arrived.set(person, []);
        return;
      case "new pin":
        await savePersonPin(this.#hub.context, HUB_ACTOR, person, String((this.#pins += 1)));
        this.arrived.set(person, []);
        return;
      case "pass":
        this.#hub.wallClock.set(this.#hub.wallClock.wallMs() + given.ms);
        return;
    }
  }

  #arrive(at: Box, fresh: readonly { readonly typed: Typed; readonly seq: number }[]): void {
    const nowMs = this.#hub.wallClock.wallMs();
    for (const { typed, seq } of fresh) {
      if (typed.what === "accepted") this.arrived.set(typed.person, []);
      if (typed.what !== "refused") continue;
      const known = this.arrived.get(typed.person) ?? [];
      known.push({ store: at.terminal.store, seq, waitUntilMs: nowMs + typed.waitMs });
      this.arrived.set(typed.person, known);
    }
  }

  /** A terminal that has just heard of all: what arrived, and what it has not handed in yet. */
  compare(at: Box): void {
    const nowMs = this.#hub.wallClock.wallMs();
    for (const person of this.people) {
      const success = at.lastSuccess(person);
      const isUntold = success > at.delivered;
      const arrived = isUntold ? [] : (this.arrived.get(person) ?? []);
      const others = arrived.filter((each) => each.store !== at.terminal.store);
      expect(at.count(person)).toEqual({
        refusals: arrived.length + at.refusalsAfter(person, Math.max(at.delivered, success)),
        elsewhereWaitMs: Math.max(0, ...others.map((each) => each.waitUntilMs - nowMs)),
      });
    }
  }

  /** Everything handed in and heard: all terminals and the hub say the same. */
  async settle(): Promise<void> {
    for (const each of this.boxes) this.#arrive(each, await each.deliver(each.typed.length, 1));
    const waits = await listWaits(this.#hub.context.store.queries, this.#hub.wallClock.wallMs());
    for (const each of this.boxes) {
      await each.hear();
      this.compare(each);
      for (const person of this.people) {
        const refusals = waits.find((wait) => wait.person === person)?.refusals ?? 0;
        expect(each.count(person).refusals).toBe(refusals);
      }
    }
  }

  #box(index: number): Box {
    const found = this.boxes[index];
    if (found === undefined) throw new RangeError(`there is no box ${index}`);
    return found;
  }

  #person(index: number): PersonId {
    const found = this.people[index];
    if (found === undefined) throw new RangeError(`there is no person ${index}`);
    return found;
  }
}

describeOnDatabases("merging wrong PINs", (on) => {
  it("every terminal that hears from the hub counts exactly what had arrived and what it has not told yet", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(anAct, { minLength: 5, maxLength: 60, size: "max" }), async (acts) => {
        const world = await World.open(await on.startAfresh());
        for (const act of acts) await world.perform(act);
        await world.settle();
      }),
      { numRuns: 25 },
    );
  });
});
