import fc from "fast-check";
import { sql } from "kysely";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { HEARTBEAT_MS, SILENCE_LIMIT_MS } from "../../protocol/limits.ts";
import type { EventDraft } from "../../protocol/events.ts";
import { type KioskId, type PersonId } from "../../protocol/ids.ts";
import { CLOSE_GOING, CLOSE_REPLACED, CLOSE_SILENT, decodeTerminalMessage } from "../../protocol/messages.ts";
import { HUB_ACTOR } from "../access.ts";
import { assignPerson, unassignPerson } from "../kiosks/assign.ts";
import {
  addTestPerson,
  connect,
  greet,
  openTestScene,
  openTestTerminal,
  type TestHub,
} from "../testing/hub.ts";
import { SeededRandom } from "../../sim/world/seeded-random.ts";
import { TestTerminal } from "../testing/terminal.ts";
import { GOING_RETRY_MS } from "./receive.ts";
import { MAX_QUEUED_MESSAGES } from "./session.ts";

let hub: TestHub;
let kiosk: KioskId;
let ana: { person: PersonId; pin: string };

beforeEach(async () => {
  ({ hub, kiosk, ana } = await openTestScene());
});
afterEach(() => hub.core.close());

const punchIn = (person: PersonId): EventDraft => ({
  kind: "punch",
  person,
  payload: { action: "in", auth: "personal", was: "out", again: false },
});

/** Rows that this database's connection has written since it was opened. */
async function changesWritten(): Promise<number> {
  const { rows } = await sql<{ count: number }>`select total_changes() as count`.execute(
    hub.context.store.queries,
  );
  return rows[0]?.count ?? 0;
}

const refusalOf = (terminal: TestTerminal) => terminal.last("refused")?.code;

