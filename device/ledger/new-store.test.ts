import { describe, expect, test } from "vitest";
import { decodeEvent, eventHash } from "../../protocol/chain.ts";
import { CodedError, codeOf } from "../../protocol/errors.ts";
import { knownEvent, type EventDraft } from "../../protocol/events.ts";
import { bootId, makeId } from "../../protocol/ids.ts";
import { SeededRandom } from "../../sim/world/seeded-random.ts";
import { SimulatedDisk } from "../../sim/world/simulated-disk.ts";
import { loadSqliteWasm } from "../../sim/world/sqlite-wasm.ts";
import { readDirectory } from "../roster/directory-text.ts";
import type { NewStoreReason } from "./new-store.ts";
import { openTerminalStore, type TerminalStore } from "./store.ts";
import {
  addPeople,
  ana,
  boot,
  eventsOf,
  everything,
  FILE,
  finishChores,
  jan,
  MINUTE_MS,
  openOn,
  punch,
  refusal,
  stamp,
  terminal,
  work,
} from "./testing/shop.ts";

const sqlite = await loadSqliteWasm();
const LONG = { timeout: 60_000 };
const MOST = 1_000_000;

interface Shop {
  readonly disk: SimulatedDisk;
  readonly store: TerminalStore;
  readonly texts: readonly string[];
}

/** A terminal of which the hub has a third. */
function shop(events = 30): Shop {
  const disk = new SimulatedDisk();
  const { store } = openOn(sqlite.mount(disk));
  addPeople(store);
  const texts = work(store, events);
  store.acknowledge(Math.floor(events / 3));
  return { disk, store, texts };
}

const setAside = (disk: SimulatedDisk): string[] =>
  disk.names().filter((name) => /\.(damaged|ended)-.*\.db$/.test(name));

function begin(store: TerminalStore, reason: NewStoreReason = "store.hub-ahead"): string {
  const ended = store.status().store;
  store.beginStore(reason, ended);
  return ended;
}

