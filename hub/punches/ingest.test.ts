import { afterEach, beforeEach, describe, expect, it } from "vitest";
import fc from "fast-check";
import type { AuthMethod, EventDraft, PunchAction } from "../../protocol/events.ts";
import {
  eventSeq,
  makeId,
  personId,
  type EventSeq,
  type KioskId,
  type PersonId,
} from "../../protocol/ids.ts";
import { presenceOf } from "../../protocol/presence.ts";
import { addTestPerson, openTestScene, openTestTerminal, type TestHub } from "../testing/hub.ts";
import { SeededRandom } from "../../sim/world/seeded-random.ts";
import { TEST_WALL_MS } from "../testing/wall-clock.ts";
import type { TestTerminal } from "../testing/terminal.ts";
import { ingestEvents, type Ingested } from "./ingest.ts";
import { presenceOfRow, PRESENCE_WINDOW_MS } from "./presences.ts";

let hub: TestHub;
let kiosk: KioskId;
let ana: PersonId;
let terminal: TestTerminal;

beforeEach(async () => {
  const scene = await openTestScene();
  ({ hub, kiosk } = scene);
  ana = scene.ana.person;
  terminal = await openTestTerminal(hub, kiosk);
});
afterEach(() => hub.core.close());

const punch = (action: PunchAction, auth: AuthMethod = "personal", person = ana): EventDraft => ({
  kind: "punch",
  person,
  payload: { action, auth, was: action === "in" ? "out" : "in", again: false },
});

function ingest(batch: { events: string[]; signature: string } = terminal.batch()): Promise<Ingested> {
  const source = { terminal: terminal.id, store: terminal.store, publicKey: terminal.keys.publicKey, kiosk };
  return ingestEvents(hub.context, source, batch);
}

const countOf = async (table: "events" | "punches" | "forks" | "pin_requests"): Promise<number> =>
  (await hub.context.store.queries.selectFrom(table).selectAll().execute()).length;

async function presenceOfAna() {
  const row = await hub.context.store.queries
    .selectFrom("presences")
    .selectAll()
    .where("person", "=", ana)
    .executeTakeFirst();
  return presenceOfRow(row);
}

describe("taking events", () => {
  it("keeps every text verbatim and acknowledges the last number", async () => {
    terminal.record(punch("in"));
    terminal.record(punch("out"));
    expect(await ingest()).toEqual({ ok: true, ackedSeq: 2, renew: null });
    const rows = await hub.context.store.queries.selectFrom("events").select("text").orderBy("seq").execute();
    expect(rows.map((row) => row.text)).toEqual(terminal.events);
  });

  it("takes a batch that overlaps what it has, once", async () => {
    terminal.record(punch("in"));
    await ingest();
    terminal.record(punch("out"));
    expect(await ingest()).toEqual({ ok: true, ackedSeq: 2, renew: null });
    expect(await countOf("punches")).toBe(2);
  });

  it("acknowledges an old batch up to its own last event, and changes nothing", async () => {
    terminal.record(punch("in"));
    const old = terminal.batch();
    terminal.record(punch("out"));
    await ingest();
    const before = await hub.context.store.queries.selectFrom("kiosks").select("roster_revision").execute();
    expect(await ingest(old)).toEqual({ ok: true, ackedSeq: 1, renew: null });
    expect(await hub.context.store.queries.selectFrom("kiosks").select("roster_revision").execute()).toEqual(
      before,
    );
  });

  it("refuses a gap and keeps none of the batch", async () => {
    for (const action of ["in", "out", "in"] as const) terminal.record(punch(action));
    expect(await ingest(terminal.batch(2))).toMatchObject({ ok: false, refusal: { code: "events.chain" } });
    expect(await countOf("events")).toBe(0);
  });

  it("refuses a batch with an event left out", async () => {
    for (const action of ["in", "out", "in"] as const) terminal.record(punch(action));
    const [first = "", , third = ""] = terminal.events;
    expect(await ingest(terminal.sign([first, third], 3))).toMatchObject({
      refusal: { code: "events.chain" },
    });
  });

  it("refuses a signature by another key, and a signature over another head", async () => {
    terminal.record(punch("in"));
    const { signature: early } = terminal.batch();
    terminal.record(punch("out"));
    expect(await ingest({ events: terminal.events, signature: early })).toMatchObject({
      refusal: { code: "events.signature" },
    });
    const other = await openTestTerminal(hub, kiosk);
    other.id = terminal.id;
    other.store = terminal.store;
    expect(await ingest(other.sign(terminal.events, 2))).toMatchObject({
      refusal: { code: "events.signature" },
    });
    expect(await countOf("events")).toBe(0);
  });

  it("refuses events of another terminal or store", async () => {
    terminal.record(punch("in"), { store: (await openTestTerminal(hub, kiosk)).store });
    expect(await ingest()).toMatchObject({ refusal: { code: "events.chain" } });
  });

  it("refuses what is no event", async () => {
    expect(await ingest(terminal.sign(["{}"], 1))).toMatchObject({ refusal: { code: "protocol.malformed" } });
  });

  it("keeps a second event under a used number beside the first, counts it nowhere, and has the terminal renew", async () => {
    terminal.record(punch("in"));
    await ingest();
    terminal.events = [];
    terminal.record(punch("out"));
    expect(await ingest()).toEqual({ ok: true, ackedSeq: 1, renew: "fork" });
    expect(await countOf("forks")).toBe(1);
    expect(await countOf("events")).toBe(2);
    expect(await countOf("punches")).toBe(1);
    expect(await ingest()).toEqual({ ok: true, ackedSeq: 1, renew: "fork" });
    expect([await countOf("forks"), await countOf("events")]).toEqual([1, 2]);
  });

  it("sees a fork also when only the event after it is sent, and takes nothing then", async () => {
    terminal.record(punch("in"));
    await ingest();
    terminal.events = [];
    terminal.record(punch("out"));
    terminal.record(punch("in"));
    expect(await ingest(terminal.batch(2))).toEqual({ ok: true, ackedSeq: null, renew: "fork" });
    expect([await countOf("forks"), await countOf("events")]).toEqual([1, 1]);
  });

  it("keeps events of kinds it does not know, and of people it does not know, and derives nothing", async () => {
    terminal.record(punch("in"), { kind: "badge.tapped", payload: { tag: "from a newer terminal" } });
    terminal.record(punch("in", "personal", makeId(personId, new SeededRandom(99))));
    expect(await ingest()).toEqual({ ok: true, ackedSeq: 2, renew: null });
    expect(await countOf("events")).toBe(2);
    expect(await countOf("punches")).toBe(0);
  });
});

