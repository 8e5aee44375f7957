import { beforeEach, describe, expect, test } from "vitest";
import { decodeEvent, eventHash, extendChain, EMPTY_CHAIN } from "../../protocol/chain.ts";
import type { EventDraft } from "../../protocol/events.ts";
import { bootId, kioskId, makeId, personId, terminalId } from "../../protocol/ids.ts";
import { NEVER_PUNCHED } from "../../protocol/presence.ts";
import type { KioskSettings, RosterPerson } from "../../protocol/roster.ts";
import type { SqlDriver } from "../../protocol/seams.ts";
import { openBetterSqlite3 } from "../../protocol/seams/better-sqlite3.ts";
import { systemRandom } from "../../protocol/seams/clocks.ts";
import { readDirectory } from "../roster/directory-text.ts";
import type { EventStamp } from "./ledger.ts";
import { openTerminalStore, type TerminalStore } from "./store.ts";
import { DEFAULT_TRY_SETTINGS } from "../../protocol/try-settings.ts";

const terminal = makeId(terminalId, systemRandom);
const boot = makeId(bootId, systemRandom);
const ana = makeId(personId, systemRandom);
const jan = makeId(personId, systemRandom);
const MINUTE = 60_000;
const KEY = new Uint8Array(32);

const kiosk: KioskSettings = {
  kiosk: makeId(kioskId, systemRandom),
  name: "Westside Bar",
  requiresPin: true,
  pinLength: 4,
  numberLength: 4,
  timeZone: "Europe/Zagreb",
  language: "en",
  universalPin: null,
  tries: DEFAULT_TRY_SETTINGS,
};

const person = (id: typeof ana, number: string, name: string): RosterPerson => ({
  person: id,
  number,
  name,
  role: "regular",
  language: null,
  moreTime: false,
  pin: null,
  presence: NEVER_PUNCHED,
});

const stamp = (atMs: number, inBoot = boot): EventStamp => ({
  boot: inBoot,
  monotonicMs: atMs,
  wallMs: 1_790_000_000_000 + atMs,
  offsetMinutes: 60,
  clock: "set",
  nonce: "0123456789abcdef",
});

const punch = (action: "in" | "out", was: "in" | "out"): EventDraft => ({
  kind: "punch",
  person: ana,
  payload: { action, auth: "personal", was, again: false },
});
const refused = (count: number, waitMs: number): EventDraft => ({
  kind: "pin.refused",
  person: ana,
  payload: { count, waitMs },
});

let driver: SqlDriver;
let store: TerminalStore;
beforeEach(() => {
  driver = openBetterSqlite3(":memory:");
  store = openTerminalStore(driver, terminal, { id: boot, startedMs: 0 }, systemRandom, KEY);
  store.beginSnapshot({ revision: 3, includesSeq: 0, kiosk });
  store.addPage(3, [person(ana, "1002", "Ana Kovač"), person(jan, "1001", "Jan Novák")], 0);
  store.commitSnapshot(3);
});

describe("the ledger", () => {
  test("chains each event to the one before, from the genesis hash", () => {
    store.record(punch("in", "out"), stamp(0));
    store.record(punch("out", "in"), stamp(MINUTE));
    const run = store.unsent(0, 10, 10_000);
    let head = EMPTY_CHAIN;
    for (const text of run.events) head = extendChain(head, decodeEvent(text), eventHash(text));
    expect(head).toEqual(run.head);
    expect(head.seq).toBe(2);
  });

  test("names the roster revision a punch was decided by", () => {
    store.record(punch("in", "out"), stamp(0));
    expect(decodeEvent(store.unsent(0, 1, 10_000).events[0] ?? "").rosterRevision).toBe(3);
  });

  test("refuses to change or delete an event", () => {
    store.record(punch("in", "out"), stamp(0));
    expect(() => driver.exec("DELETE FROM events")).toThrow("append-only");
    expect(() => driver.exec("UPDATE events SET text = ''")).toThrow("append-only");
  });

  test("is found again with its id, its head and its acknowledged events", () => {
    store.record(punch("in", "out"), stamp(0));
    store.record(punch("out", "in"), stamp(MINUTE));
    store.acknowledge(1);
    const again = openTerminalStore(driver, terminal, { id: boot, startedMs: 0 }, systemRandom, KEY);
    expect(again.status()).toEqual(store.status());
    expect(again.status()).toMatchObject({ ackedSeq: 1, unsent: 1 });
  });

  test("says at start that its newest events are damaged", () => {
    store.record(punch("in", "out"), stamp(0));
    driver.exec("DROP TRIGGER events_are_never_changed");
    driver.exec(`UPDATE events SET text = replace(text, '"in"', '"out"')`);
    const open = (): unknown =>
      openTerminalStore(driver, terminal, { id: boot, startedMs: 0 }, systemRandom, KEY);
    expect(open).toThrow(expect.objectContaining({ code: "ledger.damaged" }));
  });

  test("refuses an acknowledgement of an event it does not have", () => {
    expect(() => store.acknowledge(1)).toThrow(expect.objectContaining({ code: "ledger.ack" }));
  });

  test("reads runs within a number and a size, but always one event", () => {
    for (let index = 0; index < 5; index += 1) store.record(refused(1, 0), stamp(index));
    expect(store.unsent(0, 3, 1_000_000).head.seq).toBe(3);
    expect(store.unsent(3, 3, 1).events).toHaveLength(1);
    expect(store.unsent(5, 3, 1_000_000).events).toHaveLength(0);
  });
});

