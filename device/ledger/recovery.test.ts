import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { decodeEvent, eventHash } from "../../protocol/chain.ts";
import { CodedError } from "../../protocol/errors.ts";
import { knownEvent } from "../../protocol/events.ts";
import { SeededRandom } from "../../sim/world/seeded-random.ts";
import { SimulatedDisk } from "../../sim/world/simulated-disk.ts";
import { loadSqliteWasm } from "../../sim/world/sqlite-wasm.ts";
import { readDirectory } from "../roster/directory-text.ts";
import {
  addPeople,
  ana,
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
  work,
} from "./testing/shop.ts";

const sqlite = await loadSqliteWasm();
const LOG = `${FILE}-wal`;
/** A property is shown at so many places of each file; a seed of fast-check says which. */
const PLACES = 40;
const LONG = { timeout: 60_000 };

interface Day {
  readonly disk: SimulatedDisk;
  readonly texts: readonly string[];
}

/** A day's disk: closed in order, or as the power went, with a log beside the file. */
function day(events: number, ending: "closed" | "cut"): Day {
  const disk = new SimulatedDisk();
  const { store } = openOn(sqlite.mount(disk));
  addPeople(store);
  const texts = work(store, events);
  store.acknowledge(Math.floor(events / 3));
  if (ending === "closed") store.close();
  return { disk: disk.afterCut(), texts };
}

function bytesOf(disk: SimulatedDisk, name: string): Buffer {
  if (!disk.exists(name)) return Buffer.alloc(0);
  const bytes = Buffer.alloc(disk.size(name));
  disk.read(name, bytes, 0);
  return bytes;
}

/** Those of the day's events whose row can be read somewhere on the disk: its hash, and right behind it its text. */
function readable({ disk, texts }: Day): string[] {
  const files = [FILE, LOG].map((name) => bytesOf(disk, name));
  return texts.filter((text) => files.some((bytes) => bytes.includes(eventHash(text) + text)));
}

/** Opens what is on the disk, lets it look after itself, and punches once more. */
function reopened(disk: SimulatedDisk): ReturnType<typeof openOn>["store"] {
  const kept = openOn(sqlite.mount(disk));
  finishChores(kept);
  kept.store.record(punch(ana, "in"), stamp());
  expect(kept.store.health().failure).toBeNull();
  return kept.store;
}

const setAside = (disk: SimulatedDisk): string[] => disk.names().filter((name) => name.includes(".damaged-"));

describe("a ledger on a disk that rots", () => {
  const days = { closed: day(30, "closed"), cut: day(30, "cut") };

  for (const ending of ["closed", "cut"] as const) {
    for (const file of [FILE, LOG]) {
      if (!days[ending].disk.exists(file)) continue;
      test(
        `starts after any bit of ${file} flipped, ${ending}, and every event whose row still reads survives`,
        LONG,
        () => {
          const size = days[ending].disk.size(file);
          fc.assert(
            fc.property(
              fc.integer({ min: 0, max: size - 1 }),
              fc.integer({ min: 0, max: 7 }),
              (offset, bit) => {
                const disk = days[ending].disk.afterCut();
                disk.rot(file, offset, bit);
                const wanted = readable({ disk, texts: days[ending].texts });
                const kept = everything(reopened(disk));
                expect(wanted.filter((text) => !kept.has(text))).toEqual([]);
              },
            ),
            { numRuns: PLACES, seed: 5 },
          );
        },
      );

      test(
        `starts after ${file} was cut off anywhere, ${ending}, and every event whose row still reads survives`,
        LONG,
        () => {
          const size = days[ending].disk.size(file);
          fc.assert(
            fc.property(fc.integer({ min: 0, max: size - 1 }), (length) => {
              const disk = days[ending].disk.afterCut();
              disk.truncate(file, length);
              const wanted = readable({ disk, texts: days[ending].texts });
              const kept = everything(reopened(disk));
              expect(wanted.filter((text) => !kept.has(text))).toEqual([]);
            }),
            { numRuns: PLACES / 2, seed: 5 },
          );
        },
      );
    }
  }

  test("is left alone when nothing is wrong, also after a power cut", () => {
    for (const ending of ["closed", "cut"] as const) {
      const disk = days[ending].disk.afterCut();
      const store = reopened(disk);
      expect(store.health()).toMatchObject({ recoveries: [], setAside: 0, pendingEvents: 0 });
      expect(store.status().head.seq).toBe(31);
      expect(setAside(disk)).toEqual([]);
    }
  });

  test("is left alone after any power cut in the middle of a punch", LONG, () => {
    for (let seed = 0; seed < 16; seed += 1) {
      const disk = new SimulatedDisk();
      const { store } = openOn(sqlite.mount(disk));
      addPeople(store);
      const texts = work(store, 10);
      let writesLeft = seed % 8;
      disk.failsWrite = () => writesLeft-- <= 0;
      disk.failsSync = () => true;
      expect(() => store.record(punch(ana, "out"), stamp())).toThrow();
      disk.failsWrite = () => false;
      disk.failsSync = () => false;
      disk.cut(new SeededRandom(seed));
      const again = openOn(sqlite.mount(disk));
      finishChores(again);
      expect(again.store.health().recoveries).toEqual([]);
      expect(again.store.unsent(0, 100, 1_000_000).events.slice(0, 10)).toEqual(texts);
    }
  });
});