describe("what follows from punches", () => {
  it("an in and an out make a span, whatever batches they came in", async () => {
    terminal.record(punch("in"));
    await ingest();
    terminal.record(punch("out"));
    await ingest();
    expect(await presenceOfAna()).toEqual({
      state: "out",
      sinceMs: TEST_WALL_MS + 2_000,
      spans: [{ fromMs: TEST_WALL_MS + 1_000, toMs: TEST_WALL_MS + 2_000 }],
    });
  });

  it("an undo takes the punch back and deletes nothing", async () => {
    terminal.record(punch("in"));
    const target = terminal.record(punch("out"));
    terminal.record({ kind: "punch.undone", person: ana, payload: { target, auth: "personal" } });
    await ingest();
    expect(await presenceOfAna()).toEqual({ state: "in", sinceMs: TEST_WALL_MS + 1_000, spans: [] });
    expect(await countOf("punches")).toBe(2);
  });

  it("an undo that names another person's punch, or none, does nothing", async () => {
    const { person: jan } = await addTestPerson(hub, { name: "Jan Novák" });
    const target = terminal.record(punch("in"));
    const undo = (of: PersonId, seq: EventSeq) =>
      terminal.record({ kind: "punch.undone", person: of, payload: { target: seq, auth: "personal" } });
    undo(jan, target);
    undo(ana, eventSeq.parse(77));
    expect(await ingest()).toMatchObject({ ok: true });
    expect((await presenceOfAna()).state).toBe("in");
  });

  it("PIN rule 5: the Universal PIN never undoes a personal punch, but one of its own", async () => {
    const personal = terminal.record(punch("in", "personal"));
    terminal.record({ kind: "punch.undone", person: ana, payload: { target: personal, auth: "universal" } });
    await ingest();
    expect((await presenceOfAna()).state).toBe("in");
    const universal = terminal.record(punch("out", "universal"));
    terminal.record({ kind: "punch.undone", person: ana, payload: { target: universal, auth: "universal" } });
    await ingest();
    expect((await presenceOfAna()).state).toBe("in");
    expect((await presenceOfAna()).spans).toEqual([]);
  });

  it("PIN rule 7: one open request a person, however often they forget", async () => {
    for (let again = 0; again < 3; again += 1) {
      terminal.record({ kind: "pin.forgotten", person: ana, payload: {} });
    }
    await ingest();
    terminal.record({ kind: "pin.forgotten", person: ana, payload: {} });
    await ingest();
    expect(await countOf("pin_requests")).toBe(1);
  });

  it("spans that ended more than 48 h ago are left out, the present state never", async () => {
    const old = TEST_WALL_MS - PRESENCE_WINDOW_MS - 60_000;
    terminal.record(punch("in"), { wallMs: old - 1_000 });
    terminal.record(punch("out"), { wallMs: old });
    terminal.record(punch("in"), { wallMs: old + 1_000 });
    await ingest();
    expect(await presenceOfAna()).toEqual({ state: "in", sinceMs: old + 1_000, spans: [] });
  });

  it("is the same in whatever order two terminals are heard", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(
          fc.record({
            action: fc.constantFrom<PunchAction>("in", "out", "break-start", "break-end"),
            atMs: fc.integer({ min: TEST_WALL_MS - 3_600_000, max: TEST_WALL_MS }),
            isFirst: fc.boolean(),
          }),
          { minLength: 1, maxLength: 12 },
        ),
        fc.boolean(),
        async (punches, firstIsHeardFirst) => {
          const { person } = await addTestPerson(hub);
          const both = [await openTestTerminal(hub, kiosk), await openTestTerminal(hub, kiosk)];
          for (const each of punches) {
            both[each.isFirst ? 0 : 1]?.record(punch(each.action, "personal", person), { wallMs: each.atMs });
          }
          for (const each of firstIsHeardFirst ? both : both.toReversed()) {
            terminal = each;
            if (each.events.length > 0) expect(await ingest()).toMatchObject({ ok: true });
          }
          const stored = await hub.context.store.queries
            .selectFrom("punches")
            .select(["action", "at_ms"])
            .where("person", "=", person)
            .orderBy("order_ms")
            .orderBy("terminal")
            .orderBy("seq")
            .execute();
          const row = await hub.context.store.queries
            .selectFrom("presences")
            .selectAll()
            .where("person", "=", person)
            .executeTakeFirst();
          expect(presenceOfRow(row)).toEqual(
            presenceOf(stored.map((each) => ({ action: each.action, atMs: each.at_ms }))),
          );
        },
      ),
      { numRuns: 25 },
    );
  });
});
