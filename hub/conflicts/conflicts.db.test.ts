import { beforeEach, expect, it } from "vitest";
import type { EventSeq, KioskId, PersonId } from "../../protocol/ids.ts";
import type { Presence } from "../../protocol/presence.ts";
import type { RosterPerson } from "../../protocol/roster.ts";
import type { Actor } from "../access.ts";
import { addPunch, voidPunch } from "../corrections/make.ts";
import { listCorrections } from "../corrections/list.ts";
import { closedUntil, closeDays } from "../days/close.ts";
import { rosterUpdate } from "../kiosks/roster.ts";
import { listPunches, type PunchListing } from "../punches/list.ts";
import { presenceOfRow } from "../punches/presences.ts";
import { HistoryTerminal } from "../testing/histories.ts";
import type { TestHub } from "../testing/hub.ts";
import { describeOnDatabases } from "../testing/on-databases.ts";
import { aKiosk, anAssignee, anOwner, auditOf, refusal } from "../testing/people.ts";
import { TEST_WALL_MS } from "../testing/wall-clock.ts";
import { listConflicts, type ConflictListing } from "./list.ts";
import { settleConflict } from "./settle.ts";

const HOUR = 3_600_000;
const MINUTE = 60_000;
/** 2026-11-23 in Zagreb, 07:00, and then by hours. */
const monday = (hours: number): number => Date.UTC(2026, 10, 23, 6) + hours * HOUR;