describe("a store that cannot go on", () => {
  test.each([
    ["store.hub-ahead", "hub-ahead"],
    ["store.forked", "forked"],
    ["store.ended", "ended"],
  ] as const)(
    "for %s is set aside whole, and its successor's first event says so to the hub",
    (reason, word) => {
      const { disk, store } = shop();
      const ended = begin(store, reason);
      expect(setAside(disk)).toEqual([
        expect.stringMatching(new RegExp(`^ledger\\.ended-20261124T\\d{6}Z-${word}\\.db$`)),
      ]);
      const status = store.status();
      expect(status.store).not.toBe(ended);
      const [first = ""] = store.unsent(0, 1, MOST).events;
      const told = decodeEvent(first);
      expect(told).toMatchObject({
        seq: 1,
        store: status.store,
        kind: "store.recovered",
        payload: { from: ended, events: 30, reason },
      });
      expect(knownEvent(told)).not.toBeNull();
      expect(store.health()).toMatchObject({
        failure: null,
        setAside: 0,
        pendingEvents: 30,
        recoveries: [{ code: reason, from: ended, events: 30 }],
      });
    },
  );

  test("is offered to the hub from its first event on, verbatim, whatever of it was acknowledged", () => {
    const { store, texts } = shop();
    begin(store);
    const [pending] = store.pendingStores();
    expect(pending).toMatchObject({
      ackedSeq: 0,
      events: 30,
      head: { seq: 30, hash: eventHash(texts[29] ?? "") },
    });
    expect(pending === undefined ? [] : eventsOf(store, pending.store)).toEqual(texts);
  });

  test("leaves everybody where they stand, and nobody's wait shorter", () => {
    const { store } = shop();
    store.record(punch(jan, "in"), stamp());
    for (let count = 1; count <= 3; count += 1)
      store.record(refusal(ana, count, count === 3 ? MINUTE_MS : 0), stamp());
    const before = { ana: store.person(ana), jan: store.person(jan) };
    begin(store, "store.forked");
    expect(store.person(jan)?.presence).toEqual(before.jan?.presence);
    expect(store.person(ana)?.tries.count).toBe(before.ana?.tries.count);
    expect(store.person(ana)?.tries.waitUntilMs).toBeGreaterThanOrEqual(
      before.ana?.tries.waitUntilMs ?? Infinity,
    );
    expect(readDirectory(store.directory()).people).toHaveLength(2);
    expect(store.status().roster?.revision).toBe(0);
    expect(store.record(punch(jan, "out"), stamp()).seq).toBe(2);
    expect(store.person(jan)?.presence.state).toBe("out");
  });

  test("hands on what is known of this boot's clock, by which its successor's events are timed", () => {
    const { disk, store } = shop();
    const synced = (offsetMs: number): EventDraft => ({
      kind: "clock.synced",
      person: null,
      payload: { offsetMs, errorMs: 5, source: "hub" },
    });
    store.record(synced(1_000), stamp());
    store.record(synced(2_000), stamp());
    begin(store);
    const eventsOfNext = (of: TerminalStore): unknown[] =>
      of.unsent(0, 10, MOST).events.map((text) => knownEvent(decodeEvent(text)));
    expect(eventsOfNext(store)).toMatchObject([{ kind: "store.recovered" }, synced(2_000)]);
    store.close();
    // Of an earlier boot nothing is known that helps in this one.
    const later = { id: makeId(bootId, new SeededRandom(5)), startedMs: 0 };
    const again = openOn(sqlite.mount(disk), { boot: later }).store;
    begin(again);
    expect(eventsOfNext(again)).toHaveLength(1);
  });

  test("is ended once: a second word of the same store changes nothing", () => {
    const { disk, store } = shop();
    const ended = store.status().store;
    store.beginStore("store.forked", ended);
    const { store: next } = store.status();
    store.beginStore("store.forked", ended);
    expect(store.status().store).toBe(next);
    expect(setAside(disk)).toHaveLength(1);
  });

  test("takes those before it along, however many there were", () => {
    const { disk, store, texts } = shop();
    const ended = [
      begin(store, "store.hub-ahead"),
      begin(store, "store.forked"),
      begin(store, "store.ended"),
    ];
    expect(store.pendingStores().map((each) => each.store)).toEqual(ended);
    expect(store.pendingStores().map(({ events }) => events)).toEqual([30, 1, 1]);
    expect(texts.filter((text) => !everything(store).has(text))).toEqual([]);
    expect(setAside(disk)).toHaveLength(3);
  });

  test("hears nothing that is said of the one before: neither acknowledgements nor people", () => {
    const { store } = shop();
    const ended = store.status().store;
    store.beginStore("store.forked", ended);
    const { roster, ...before } = store.status();
    const other = expect.objectContaining({ code: "store.other" }) as unknown;
    expect(() => store.acknowledge(1, ended)).toThrow(other);
    expect(() => store.resume(0, ended)).toThrow(other);
    expect(() => {
      if (roster !== null) store.beginSnapshot({ revision: 4, includesSeq: 20, kiosk: roster.kiosk }, ended);
    }).toThrow(other);
    expect(store.status()).toMatchObject(before);
  });

  test("stays as it is when there is no room for another, and the reason comes as an error", () => {
    const { disk, store, texts } = shop();
    disk.capacityBytes = disk.names().reduce((bytes, name) => bytes + disk.size(name), 0);
    const ended = store.status().store;
    expect(() => store.beginStore("store.forked", ended)).toThrow(
      expect.objectContaining({ code: "store.full" }),
    );
    disk.capacityBytes = Infinity;
    expect(store.status().store).toBe(ended);
    expect(store.unsent(0, 100, MOST).events).toEqual(texts);
    expect(setAside(disk)).toEqual([]);
  });

  test("is one or the other wherever the power goes meanwhile, and no event is gone", LONG, () => {
    const ends = new Set<boolean>();
    const { disk: begins, texts } = shop();
    for (let writes = 0, cut = true; cut; writes += 5) {
      const disk = begins.afterCut();
      const { store } = openOn(sqlite.mount(disk));
      const ended = store.status().store;
      let left = writes;
      disk.failsWrite = () => left-- <= 0;
      disk.failsSync = () => left <= 0;
      cut = fails(() => store.beginStore("store.hub-ahead", ended));
      disk.failsWrite = () => false;
      disk.failsSync = () => false;
      disk.cut(new SeededRandom(writes));
      ends.add(afterwards(disk, ended, texts));
    }
    expect(ends).toEqual(new Set([false, true]));
  });

  test("is one or the other when the power goes between any two renames", () => {
    for (let renames = 0; renames < 3; renames += 1) {
      const disk = new SimulatedDisk();
      const volume = sqlite.mount(disk);
      let left = Infinity;
      const rename = (from: string, to: string): void => {
        if (left-- <= 0) throw new CodedError("store.gone", "the power goes");
        volume.rename(from, to);
      };
      const { store } = openOn({ ...volume, rename });
      addPeople(store);
      const texts = work(store, 30);
      const ended = store.status().store;
      left = renames;
      const cut = fails(() => store.beginStore("store.hub-ahead", ended));
      disk.cut(new SeededRandom(renames));
      const isNext = afterwards(disk, ended, texts);
      if (!cut) expect(isNext).toBe(true);
    }
  });

  /** Opens what the power left; true when the next store has begun. */
  function afterwards(disk: SimulatedDisk, ended: string, texts: readonly string[]): boolean {
    const kept = openOn(sqlite.mount(disk));
    finishChores(kept);
    const { store } = kept;
    expect(texts.filter((text) => !everything(store).has(text))).toEqual([]);
    const isNext = store.status().store !== ended;
    if (isNext) {
      expect(store.pendingStores()).toMatchObject([{ store: ended, events: 30 }]);
      expect(decodeEvent(store.unsent(0, 1, MOST).events[0] ?? "").kind).toBe("store.recovered");
    } else {
      expect(store.pendingStores()).toEqual([]);
    }
    expect(store.person(jan)).not.toBeNull();
    store.record(punch(ana, "in"), stamp());
    expect(disk.names().filter((name) => name.startsWith(`${FILE}-new`))).toEqual([]);
    return isNext;
  }

  function fails(run: () => void): boolean {
    try {
      run();
      return false;
    } catch (error) {
      expect(codeOf(error)).toMatch(/^store\./);
      return true;
    }
  }
});