describe("an open session", () => {
  it("acknowledges events once they are committed, then brings everyone's roster up to date", async () => {
    const terminal = await openTestTerminal(hub, kiosk);
    const neighbour = await openTestTerminal(hub, kiosk);
    terminal.record(punchIn(ana.person));
    terminal.send(terminal.batch());
    await hub.scheduler.pass(1);
    expect(terminal.received.slice(-2)).toMatchObject([
      { type: "ack", seq: 1 },
      { type: "rosterDelta", includesSeq: 1, upserts: [{ person: ana.person, presence: { state: "in" } }] },
    ]);
    expect(neighbour.last("rosterDelta")).toMatchObject({
      includesSeq: 0,
      upserts: [{ presence: { state: "in" } }],
    });
  });

  it("acknowledges the same batch again without a second punch", async () => {
    const terminal = await openTestTerminal(hub, kiosk);
    terminal.record(punchIn(ana.person));
    terminal.send(terminal.batch());
    terminal.send(terminal.batch());
    await hub.scheduler.pass(1);
    expect(terminal.all("ack").map((ack) => ack.seq)).toEqual([1, 1]);
    expect(await hub.context.store.queries.selectFrom("punches").selectAll().execute()).toHaveLength(1);
  });

  it("says on return how far the store is committed, and sends no roster that is known", async () => {
    const terminal = await openTestTerminal(hub, kiosk);
    terminal.record(punchIn(ana.person));
    terminal.send(terminal.batch());
    await hub.scheduler.pass(1);
    terminal.unplug();
    await hub.scheduler.pass(1);
    connect(hub, terminal);
    await greet(hub, terminal);
    expect(terminal.received.map((message) => message.type)).toEqual(["challenge", "welcome"]);
    expect(terminal.last("welcome")?.ackedSeq).toBe(1);
  });

  it("sends a delta for what changed while the terminal was away", async () => {
    const terminal = await openTestTerminal(hub, kiosk);
    terminal.unplug();
    await hub.scheduler.pass(1);
    const jan = await addTestPerson(hub, { name: "Jan Novák" });
    await assignPerson(hub.context, HUB_ACTOR, kiosk, jan.person);
    await unassignPerson(hub.context, HUB_ACTOR, kiosk, ana.person);
    connect(hub, terminal);
    await greet(hub, terminal);
    expect(terminal.last("rosterDelta")).toMatchObject({
      upserts: [{ person: jan.person }],
      removed: [ana.person],
    });
    expect(terminal.last("rosterBegin")).toBeUndefined();
  });

  it("sends nobody who did not change", async () => {
    const terminal = await openTestTerminal(hub, kiosk);
    const jan = await addTestPerson(hub, { name: "Jan Novák" });
    await assignPerson(hub.context, HUB_ACTOR, kiosk, jan.person);
    await hub.scheduler.pass(1);
    expect(terminal.all("rosterDelta").map((delta) => delta.upserts.map((each) => each.person))).toEqual([
      [jan.person],
    ]);
  });

  it("sends a snapshot to a terminal with a revision that the hub never gave out", async () => {
    const terminal = await openTestTerminal(hub, kiosk);
    terminal.rosterRevision = 1_000;
    connect(hub, terminal);
    await greet(hub, terminal);
    expect(terminal.last("rosterBegin")?.people).toBe(1);
    expect(terminal.last("rosterEnd")).toBeDefined();
  });

  it("answers a status with the hub's time and keeps what it said", async () => {
    const terminal = await openTestTerminal(hub, kiosk);
    terminal.status(3, hub.wallClock.wallMs() + 250);
    await hub.scheduler.pass(1);
    expect(terminal.last("pulse")).toEqual({ type: "pulse", hubTimeMs: hub.wallClock.wallMs() });
    expect(
      await hub.context.store.queries.selectFrom("terminals").select(["unsent", "clock_error_ms"]).execute(),
    ).toEqual([{ unsent: 3, clock_error_ms: 250 }]);
  });

  it("lives as long as statuses come and is closed when they stop", async () => {
    const terminal = await openTestTerminal(hub, kiosk);
    for (let beat = 0; beat < 5; beat += 1) {
      await hub.scheduler.pass(HEARTBEAT_MS);
      terminal.status(0);
    }
    await hub.scheduler.pass(SILENCE_LIMIT_MS - 1);
    expect(terminal.closedWith).toBeNull();
    await hub.scheduler.pass(2);
    expect(terminal.closedWith).toBe(CLOSE_SILENT);
  });

  it("gives way to a newer session of the same terminal", async () => {
    const terminal = await openTestTerminal(hub, kiosk);
    const twin = new TestTerminal(new SeededRandom(5));
    Object.assign(twin, { keys: terminal.keys, id: terminal.id });
    connect(hub, twin);
    await greet(hub, twin);
    expect(terminal.closedWith).toBe(CLOSE_REPLACED);
    expect(twin.closedWith).toBeNull();
    expect(hub.core.sessions.isConnected(twin.id)).toBe(true);
  });

  it("has a terminal with two histories begin another store, now and on return, and leaves others alone", async () => {
    const terminal = await openTestTerminal(hub, kiosk);
    const neighbour = await openTestTerminal(hub, kiosk);
    terminal.record(punchIn(ana.person));
    terminal.send(terminal.batch());
    await hub.scheduler.pass(1);
    terminal.events = [];
    terminal.record(punchIn(ana.person), { wallMs: 5 });
    terminal.send(terminal.batch());
    await hub.scheduler.pass(1);
    expect(terminal.received.slice(-2)).toEqual([
      { type: "ack", seq: 1 },
      { type: "renew", reason: "fork" },
    ]);
    connect(hub, terminal);
    await greet(hub, terminal);
    expect(terminal.received.slice(-1)).toEqual([{ type: "renew", reason: "fork" }]);
    neighbour.record(punchIn(ana.person));
    neighbour.send(neighbour.batch());
    await hub.scheduler.pass(1);
    expect(neighbour.last("ack")?.seq).toBe(1);
  });

  it("writes nothing for a terminal that comes again with what is known", async () => {
    const terminal = await openTestTerminal(hub, kiosk);
    terminal.record(punchIn(ana.person));
    terminal.send(terminal.batch());
    terminal.status(0, hub.wallClock.wallMs());
    await hub.scheduler.pass(1);
    const before = await changesWritten();
    for (let again = 0; again < 3; again += 1) {
      connect(hub, terminal);
      await greet(hub, terminal);
      terminal.send(terminal.batch());
      terminal.status(0, hub.wallClock.wallMs());
      await hub.scheduler.pass(1);
      expect(terminal.received.map(({ type }) => type)).toEqual(["challenge", "welcome", "ack", "pulse"]);
    }
    expect(await changesWritten()).toBe(before);
    expect(terminal.said.findLast((text) => text.includes('"hello"'))?.length).toBeLessThan(400);
  });

  it("closes the link of a terminal that floods it", async () => {
    const terminal = await openTestTerminal(hub, kiosk);
    for (let sent = 0; sent < 3; sent += 1) terminal.record(punchIn(ana.person));
    const [near] = [connect(hub, terminal)];
    await greet(hub, terminal);
    expect(near.isOpen).toBe(true);
    const flood = () => {
      for (let sent = 0; sent < 20 * MAX_QUEUED_MESSAGES; sent += 1) {
        terminal.status(0);
      }
    };
    // One virtual instant delivers one message and lets it be handled, so the wire is bypassed to fill the queue.
    const held = hub.context.store.transaction(async () => {
      flood();
      await hub.scheduler.pass(1);
    });
    await held;
    await hub.scheduler.pass(1);
    expect(refusalOf(terminal)).toBe("protocol.unexpected");
  });

  it("says goodbye when the hub goes down, and that it is soon back", async () => {
    const terminal = await openTestTerminal(hub, kiosk);
    const unproved = new TestTerminal(new SeededRandom(9));
    connect(hub, unproved);
    hub.core.sessions.close();
    await hub.scheduler.pass(1);
    for (const each of [terminal, unproved]) {
      expect(each.last("refused")).toMatchObject({ code: "hub.unavailable", retryAfterMs: GOING_RETRY_MS });
      expect(each.closedWith).toBe(CLOSE_GOING);
    }
  });

  it("logs one line for one refused connection, and not a word of what was sent", async () => {
    for (let again = 0; again < 5; again += 1) {
      const terminal = new TestTerminal(new SeededRandom(1));
      connect(hub, terminal);
      terminal.sendText('{"type":"hello","pin":"4821"}');
      await hub.scheduler.pass(1);
    }
    const lines = hub.log.filter((line) => line.message === "connection refused");
    expect(lines).toMatchObject([{ code: "protocol.malformed", peer: "192.0.2.7" }]);
    expect(JSON.stringify(hub.log)).not.toContain("4821");
  });
});