describe("a person's record", () => {
  test("has the punches made here on top of what the hub knew", () => {
    const recorded = store.record(punch("in", "out"), stamp(0));
    expect(recorded.presence).toMatchObject({ state: "in", sinceMs: stamp(0).wallMs });
    store.record(punch("out", "in"), stamp(MINUTE));
    const { presence } = store.person(ana) ?? {};
    expect(presence).toMatchObject({
      state: "out",
      spans: [{ fromMs: stamp(0).wallMs, toMs: stamp(MINUTE).wallMs }],
    });
  });

  test("counts a punch once when the hub's presence includes it", () => {
    const { presence } = store.record(punch("in", "out"), stamp(0));
    const known = { ...person(ana, "1002", "Ana Kovač"), presence: presence ?? NEVER_PUNCHED };
    store.applyDelta({ from: 3, to: 4, includesSeq: 1, upserts: [known], removed: [] }, 0);
    store.record(punch("out", "in"), stamp(MINUTE));
    expect(store.person(ana)?.presence.spans).toHaveLength(1);
  });

  test("is as before a punch that was undone, also when the hub knew the punch already", () => {
    const { seq, presence } = store.record(punch("in", "out"), stamp(0));
    const known = { ...person(ana, "1002", "Ana Kovač"), presence: presence ?? NEVER_PUNCHED };
    store.applyDelta({ from: 3, to: 4, includesSeq: 1, upserts: [known], removed: [] }, 0);
    const undone = store.record(
      { kind: "punch.undone", person: ana, payload: { target: seq, auth: "personal" } },
      stamp(1),
    );
    expect(undone.presence?.state).toBe("out");
    expect(store.person(ana)?.lastPunch).toBeNull();
  });

  test("counts refusals since the last personal success, and nobody else's", () => {
    store.record(refused(1, 0), stamp(0));
    store.record(refused(2, 0), stamp(1));
    expect(store.person(ana)?.tries).toMatchObject({ count: 2, waitUntilMs: null });
    expect(store.person(jan)?.tries.count).toBe(0);
    store.record(punch("in", "out"), stamp(2));
    expect(store.person(ana)?.tries.count).toBe(0);
  });

  test("PIN rule 5: a punch with the Universal PIN does not reset the count", () => {
    store.record(refused(1, 0), stamp(0));
    store.record(
      { kind: "punch", person: ana, payload: { action: "in", auth: "universal", was: "out", again: false } },
      stamp(1),
    );
    expect(store.person(ana)?.tries.count).toBe(1);
  });

  test("keeps a wait through a restart of the daemon, and begins it anew after a power cut", () => {
    store.record(refused(3, MINUTE), stamp(5_000));
    expect(store.person(ana)?.tries.waitUntilMs).toBe(65_000);
    const sameBoot = openTerminalStore(driver, terminal, { id: boot, startedMs: 9_000 }, systemRandom, KEY);
    expect(sameBoot.person(ana)?.tries.waitUntilMs).toBe(65_000);
    const nextBoot = { id: makeId(bootId, systemRandom), startedMs: 800 };
    expect(
      openTerminalStore(driver, terminal, nextBoot, systemRandom, KEY).person(ana)?.tries.waitUntilMs,
    ).toBe(60_800);
  });
});

describe("the roster", () => {
  test("is offered in the order of numbers", () => {
    expect(readDirectory(store.directory()).people.map(({ number }) => number)).toEqual(["1001", "1002"]);
  });

  test("stays as it was when a snapshot stops half-way", () => {
    store.beginSnapshot({ revision: 4, includesSeq: 0, kiosk });
    store.addPage(4, [person(jan, "1001", "Jan")], 0);
    expect(readDirectory(store.directory()).people).toHaveLength(2);
    const again = openTerminalStore(driver, terminal, { id: boot, startedMs: 0 }, systemRandom, KEY);
    expect(readDirectory(again.directory()).people).toHaveLength(2);
    expect(() => again.commitSnapshot(4)).toThrow(expect.objectContaining({ code: "roster.revision" }));
  });

  test("refuses a change that does not start at its own revision", () => {
    const change = { from: 2, to: 4, includesSeq: 0, upserts: [], removed: [ana] };
    expect(() => store.applyDelta(change, 0)).toThrow(expect.objectContaining({ code: "roster.revision" }));
    expect(store.person(ana)).not.toBeNull();
  });

  test("says whether the directory changed: a punch elsewhere changes only a presence", () => {
    const change = { from: 3, to: 4, includesSeq: 0, removed: [] };
    const punched = {
      ...person(ana, "1002", "Ana Kovač"),
      presence: { state: "in", sinceMs: 1, spans: [] } as const,
    };
    expect(store.applyDelta({ ...change, upserts: [punched] }, 0).directoryChanged).toBe(false);
    expect(store.person(ana)?.presence.state).toBe("in");
    const renamed = person(ana, "1002", "Ana Horvat");
    expect(store.applyDelta({ ...change, from: 4, to: 5, upserts: [renamed] }, 0).directoryChanged).toBe(
      true,
    );
  });

  test("forgets a removed person and everybody when wiped", () => {
    store.applyDelta({ from: 3, to: 4, includesSeq: 0, upserts: [], removed: [ana] }, 0);
    expect(store.person(ana)).toBeNull();
    store.wipeRoster();
    expect(readDirectory(store.directory()).people).toEqual([]);
    expect(store.status().roster).toBeNull();
  });

  test("a database of newer software is refused, not touched", () => {
    driver.exec("PRAGMA user_version = 99");
    driver.exec(`PRAGMA application_id = ${0x5042_0000 + 99}`);
    const open = (): unknown =>
      openTerminalStore(driver, terminal, { id: boot, startedMs: 0 }, systemRandom, KEY);
    expect(open).toThrow(expect.objectContaining({ code: "store.newer" }));
  });
});