test("a store that is not in a file cannot be set aside, and says so", () => {
  const driver = sqlite.mount(new SimulatedDisk()).open(FILE);
  const store = openTerminalStore(driver, terminal, boot, new SeededRandom(1), new Uint8Array(32));
  expect(() => store.beginStore("store.forked", store.status().store)).toThrow(
    expect.objectContaining({ code: "store.no-file" }),
  );
});

describe("a hub that was restored from a backup", () => {
  test("has what it says that it has: the rest waits to be sent again", () => {
    const { store } = shop();
    store.resume(4, store.status().store);
    expect(store.status()).toMatchObject({ ackedSeq: 4, unsent: 26 });
    expect(store.unsent(4, 100, MOST).events).toHaveLength(26);
    store.acknowledge(12);
    store.acknowledge(7);
    expect(store.status()).toMatchObject({ ackedSeq: 12, unsent: 18 });
  });

  test("is offered the events of earlier stores again, too", () => {
    const { store } = shop();
    const { store: ended } = store.status();
    store.beginStore("store.forked", ended);
    store.acknowledgeOf(ended, 30);
    store.acknowledge(1);
    expect(store.pendingStores()).toEqual([]);
    store.resume(1);
    expect(store.pendingStores()).toEqual([]);
    store.resume(0);
    expect(store.pendingStores()).toMatchObject([{ store: ended, ackedSeq: 0, events: 30 }]);
  });

  test("is remembered over a power cut", () => {
    const { disk, store } = shop();
    store.resume(4);
    disk.cut(new SeededRandom(1));
    expect(openOn(sqlite.mount(disk)).store.status()).toMatchObject({ ackedSeq: 4, unsent: 26 });
  });

  test("cannot have what is not here", () => {
    const { store } = shop();
    expect(() => store.resume(31)).toThrow(expect.objectContaining({ code: "ledger.ack" }));
  });
});