/** Arbitrary values take fast-check a while, and machines are shared. */
const ARBITRARY_LIMIT_MS = 30_000;

describe("arbitrary input", { timeout: ARBITRARY_LIMIT_MS }, () => {
  it("never makes the decoder throw", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json(), fc.string({ unit: "binary" })), (text) => {
        expect(typeof decodeTerminalMessage(text).ok).toBe("boolean");
      }),
      { numRuns: 50 },
    );
  });

  it("ends its own session with a refusal and disturbs no other", async () => {
    const neighbour = await openTestTerminal(hub, kiosk);
    const almost = fc.record(
      {
        type: fc.constantFrom("claim", "hello", "proof", "events", "status"),
        versions: fc.array(fc.integer()),
        token: fc.string(),
        terminal: fc.string(),
        events: fc.array(fc.string()),
        signature: fc.base64String({ minLength: 88, maxLength: 88 }),
        unsent: fc.integer(),
        wallMs: fc.double(),
      },
      { requiredKeys: ["type"] },
    );
    const texts = fc.array(
      fc.oneof(
        fc.string(),
        fc.json(),
        almost.map((each) => JSON.stringify(each)),
      ),
      { minLength: 1, maxLength: 4 },
    );
    await fc.assert(
      fc.asyncProperty(texts, fc.boolean(), async (sent, isProved) => {
        const terminal = isProved
          ? await openTestTerminal(hub, kiosk)
          : new TestTerminal(new SeededRandom(1));
        if (!isProved) connect(hub, terminal);
        for (const text of sent) terminal.sendText(text);
        await hub.scheduler.pass(1);
        expect(neighbour.closedWith).toBeNull();
        expect(hub.log.filter((line) => line.level === "error")).toEqual([]);
      }),
      { numRuns: 40 },
    );
  });
});