describe("a damaged ledger", () => {
  /** An event in the middle is another than was written. */
  function damagedInTheMiddle(): Day {
    const fresh = day(100, "closed");
    const text = fresh.texts[9] ?? "";
    const at = bytesOf(fresh.disk, FILE).indexOf(eventHash(text) + text);
    fresh.disk.rot(FILE, at + text.length, 0);
    return fresh;
  }

  test("is set aside whole under a name that says when and why; the first event of the new chain tells the hub", () => {
    const { disk, texts } = damagedInTheMiddle();
    const before = bytesOf(disk, FILE);
    const from = decodeEvent(texts[0] ?? "").store;
    const store = reopened(disk);
    expect(setAside(disk)).toEqual([
      expect.stringMatching(/^ledger\.damaged-20261124T\d{6}Z-event-damaged\.db$/),
    ]);
    expect(bytesOf(disk, setAside(disk)[0] ?? "")).toEqual(before);
    const [first = ""] = store.unsent(0, 1, 10_000).events;
    const told = decodeEvent(first);
    expect(told).toMatchObject({ seq: 1, kind: "store.recovered", payload: { from, events: 99 } });
    expect(knownEvent(told)).not.toBeNull();
    expect(told.store).not.toBe(from);
    expect(store.health()).toMatchObject({
      setAside: 1,
      pendingEvents: 99,
      recoveries: [{ from, events: 99 }],
    });
  });

  test("offers what could be read to the hub as the old store's, verbatim, in runs without a gap, until it is acknowledged", () => {
    const { disk, texts } = damagedInTheMiddle();
    const store = reopened(disk);
    const [pending] = store.pendingStores();
    const old = pending?.store ?? decodeEvent(texts[0] ?? "").store;
    expect(pending).toMatchObject({
      ackedSeq: 0,
      head: { seq: 100, hash: eventHash(texts[99] ?? "") },
      events: 99,
    });
    expect(store.unsentOf(old, 0, 500, 100_000).head.seq).toBe(9);
    expect(store.unsentOf(old, 9, 500, 100_000).events[0]).toBe(texts[10]);
    expect(store.unsentOf(old, 9, 5, 100_000).events).toHaveLength(5);
    expect(eventsOf(store, old)).toEqual(texts.filter((_text, index) => index !== 9));
    store.acknowledgeOf(old, 100);
    expect(store.pendingStores()).toEqual([]);
    expect(store.health().pendingEvents).toBe(0);
  });

  test("leaves everybody where they stand, and nobody's wait shorter", () => {
    const disk = new SimulatedDisk();
    const kept = openOn(sqlite.mount(disk));
    addPeople(kept.store);
    work(kept.store, 70);
    kept.store.record(punch(jan, "in"), stamp());
    for (let count = 1; count <= 3; count += 1)
      kept.store.record(refusal(ana, count, count === 3 ? MINUTE_MS : 0), stamp());
    const before = { ana: kept.store.person(ana), jan: kept.store.person(jan) };
    kept.store.close();
    disk.rot(FILE, bytesOf(disk, FILE).indexOf('"seq":2,') + 6, 1);
    const again = openOn(sqlite.mount(disk));
    finishChores(again);
    expect(again.store.health().recoveries).toHaveLength(1);
    expect(again.store.person(jan)?.presence).toEqual(before.jan?.presence);
    expect(again.store.person(ana)?.tries.count).toBe(3);
    expect(again.store.person(ana)?.tries.waitUntilMs).toBeGreaterThanOrEqual(
      before.ana?.tries.waitUntilMs ?? Infinity,
    );
    const { people, cards } = readDirectory(again.store.directory());
    expect(people.map(({ number }) => number)).toEqual(["1001", "1002"]);
    expect(cards).toEqual([{ person: jan, card: "0A00C4F2B1" }]);
    // The hub is asked for all of it, for it may know better.
    expect(again.store.status().roster?.revision).toBe(0);
    again.store.record(punch(jan, "out"), stamp());
    expect(again.store.person(jan)?.presence.state).toBe("out");
  });

  test("of which nothing can be read gives way to a new one", () => {
    const disk = new SimulatedDisk();
    disk.create(FILE);
    disk.write(FILE, Buffer.alloc(20_000, 7), 0);
    const store = reopened(disk);
    expect(setAside(disk)).toEqual([expect.stringContaining("not-a-database")]);
    expect(decodeEvent(store.unsent(0, 1, 10_000).events[0] ?? "")).toMatchObject({
      kind: "health.fault",
      payload: { part: "store", code: "store.not-a-database" },
    });
  });

  test("is recovered again from what was recovered before, and no file that was set aside is lost", () => {
    const { disk, texts } = damagedInTheMiddle();
    reopened(disk).close();
    disk.write(FILE, Buffer.alloc(100, 7), 0);
    const store = reopened(disk);
    expect(setAside(disk)).toHaveLength(2);
    expect(store.pendingStores().map(({ events }) => events)).toEqual([99, 2]);
    expect(everything(store).has(texts[50] ?? "")).toBe(true);
  });

  test("is one too many when several were set aside already: the hub is told that the card is to be changed", () => {
    const disk = new SimulatedDisk();
    for (let count = 0; count < 5; count += 1) {
      disk.create(FILE);
      disk.write(FILE, Buffer.alloc(5_000, 7), 0);
      reopened(disk).close();
    }
    const store = openOn(sqlite.mount(disk)).store;
    expect(store.health().setAside).toBe(5);
    expect(store.unsent(0, 10, 10_000).events.join()).toContain("store.damaged-often");
  });

  test("is recovered wherever the power goes meanwhile", LONG, () => {
    const fresh = damagedInTheMiddle();
    const wanted = readable(fresh);
    for (let writes = 0; writes < 100; writes += 6) {
      const disk = fresh.disk.afterCut();
      let left = writes;
      disk.failsWrite = () => left-- <= 0;
      disk.failsSync = () => left <= 0;
      cutShort(disk);
      disk.failsWrite = () => false;
      disk.failsSync = () => false;
      disk.cut(new SeededRandom(writes));
      const texts = everything(reopened(disk));
      expect(wanted.filter((text) => !texts.has(text))).toEqual([]);
      expect(setAside(disk).length).toBeGreaterThan(0);
    }
  });

  test("is recovered when the power goes between any two renames, and no log comes beside another file", () => {
    for (let renames = 0; renames < 3; renames += 1) {
      const disk = day(30, "cut").disk;
      const texts = readable({ disk, texts: [...everything(openOn(sqlite.mount(disk.afterCut())).store)] });
      disk.truncate(FILE, 0);
      const volume = sqlite.mount(disk);
      let left = renames;
      const rename = (from: string, to: string): void => {
        if (left-- <= 0) throw new CodedError("store.io", "the power goes");
        volume.rename(from, to);
      };
      expect(() => openOn({ ...volume, rename })).toThrow("the power goes");
      const store = reopened(disk);
      const kept = everything(store);
      expect(texts.filter((text) => !kept.has(text))).toEqual([]);
      expect(store.pendingStores()).toMatchObject([{ events: 30 }]);
    }
  });

  function cutShort(disk: SimulatedDisk): void {
    try {
      finishChores(openOn(sqlite.mount(disk)));
    } catch {
      // The power goes.
    }
  }
});
