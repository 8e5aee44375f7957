import { beforeEach, describe, expect, it } from "vitest";
import type { EventDraft, PunchAction } from "../../protocol/events.ts";
import { eventSeq, type KioskId, type PersonId } from "../../protocol/ids.ts";
import { SeededRandom } from "../../sim/world/seeded-random.ts";
import type { Actor } from "../access.ts";
import { dismissAlarm, listAlarms } from "../alarms/alarms.ts";
import { addTestPerson, connect, greet, openTestTerminal, settled } from "../testing/hub.ts";
import { describeOnDatabases } from "../testing/on-databases.ts";
import { aKiosk, anAssignee, anOwner, refusal } from "../testing/people.ts";
import { TestTerminal, type EarlierStore } from "../testing/terminal.ts";
import { TEST_WALL_MS } from "../testing/wall-clock.ts";
import { forkId, type ForkId } from "./ids.ts";
import { listForks, type ForkListing } from "./list.ts";
import { MAX_OPEN_FORKS } from "./open.ts";
import { settleFork } from "./settle.ts";

/** Two cards cloned from one, and a card put back: nothing of either is lost, and nothing counts that nobody let count. */

describeOnDatabases("forks", (on) => {
  let kiosk: KioskId;
  let ana: PersonId;
  let owner: Actor;
  let terminal: TestTerminal;
  beforeEach(async () => {
    owner = await anOwner(on.hub);
    await addTestPerson(on.hub, { name: "Boss", role: "admin", email: "boss@example.org" });
    ({ kiosk } = await aKiosk(on.hub, { name: "Westside Bar" }));
    ana = (await anAssignee(on.hub, kiosk)).person;
    terminal = await openTestTerminal(on.hub, kiosk);
  });

  const queries = () => on.hub.context.store.queries;
  const pass = (): Promise<void> => settled(on.hub);
  const forks = (): Promise<ForkListing[]> => listForks(queries());
  const theFork = async (): Promise<ForkListing> => {
    const found = await forks();
    expect(found).toHaveLength(1);
    const [fork] = found;
    if (fork === undefined) throw new RangeError("there is a fork");
    return fork;
  };
  const settle = async (fork: ForkId, count: boolean): Promise<void> => {
    await settleFork(on.hub.context, owner, fork, count);
    await pass();
  };
  const kinds = async (): Promise<string[]> => (await listAlarms(queries())).map(({ kind }) => kind);
  const mails = async (): Promise<number> =>
    (await queries().selectFrom("mails").select("id").where("kind", "=", "fork").execute()).length;
  const punch = (action: PunchAction): EventDraft => ({
    kind: "punch",
    person: ana,
    payload: { action, auth: "personal", was: action === "in" ? "out" : "in", again: false },
  });
  /** The minutes after the test's beginning at which Ana's punches that count are, with what they are. */
  const counted = async (): Promise<[minute: number, action: PunchAction][]> =>
    (
      await queries()
        .selectFrom("punches")
        .select(["at_ms", "action"])
        .where("undone_by", "is", null)
        .orderBy("at_ms")
        .execute()
    ).map((row) => [(row.at_ms - TEST_WALL_MS) / 60_000, row.action]);
  const audits = async (): Promise<string[]> =>
    (
      await queries().selectFrom("audit").select("action").where("subject", "=", terminal.id).execute()
    ).flatMap(({ action }) => (action.startsWith("fork.") ? [action] : []));
  const texts = async (): Promise<string[]> =>
    (await queries().selectFrom("events").select("text").execute()).map(({ text }) => text).toSorted();
  /** Records a punch at a minute after the test's beginning. */
  const record = (at: TestTerminal, action: PunchAction, minute: number): void =>
    void at.record(punch(action), { wallMs: TEST_WALL_MS + minute * 60_000 });

  /** Another card with all that this one has now. */
  function cloneOf(original: TestTerminal): TestTerminal {
    const clone = new TestTerminal(new SeededRandom(77));
    const { keys, id, store, rosterRevision } = original;
    return Object.assign(clone, { keys, id, store, rosterRevision, events: [...original.events] });
  }
  async function send(at: TestTerminal, first = 1): Promise<void> {
    at.send(at.batch(first));
    await pass();
  }
  async function come(at: TestTerminal): Promise<void> {
    connect(on.hub, at);
    await greet(on.hub, at);
  }
  /** Does what a terminal does when it is told to: comes with a new store and hands in all of the one before. */
  async function renew(at: TestTerminal, reason: string): Promise<EarlierStore> {
    const earlier = at.beginStore(reason);
    await come(at);
    await send(at);
    at.send(at.earlierBatch(earlier));
    await pass();
    expect(at.last("ack")).toEqual({ type: "ack", store: earlier.store, seq: earlier.events.length });
    return earlier;
  }

  /** Events 1 and 2 on both cards; then 3 and 4 on this one, known to the hub, and others of these numbers on the clone. */
  async function twoCards(): Promise<TestTerminal> {
    record(terminal, "in", 1);
    record(terminal, "out", 2);
    await send(terminal);
    const clone = cloneOf(terminal);
    record(terminal, "in", 10);
    record(terminal, "out", 20);
    await send(terminal, 3);
    record(clone, "in", 30);
    record(clone, "out", 40);
    return clone;
  }

  const OWN: [number, PunchAction][] = [
    [1, "in"],
    [2, "out"],
    [10, "in"],
    [20, "out"],
  ];
  const OTHERS: [number, PunchAction][] = [
    [30, "in"],
    [40, "out"],
  ];

  describe("two cards cloned from one", () => {
    it("the second one is told to begin another store as soon as it says how far it is, and admins are told", async () => {
      const clone = await twoCards();
      await come(clone);
      expect(clone.received.map(({ type }) => type)).toEqual(["challenge", "renew"]);
      expect(clone.last("renew")).toEqual({ type: "renew", reason: "fork" });
      expect(await theFork()).toMatchObject({
        terminal: terminal.id,
        kioskName: "Westside Bar",
        store: terminal.store,
        reason: "fork",
        ...{ firstSeq: null, events: 0, punches: 0, settledMs: null, counted: null },
      });
      expect([await kinds(), await mails()]).toEqual([["fork"], 1]);
      await come(clone);
      expect([(await forks()).length, await mails()]).toEqual([1, 1]);
    });

    it("everything of both is kept, once, and what the other one says counts when an admin lets it", async () => {
      const clone = await twoCards();
      await come(clone);
      const earlier = await renew(clone, "store.forked");
      expect(await theFork()).toMatchObject({ firstSeq: 3, events: 2, punches: 2 });
      expect(await texts()).toEqual(
        [...terminal.events, ...earlier.events.slice(2), ...clone.events].toSorted(),
      );
      expect(await counted()).toEqual(OWN);

      await settle((await theFork()).fork, true);
      expect(await counted()).toEqual([...OWN, ...OTHERS]);
      expect(await theFork()).toMatchObject({ counted: true, settledMs: on.hub.wallClock.wallMs() });
      clone.send(clone.earlierBatch(earlier));
      clone.send(clone.batch());
      await pass();
      expect(await counted()).toEqual([...OWN, ...OTHERS]);
      expect(await forks()).toHaveLength(1);
    });

    it("gets no roster until an admin has settled it; then it gets what it missed, at once", async () => {
      const clone = await twoCards();
      await come(clone);
      await renew(clone, "store.forked");
      await anAssignee(on.hub, kiosk, { name: "Jan Novák" });
      await pass();
      clone.status(0);
      await pass();
      expect(clone.received.filter(({ type }) => type.startsWith("roster"))).toEqual([]);
      await settle((await theFork()).fork, false);
      expect(clone.last("rosterDelta")?.upserts.map(({ name }) => name)).toContain("Jan Novák");
    });

    it("what an admin leaves out never counts; when more of it comes they look again", async () => {
      const clone = await twoCards();
      await come(clone);
      const earlier = clone.beginStore("store.forked");
      await come(clone);
      clone.send(clone.earlierBatch(earlier, 1, 3));
      await pass();
      expect(await theFork()).toMatchObject({ events: 1, punches: 1 });
      await settle((await theFork()).fork, false);
      await settle((await theFork()).fork, false);
      expect([await counted(), await kinds(), await audits()]).toEqual([OWN, [], ["fork.left-out"]]);

      clone.send(clone.earlierBatch(earlier, 4));
      await pass();
      expect(await theFork()).toMatchObject({ events: 2, punches: 2, settledMs: null, counted: null });
      expect([await counted(), await kinds(), await mails()]).toEqual([OWN, ["fork"], 1]);
      await settle((await theFork()).fork, true);
      expect(await counted()).toEqual([...OWN, ...OTHERS]);
    });

    it("what counts goes on counting as more of it comes", async () => {
      const clone = await twoCards();
      await come(clone);
      const earlier = clone.beginStore("store.forked");
      await come(clone);
      clone.send(clone.earlierBatch(earlier, 1, 3));
      await pass();
      await settle((await theFork()).fork, true);
      expect(await counted()).toEqual([...OWN, ...OTHERS.slice(0, 1)]);
      clone.send(clone.earlierBatch(earlier, 4));
      await pass();
      expect(await counted()).toEqual([...OWN, ...OTHERS]);
      expect((await theFork()).counted).toBe(true);
    });

    it("what was left out may be counted later, and what counts is taken back one by one", async () => {
      const clone = await twoCards();
      await come(clone);
      await renew(clone, "store.forked");
      const { fork } = await theFork();
      await settle(fork, false);
      await settle(fork, true);
      expect(await counted()).toEqual([...OWN, ...OTHERS]);
      await expect(settle(fork, false)).rejects.toEqual(refusal("fork.counted"));
      expect(await audits()).toEqual(["fork.left-out", "fork.counted"]);
    });

    it("the first card, too, begins another store when the second one has taken the ledger's place", async () => {
      const clone = await twoCards();
      await come(clone);
      const earlier = await renew(clone, "store.forked");
      record(terminal, "in", 50);
      await come(terminal);
      expect(terminal.last("renew")).toEqual({ type: "renew", reason: "ended" });
      await renew(terminal, "store.ended");
      expect((await forks()).map(({ reason, firstSeq, events }) => ({ reason, firstSeq, events }))).toEqual(
        expect.arrayContaining([
          { reason: "fork", firstSeq: 3, events: 2 },
          { reason: "ended", firstSeq: 5, events: 1 },
        ]),
      );
      expect(await counted()).toEqual(OWN);
      for (const { fork } of await forks()) await settle(fork, true);
      expect(await counted()).toEqual([...OWN, ...OTHERS, [50, "in"]]);
      expect(await kinds()).toEqual([]);
      expect(await texts()).toHaveLength(5 + earlier.events.slice(2).length + 2);
    });

    it("a fork that only a batch shows is kept from that batch", async () => {
      const clone = await twoCards();
      clone.events = clone.events.slice(0, 2);
      connect(on.hub, clone);
      await greet(on.hub, clone);
      record(clone, "in", 30);
      await send(clone, 3);
      expect(clone.received.slice(-2)).toEqual([
        { type: "ack", seq: 3 },
        { type: "renew", reason: "fork" },
      ]);
      expect(await theFork()).toMatchObject({ firstSeq: 3, events: 1, reason: "fork" });
      record(clone, "out", 40);
      await send(clone, 4);
      expect(clone.all("ack")).toHaveLength(1);
    });

    it("an undo in the other history takes back a punch that both share, once that history counts", async () => {
      const clone = await twoCards();
      clone.events = clone.events.slice(0, 2);
      clone.record(
        { kind: "punch.undone", person: ana, payload: { target: eventSeq.parse(2), auth: "personal" } },
        { wallMs: TEST_WALL_MS + 2.5 * 60_000 },
      );
      await come(clone);
      await renew(clone, "store.forked");
      expect(await counted()).toEqual(OWN);
      await settle((await theFork()).fork, true);
      expect(await counted()).toEqual(OWN.filter(([minute]) => minute !== 2));
    });
  });

  describe("a card that is put back", () => {
    it("alone, without anything new on it, is no fork: it sees for itself that the hub knows more", async () => {
      record(terminal, "in", 1);
      const older = cloneOf(terminal);
      record(terminal, "out", 2);
      await send(terminal);
      await come(older);
      expect(older.last("welcome")?.ackedSeq).toBe(2);
      await renew(older, "store.hub-ahead");
      record(older, "in", 10);
      await send(older, 2);
      expect([await forks(), await kinds()]).toEqual([[], []]);
      expect(await counted()).toEqual([
        [1, "in"],
        [2, "out"],
        [10, "in"],
      ]);
    });

    it("after the one that stood in for it went on: nobody's punches are lost, and admins look", async () => {
      record(terminal, "in", 1);
      const older = cloneOf(terminal);
      record(terminal, "out", 2);
      await send(terminal);
      record(terminal, "in", 30);
      await come(older);
      await renew(older, "store.hub-ahead");
      await come(terminal);
      expect(terminal.last("renew")).toEqual({ type: "renew", reason: "ended" });
      await renew(terminal, "store.ended");
      expect(await theFork()).toMatchObject({ reason: "ended", firstSeq: 3, punches: 1 });
      await settle((await theFork()).fork, true);
      expect((await counted()).at(-1)).toEqual([30, "in"]);
    });
  });

  describe("what admins see", () => {
    it("an alarm that one of them dismissed comes back with the next fork, and ends when all are settled", async () => {
      const clone = await twoCards();
      await come(clone);
      const [alarm] = await listAlarms(queries());
      if (alarm === undefined) throw new RangeError("there is an alarm");
      await dismissAlarm(on.hub.context, owner, alarm.alarm);
      expect(await kinds()).toEqual([]);
      await renew(clone, "store.forked");
      record(terminal, "in", 50);
      await come(terminal);
      await renew(terminal, "store.ended");
      expect([await kinds(), await mails()]).toEqual([["fork"], 2]);
      const [first, second] = await forks();
      if (first === undefined || second === undefined) throw new RangeError("there are two forks");
      await settle(first.fork, true);
      expect(await kinds()).toEqual(["fork"]);
      await settle(second.fork, false);
      expect(await kinds()).toEqual([]);
    });

    it("nobody but an admin settles one, and what is not there is not settled", async () => {
      const clone = await twoCards();
      await come(clone);
      const { fork } = await theFork();
      const manager: Actor = { person: owner.person, role: "manager" };
      await expect(settleFork(on.hub.context, manager, fork, true)).rejects.toEqual(
        refusal("access.admins-only"),
      );
      const none = forkId.parse("0".repeat(16));
      await expect(settleFork(on.hub.context, owner, none, true)).rejects.toEqual(refusal("fork.unknown"));
    });

    it(`more than ${MAX_OPEN_FORKS} open ones of a terminal are not taken until some are settled`, async () => {
      record(terminal, "in", 1);
      await send(terminal);
      const earlier = terminal.beginStore("store.forked");
      await come(terminal);
      await send(terminal);
      const other = (minute: number): EarlierStore => {
        const box = Object.assign(cloneOf(terminal), { store: earlier.store, events: [] });
        record(box, "in", minute);
        return { store: earlier.store, events: box.events };
      };
      for (let minute = 2; minute < 2 + MAX_OPEN_FORKS; minute += 1) {
        terminal.send(terminal.earlierBatch(other(minute)));
        await pass();
      }
      expect(await forks()).toHaveLength(MAX_OPEN_FORKS);
      terminal.send(terminal.earlierBatch(other(100)));
      await pass();
      expect(terminal.last("refused")?.code).toBe("events.fork");
      const [first] = await forks();
      if (first === undefined) throw new RangeError("there is a fork");
      await settle(first.fork, false);
      await come(terminal);
      terminal.send(terminal.earlierBatch(other(100)));
      await pass();
      expect(terminal.last("ack")?.seq).toBe(1);
    });
  });
});