describeOnDatabases("conflicts, corrections and closed days", (given) => {
  let hub: TestHub;
  let kiosk: KioskId;
  let ana: PersonId;
  let owner: Actor;
  let bar: HistoryTerminal;
  let yard: HistoryTerminal;

  beforeEach(async () => {
    hub = given.hub;
    owner = await anOwner(hub);
    ({ kiosk } = await aKiosk(hub));
    ({ person: ana } = await anAssignee(hub, kiosk));
    bar = await HistoryTerminal.open(hub, kiosk, 61);
    yard = await HistoryTerminal.open(hub, kiosk, 62);
    for (const box of [bar, yard]) box.boot(monday(-1), "set");
  });

  const conflicts = (isOpenOnly = true): Promise<ConflictListing[]> =>
    listConflicts(hub.context.store.queries, { isOpenOnly, before: null, most: 100 });
  const only = async (): Promise<ConflictListing> => {
    const [first, ...others] = await conflicts();
    expect(others).toEqual([]);
    if (first === undefined) throw new RangeError("there is no open conflict");
    return first;
  };
  const punches = async (): Promise<readonly PunchListing[]> =>
    (await listPunches(hub.context.store.queries, { person: ana, day: null, limit: 100, after: null }))
      .punches;
  async function presence(): Promise<Presence> {
    const row = await hub.context.store.queries
      .selectFrom("presences")
      .selectAll()
      .where("person", "=", ana)
      .executeTakeFirst();
    return presenceOfRow(row);
  }
  const settle = async (decision: "count" | "leave-out" | "as-is"): Promise<void> =>
    settleConflict(hub.context, owner, (await only()).conflict, decision, null);
  /** Ana as the terminals of her kiosk are told of her. */
  async function onTheRoster(box: HistoryTerminal): Promise<RosterPerson | undefined> {
    const { id, store } = box.terminal;
    const reader = { terminal: id, kiosk, store, terminalKey: new Uint8Array(32) };
    const { messages } = await rosterUpdate(hub.context, reader, 0);
    return messages
      .flatMap((message) => (message.type === "rosterPage" ? message.people : []))
      .find(({ person }) => person === ana);
  }

  it("two terminals, one of them offline: a punch that began from another state is raised, kept and counted, and all terminals converge", async () => {
    bar.punch(ana, "in", "out", monday(0));
    await bar.handIn();
    // The yard never heard of that.
    yard.punch(ana, "in", "out", monday(2));
    bar.punch(ana, "out", "in", monday(3));
    await bar.handIn();
    expect(await conflicts()).toEqual([]);
    await yard.handIn();
    const { kind, punches: about, name, day } = await only();
    expect({ kind, name, day }).toEqual({ kind: "state", name: "Ana Kovač", day: "2026-11-23" });
    expect(about.map(({ terminal }) => terminal)).toEqual([yard.terminal.id]);
    expect((await presence()).spans).toEqual([{ fromMs: monday(0), toMs: monday(3) }]);
    expect((await onTheRoster(bar))?.presence).toEqual((await onTheRoster(yard))?.presence);
    await settle("leave-out");
    expect(await conflicts()).toEqual([]);
    expect((await punches()).map(({ counts }) => counts)).toEqual([true, false, true]);
    expect(await auditOf(hub, ana)).toContain("conflict.settled");
  });

  it("settled once, a conflict is neither doubled nor opened again by what comes later", async () => {
    bar.punch(ana, "in", "out", monday(0));
    yard.punch(ana, "in", "out", monday(2));
    await bar.handIn();
    await yard.handIn();
    const { conflict } = await only();
    await settle("as-is");
    await expect(settleConflict(hub.context, owner, conflict, "count", null)).rejects.toEqual(
      refusal("conflict.settled"),
    );
    // Between the two, so that both are derived anew.
    bar.punch(ana, "switch-project", "in", monday(1));
    await bar.handIn();
    expect(await conflicts()).toEqual([]);
    expect(await conflicts(false)).toHaveLength(1);
  });

  it("that does not hold any more closes itself, and is listed as one that did", async () => {
    yard.punch(ana, "out", "in", monday(2));
    await yard.handIn();
    expect(await only()).toMatchObject({ kind: "state" });
    bar.punch(ana, "in", "out", monday(0));
    await bar.handIn();
    expect(await conflicts()).toEqual([]);
    expect(await conflicts(false)).toMatchObject([{ kind: "state", decision: null, settledBy: null }]);
    expect((await conflicts(false))[0]?.settledMs).not.toBeNull();
  });

  it("a punch that comes after a correction of around its time is raised, whatever state it began from", async () => {
    bar.punch(ana, "in", "out", monday(0));
    await bar.handIn();
    yard.punch(ana, "out", "in", monday(8));
    await addPunch(hub.context, owner, {
      person: ana,
      action: "out",
      atMs: monday(9),
      kiosk,
      reason: "forgot to clock out",
    });
    expect(await conflicts()).toEqual([]);
    hub.wallClock.set(TEST_WALL_MS + MINUTE);
    await yard.handIn();
    expect(await only()).toMatchObject({ kind: "correction", day: "2026-11-23" });
    expect((await presence()).spans).toEqual([{ fromMs: monday(0), toMs: monday(8) }]);
    await settle("leave-out");
    expect((await presence()).spans).toEqual([{ fromMs: monday(0), toMs: monday(9) }]);
  });

  it("corrections stand beside the originals with author and reason, and terminals hear of what follows", async () => {
    const seq = bar.punch(ana, "in", "out", monday(0));
    await bar.handIn();
    const { id: terminal, store } = bar.terminal;
    await voidPunch(hub.context, owner, { person: ana, terminal, store, seq, reason: "was not there" });
    expect(await presence()).toEqual({ state: "out", sinceMs: null, spans: [] });
    expect(await punches()).toMatchObject([{ seq, counts: false, undone: false }]);
    await addPunch(hub.context, owner, { person: ana, action: "in", atMs: monday(1), kiosk, reason: "came" });
    expect((await onTheRoster(yard))?.presence).toEqual({ state: "in", sinceMs: monday(1), spans: [] });
    const query = { person: ana, day: null, before: null, most: 10 };
    const made = await listCorrections(hub.context.store.queries, query);
    expect(made.map(({ reason, authorName }) => [reason, authorName]).toSorted()).toEqual([
      ["came", "Olga Owner"],
      ["was not there", "Olga Owner"],
    ]);
    expect(await auditOf(hub, ana)).toEqual(expect.arrayContaining(["punch.voided", "punch.added"]));
  });

  it("a correction is refused for what has not happened, for what is not there, twice, and in a closed day", async () => {
    const seq = bar.punch(ana, "in", "out", monday(0));
    await bar.handIn();
    const { id: terminal, store } = bar.terminal;
    const add = (atMs: number) =>
      addPunch(hub.context, owner, { person: ana, action: "out", atMs, kiosk: null, reason: "r" });
    const take = (of: EventSeq) =>
      voidPunch(hub.context, owner, { person: ana, terminal, store, seq: of, reason: "r" });
    await expect(add(TEST_WALL_MS + MINUTE)).rejects.toEqual(refusal("correction.future"));
    await expect(take(bar.punch(ana, "out", "in", monday(1)))).rejects.toEqual(refusal("punch.unknown"));
    await add(monday(9));
    await expect(add(monday(9))).rejects.toEqual(refusal("correction.twice"));
    await take(seq);
    await expect(take(seq)).rejects.toEqual(refusal("correction.twice"));
    await closeDays(hub.context, owner, "2026-11-23");
    await expect(add(monday(10))).rejects.toEqual(refusal("day.closed"));
  });

  it("what comes in late for a closed day never changes it by itself: kept, listed, and counted once a person says so", async () => {
    bar.punch(ana, "in", "out", monday(0));
    bar.punch(ana, "out", "in", monday(8));
    await bar.handIn();
    yard.punch(ana, "break-start", "in", monday(3));
    yard.punch(ana, "break-end", "break", monday(4));
    await closeDays(hub.context, owner, "2026-11-23");
    const closed = await presence();
    hub.wallClock.set(TEST_WALL_MS + MINUTE);
    await yard.handIn();
    expect(await presence()).toEqual(closed);
    expect((await punches()).map(({ counts }) => counts)).toEqual([true, false, false, true]);
    const late = await conflicts();
    expect(late.map(({ kind }) => kind)).toEqual(["closed-day", "closed-day"]);
    for (const { conflict } of late) await settleConflict(hub.context, owner, conflict, "count", "was so");
    expect((await presence()).spans).toEqual([
      { fromMs: monday(0), toMs: monday(3) },
      { fromMs: monday(4), toMs: monday(8) },
    ]);
  });

  it("an undo that comes in late for a closed day does not change it either", async () => {
    const target = bar.punch(ana, "in", "out", monday(0));
    await bar.handIn();
    await closeDays(hub.context, owner, "2026-11-23");
    hub.wallClock.set(TEST_WALL_MS + MINUTE);
    bar.undo(ana, target, monday(0) + 2_000);
    await bar.handIn();
    expect((await presence()).state).toBe("in");
    expect(await only()).toMatchObject({ kind: "closed-day", punches: [{ seq: target, undone: false }] });
    await settle("count");
    expect((await presence()).state).toBe("out");
  });

  it("days are closed when they are over, by admins, and opened again by owners: then what waited counts", async () => {
    const admin: Actor = { person: owner.person, role: "admin" };
    await expect(closeDays(hub.context, admin, "2026-11-24")).rejects.toEqual(refusal("day.not-over"));
    await expect(closeDays(hub.context, admin, "2026-13-01")).rejects.toEqual(refusal("day.malformed"));
    await closeDays(hub.context, admin, "2026-11-20");
    await closeDays(hub.context, admin, "2026-11-23");
    hub.wallClock.set(TEST_WALL_MS + MINUTE);
    bar.punch(ana, "in", "out", monday(0));
    bar.boot(monday(-100), "set");
    yard.boot(monday(-100), "set");
    yard.punch(ana, "out", "in", monday(-66));
    await bar.handIn();
    await yard.handIn();
    expect(await conflicts()).toHaveLength(2);
    await expect(closeDays(hub.context, admin, null)).rejects.toEqual(refusal("access.owners-only"));
    // Friday stays closed since it was.
    await closeDays(hub.context, owner, "2026-11-21");
    expect(await closedUntil(hub.context.store.queries)).toBe("2026-11-21");
    expect(await conflicts()).toMatchObject([{ kind: "closed-day", day: "2026-11-20" }]);
    expect((await presence()).state).toBe("in");
    await closeDays(hub.context, owner, null);
    expect((await conflicts()).map(({ kind }) => kind)).toEqual(["state"]);
  });

  it("a boot that never knew the time is raised with its bounds, and closes itself when its clock becomes known", async () => {
    bar.punch(ana, "in", "out", monday(0));
    bar.boot(monday(5), "unset", -10 * 365 * 24 * HOUR);
    bar.punch(ana, "out", "in", monday(6));
    await bar.handIn();
    expect(await only()).toMatchObject({
      kind: "time-unknown",
      punches: [{ basis: "bounded", fromMs: monday(1), toMs: TEST_WALL_MS }],
    });
    bar.synced(monday(7));
    await bar.handIn(bar.terminal.events.length - 1);
    expect(await conflicts()).toEqual([]);
    expect(await punches()).toMatchObject([{}, { basis: "corrected", atMs: monday(6), offsetMinutes: 60 }]);
    expect((await presence()).spans).toEqual([{ fromMs: monday(0), toMs: monday(6) }]);
    expect((await onTheRoster(yard))?.presence.sinceMs).toBe(monday(6));
  });

  it("a clock that becomes known moves a punch to the offset and day that its zone had then", async () => {
    // Summer time ended in Zagreb on 2026-10-25; the terminal woke up in January.
    const atMs = Date.UTC(2026, 9, 24, 22, 30);
    bar.boot(atMs - HOUR, "unset", 80 * 24 * HOUR);
    bar.punch(ana, "in", "out", atMs);
    bar.synced(atMs + 1_000);
    await bar.handIn();
    expect(await punches()).toMatchObject([{ atMs, basis: "corrected", offsetMinutes: 120 }]);
  });

  it("within a store the order is that of the numbers, whatever its clock did", async () => {
    bar.punch(ana, "in", "out", monday(4));
    // Its clock is set back by NTP.
    bar.punch(ana, "out", "in", monday(3));
    await bar.handIn();
    expect((await punches()).map(({ action }) => action)).toEqual(["in", "out"]);
    expect((await presence()).state).toBe("out");
    expect(await conflicts()).toEqual([]);
  });

  it("an undone punch counts nowhere; what another terminal built on is raised, and not taken back by a guess", async () => {
    const target = bar.punch(ana, "in", "out", monday(0));
    bar.undo(ana, target, monday(0) + 2_000);
    await bar.handIn();
    expect(await presence()).toEqual({ state: "out", sinceMs: null, spans: [] });
    expect(await conflicts()).toEqual([]);

    const built = bar.punch(ana, "in", "out", monday(1));
    await bar.handIn(2);
    yard.punch(ana, "out", "in", monday(2));
    await yard.handIn();
    bar.undo(ana, built, monday(3));
    await bar.handIn(3);
    expect((await presence()).spans).toEqual([{ fromMs: monday(1), toMs: monday(2) }]);
    expect((await only()).kind).toBe("undo");
    await settle("count");
    expect((await presence()).spans).toEqual([]);
    // Now the yard's punch began from nothing: that is for a person to say, too.
    expect((await only()).kind).toBe("state");
  });

  it("what was taken back elsewhere, too, is nothing that was built on", async () => {
    const target = bar.punch(ana, "in", "out", monday(0));
    await bar.handIn();
    const built = yard.punch(ana, "out", "in", monday(1));
    yard.undo(ana, built, monday(1) + 2_000);
    await yard.handIn();
    bar.undo(ana, target, monday(2));
    await bar.handIn(1);
    expect(await conflicts()).toEqual([]);
    expect(await presence()).toEqual({ state: "out", sinceMs: null, spans: [] });
  });

  it("a clock that the network set and that is far from the hub's is an alarm", async () => {
    bar.record({ kind: "clock.disputed", person: null, payload: { errorMs: 200_000 } }, monday(1));
    await bar.handIn();
    bar.record({ kind: "clock.disputed", person: null, payload: { errorMs: 300_000 } }, monday(2));
    await bar.handIn(1);
    const alarms = await hub.context.store.queries.selectFrom("alarms").selectAll().execute();
    expect(alarms).toMatchObject([{ kind: "clock", terminal: bar.terminal.id, at_ms: monday(2) }]);
  });
});
