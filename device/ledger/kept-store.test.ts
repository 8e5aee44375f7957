import { describe, expect, test } from "vitest";
import { decodeEvent, EMPTY_CHAIN, eventHash, extendChain } from "../../protocol/chain.ts";
import { codeOf } from "../../protocol/errors.ts";
import { SeededRandom } from "../../sim/world/seeded-random.ts";
import { SimulatedDisk } from "../../sim/world/simulated-disk.ts";
import { loadSqliteWasm } from "../../sim/world/sqlite-wasm.ts";
import { HEALED_WINDOW_MS, HealedFaults } from "./healed-faults.ts";
import { KEPT_MS } from "./pruning.ts";
import { addPeople, ana, FILE, finishChores, openOn, punch, refusal, stamp, work } from "./testing/shop.ts";
import type { ReserveSizes } from "./reserve.ts";
import type { TerminalStore } from "./store.ts";

const sqlite = await loadSqliteWasm();
const MOST = 1_000_000;
const KIB = 1024;
const LONG = { timeout: 60_000 };

function opened(sizes?: ReserveSizes): {
  readonly disk: SimulatedDisk;
  readonly kept: ReturnType<typeof openOn>;
} {
  const disk = new SimulatedDisk();
  const kept = openOn(sqlite.mount(disk), sizes === undefined ? {} : { sizes });
  addPeople(kept.store);
  finishChores(kept);
  return { disk, kept };
}

const kindsOf = (store: TerminalStore): string[] =>
  store.unsent(0, 10_000, MOST).events.map((text) => {
    const { kind, payload } = decodeEvent(text);
    return typeof payload["code"] === "string" ? `${kind} ${payload["code"]}` : kind;
  });

describe("a punch", () => {
  test("is one sync of the disk, checkpoints apart", () => {
    const { disk, kept } = opened();
    kept.store.record(punch(ana, "in"), stamp());
    const before = disk.counts.syncs;
    for (let count = 0; count < 50; count += 1) kept.store.record(punch(ana, "in"), stamp());
    expect(disk.counts.syncs - before).toBe(50);
  });

  test("a refusal with its mark is one sync, too", () => {
    const { disk, kept } = opened();
    kept.store.record(punch(ana, "in"), stamp());
    const before = disk.counts.syncs;
    kept.store.record(refusal(ana, 1, 0), stamp(), "mark");
    expect(disk.counts.syncs - before).toBe(1);
  });
});

describe("a disk that gets full", LONG, () => {
  test("is told before it is full, and when it is well again", () => {
    const { disk, kept } = opened();
    disk.capacityBytes = usedBytes(disk) + 400 * KIB;
    finishChores(kept);
    expect(kept.store.health().disk).toBe("low");
    disk.capacityBytes = Infinity;
    finishChores(kept);
    expect(kept.store.health().disk).toBe("well");
    expect(kindsOf(kept.store)).toEqual(["health.fault store.disk-low", "health.recovered"]);
  });

  test("takes the last punches, for which space was set apart; what no longer fits is refused and never shown", () => {
    const { disk, kept } = opened(ROOM_FOR_A_LOG);
    disk.capacityBytes = usedBytes(disk);
    let recorded = 0;
    let refused = 0;
    const codes = new Set<string>();
    while (refused < 20) {
      try {
        kept.store.record({ kind: "service.test-punch", person: null, payload: {} }, stamp());
        recorded += 1;
      } catch (error) {
        codes.add(codeOf(error));
        refused += 1;
      }
    }
    expect(recorded).toBeGreaterThan(1_000);
    expect([...codes]).toEqual(["store.full"]);
    expect(kept.store.health()).toMatchObject({ disk: "full", failure: "store.full" });
    disk.cut(new SeededRandom(1));
    disk.capacityBytes = Infinity;
    const again = openOn(sqlite.mount(disk));
    expect(again.store.status().head.seq).toBe(recorded);
    expect(again.store.health().recoveries).toEqual([]);
  });

  test("sets the space apart again once there is some", () => {
    const { disk, kept } = opened(ROOM_FOR_A_LOG);
    disk.capacityBytes = usedBytes(disk);
    for (let count = 0; count < 20; count += 1) kept.store.record(punch(ana, "in"), stamp());
    expect(disk.names()).not.toContain(`${FILE}.reserve`);
    disk.capacityBytes = Infinity;
    finishChores(kept);
    expect(disk.names()).toContain(`${FILE}.reserve`);
    expect(kept.store.health().disk).toBe("well");
  });

  /** SQLite's log grows to 4 MiB before it is begun anew. */
  const ROOM_FOR_A_LOG = { reserveBytes: 5 * 1024 * KIB, lowBytes: 512 * KIB };

  function usedBytes(disk: SimulatedDisk): number {
    return disk.names().reduce((bytes, name) => bytes + disk.size(name), 0);
  }
});

describe("a disk that fails to sync", LONG, () => {
  test("every punch that was answered is there once after the power went, under its own number", () => {
    for (let seed = 0; seed < 30; seed += 1) {
      const random = new SeededRandom(seed);
      const { disk, kept } = opened();
      disk.failsSync = () => random.uniform() < 0.3;
      const answered = new Map<number, string>();
      for (let count = 0; count < 12; count += 1) {
        const at = stamp();
        try {
          answered.set(kept.store.record(punch(ana, "in"), at).seq, at.nonce);
        } catch (error) {
          expect(codeOf(error)).toBe("store.io");
        }
      }
      disk.failsSync = () => false;
      disk.cut(random);
      const again = openOn(sqlite.mount(disk)).store;
      const events = again.unsent(0, 100, MOST).events.map((text) => decodeEvent(text));
      const nonces = events.map(({ nonce }) => nonce);
      expect(new Set(nonces).size).toBe(nonces.length);
      for (const [seq, nonce] of answered) expect(nonces[seq - 1]).toBe(nonce);
      expect(answered.size).toBeGreaterThan(6);
      expect(again.health().recoveries).toEqual([]);
    }
  });

  test("what could not be synced for a while is no ground for later punches to build on, in this life or the next", () => {
    for (let seed = 0; seed < 20; seed += 1) {
      for (const isRestarted of [false, true]) {
        const { disk, kept } = opened();
        disk.failsSync = () => true;
        expect(() => kept.store.record(punch(ana, "in"), stamp())).toThrow(
          expect.objectContaining({ code: "store.io" }),
        );
        disk.failsSync = () => false;
        const later = isRestarted ? openOn(sqlite.mount(disk)) : kept;
        const at = stamp();
        const { seq } = later.store.record(punch(ana, "out"), at);
        disk.cut(new SeededRandom(seed));
        const again = openOn(sqlite.mount(disk)).store;
        expect(again.health().recoveries).toEqual([]);
        const [text = ""] = again.unsent(seq - 1, 1, MOST).events;
        expect(decodeEvent(text).nonce).toBe(at.nonce);
      }
    }
  });

  test("a punch whose sync failed once is recorded once, and answered", () => {
    const { disk, kept } = opened();
    kept.store.record(punch(ana, "in"), stamp());
    let fails = 1;
    disk.failsSync = (name) => name.endsWith("-wal") && fails-- > 0;
    expect(kept.store.record(punch(ana, "out"), stamp()).seq).toBe(2);
    expect(kept.store.unsent(0, 100, MOST).events).toHaveLength(2);
    expect(kept.store.person(ana)?.presence.state).toBe("out");
    disk.cut(new SeededRandom(3));
    expect(openOn(sqlite.mount(disk)).store.status().head.seq).toBe(2);
  });

  test("once, and mended at once, is told to the hub all the same, and not more often than once an hour", () => {
    const { disk, kept } = opened();
    const failOnce = (): void => {
      let fails = 1;
      disk.failsSync = (name) => name.endsWith("-wal") && fails-- > 0;
      kept.store.record(punch(ana, "in"), stamp());
    };
    failOnce();
    finishChores(kept);
    expect(kindsOf(kept.store)).toEqual(["punch", "health.fault store.io", "health.recovered"]);
    failOnce();
    failOnce();
    finishChores(kept);
    expect(kindsOf(kept.store).slice(3)).toEqual(["punch", "punch"]);
    finishChores(kept);
    expect(kept.store.health().failure).toBeNull();
  });

  test("now and then is told of with how often it was", () => {
    const faults = new HealedFaults();
    expect(faults.due(0)).toEqual([]);
    faults.healed("store.io");
    expect(faults.due(1)).toMatchObject([{ payload: { code: "store.io" } }, { kind: "health.recovered" }]);
    faults.healed("store.io");
    faults.healed("store.io");
    expect(faults.due(HEALED_WINDOW_MS)).toEqual([]);
    expect(faults.due(HEALED_WINDOW_MS + 1)).toMatchObject([{ payload: { more: 1 } }, {}]);
    expect(faults.due(9 * HEALED_WINDOW_MS)).toEqual([]);
  });

  test("says so while it lasts, and works again when it is over", () => {
    const { disk, kept } = opened();
    disk.failsSync = () => true;
    expect(() => kept.store.record(punch(ana, "in"), stamp())).toThrow(
      expect.objectContaining({ code: "store.io" }),
    );
    disk.failsSync = () => false;
    kept.store.record(punch(ana, "in"), stamp());
    expect(kept.store.health().failure).toBeNull();
  });
});

describe("what is damaged while the store is open", LONG, () => {
  test("is found in the background, and the store goes on as a new one", () => {
    const disk = new SimulatedDisk();
    const kept = openOn(sqlite.mount(disk));
    addPeople(kept.store);
    const texts = work(kept.store, 200);
    kept.store.close();
    const bytes = Buffer.alloc(disk.size(FILE));
    disk.read(FILE, bytes, 0);
    disk.rot(FILE, bytes.indexOf(eventHash(texts[20] ?? "") + (texts[20] ?? "")) + 200, 0);
    const again = openOn(sqlite.mount(disk));
    const before = again.store.status().store;
    const isLarge = again.store.health().recoveries.length === 0;
    finishChores(again);
    expect(again.store.health().recoveries).toMatchObject([{ code: "ledger.damaged", events: 199 }]);
    if (isLarge) expect(again.store.status().store).not.toBe(before);
    again.store.record(punch(ana, "in"), stamp());
    expect(kindsOf(again.store)).toEqual(["store.recovered", "punch"]);
  });
});

describe("pruning", LONG, () => {
  const YEAR_MS = 4 * KEPT_MS;

  /** A store with events of a year ago, all known to the hub, and one of now. */
  function old(events: number): { readonly disk: SimulatedDisk; readonly store: TerminalStore } {
    const disk = new SimulatedDisk();
    const kept = openOn(sqlite.mount(disk));
    addPeople(kept.store);
    work(kept.store, events);
    kept.store.acknowledge(events);
    kept.store.applyDelta({ from: 3, to: 4, includesSeq: events, upserts: [], removed: [] }, 0);
    return { disk, store: kept.store };
  }

  function pruned(disk: SimulatedDisk, keptEvents: number, laterMs = YEAR_MS): TerminalStore {
    const later = { stamp: () => ({ ...stamp(), wallMs: stamp().wallMs + laterMs }), keptEvents };
    const kept = openOn(sqlite.mount(disk), later);
    finishChores(kept);
    kept.store.close();
    return openOn(sqlite.mount(disk)).store;
  }

  const seqsOf = (store: TerminalStore): number[] =>
    store.unsent(0, 10_000, MOST).events.map((text) => decodeEvent(text).seq as number);

  test("leaves the newest events, and those that are young", () => {
    const { disk, store } = old(260);
    store.close();
    expect(seqsOf(pruned(disk, 100, 0))).toHaveLength(260);
    const seqs = seqsOf(pruned(disk, 100));
    expect(seqs.filter((seq) => seq > 160)).toHaveLength(100);
    expect(seqs.length).toBeLessThan(120);
    expect(pruned(disk, 100).health().recoveries).toEqual([]);
  });

  test("never takes what the hub does not have, or what presence is still derived from", () => {
    const { disk, store } = old(220);
    work(store, 50);
    store.close();
    expect(seqsOf(pruned(disk, 0)).filter((seq) => seq > 220)).toHaveLength(50);
    const unacknowledged = new SimulatedDisk();
    const kept = openOn(sqlite.mount(unacknowledged));
    addPeople(kept.store);
    work(kept.store, 50);
    kept.store.acknowledge(50);
    kept.store.close();
    expect(seqsOf(pruned(unacknowledged, 0))).toHaveLength(50);
  });

  test("is refused by the database itself behind what the hub has, and backwards, whatever the software asks for", () => {
    const disk = new SimulatedDisk();
    const kept = openOn(sqlite.mount(disk));
    addPeople(kept.store);
    work(kept.store, 50);
    kept.store.acknowledge(20);
    kept.store.close();
    const driver = sqlite.mount(disk).open(FILE);
    const move = (seq: number): void =>
      driver.exec(`UPDATE checkpoint SET seq = ${seq}, hash = (SELECT hash FROM events WHERE seq = ${seq})`);
    expect(() => move(21)).toThrow("a checkpoint is an acknowledged event");
    expect(() => driver.exec("UPDATE checkpoint SET seq = 20, hash = 'another'")).toThrow("checkpoint");
    move(20);
    expect(() => move(19)).toThrow("a checkpoint is an acknowledged event");
    expect(() => driver.exec("DELETE FROM events WHERE seq = 21")).toThrow("append-only");
    driver.exec("DELETE FROM events WHERE seq <= 20");
    driver.close();
  });

  test("goes no further than a hub that was restored from an older backup", () => {
    const { disk, store } = old(220);
    store.resume(30);
    store.close();
    expect(Math.min(...seqsOf(pruned(disk, 0)).filter((seq) => seq % 5 !== 0))).toBe(31);
  });

  test("leaves an admin's word that the budget of wrong PINs is full again", () => {
    const disk = new SimulatedDisk();
    const kept = openOn(sqlite.mount(disk));
    addPeople(kept.store);
    for (let count = 1; count <= 10; count += 1) kept.store.record(refusal(ana, count, 0), stamp());
    kept.store.unlock(stamp());
    work(kept.store, 20);
    kept.store.acknowledge(31);
    kept.store.applyDelta({ from: 3, to: 4, includesSeq: 31, upserts: [], removed: [] }, 0);
    kept.store.close();
    expect(seqsOf(pruned(disk, 0))).toContain(11);
  });

  test("leaves the count of wrong PINs that no success has ended", () => {
    const disk = new SimulatedDisk();
    const kept = openOn(sqlite.mount(disk));
    addPeople(kept.store);
    work(kept.store, 20);
    for (let count = 1; count <= 5; count += 1) kept.store.record(refusal(ana, count, 0), stamp());
    const before = kept.store.person(ana)?.tries.count;
    kept.store.acknowledge(25);
    kept.store.applyDelta({ from: 3, to: 4, includesSeq: 25, upserts: [], removed: [] }, 0);
    kept.store.close();
    const store = pruned(disk, 0);
    expect(before).toBeGreaterThanOrEqual(5);
    expect(store.person(ana)?.tries.count).toBe(before);
    expect(seqsOf(store).length).toBeLessThan(10);
  });

  test("leaves a chain that is checked from its checkpoint, goes on, and is still append-only", () => {
    const { disk, store } = old(220);
    store.close();
    const again = pruned(disk, 100);
    again.record(punch(ana, "in"), stamp());
    again.close();
    const driver = sqlite.mount(disk).open(FILE);
    const checkpoint = driver.prepare("SELECT seq, hash FROM checkpoint").get([]);
    let head = { seq: Number(checkpoint?.["seq"]), hash: String(checkpoint?.["hash"]) };
    expect(head).not.toEqual(EMPTY_CHAIN);
    for (const { text } of driver
      .prepare("SELECT text FROM events WHERE seq > ? ORDER BY seq")
      .all([head.seq])) {
      head = extendChain(head, decodeEvent(String(text)), eventHash(String(text)));
    }
    expect(head.seq).toBe(221);
    expect(() => driver.exec("DELETE FROM events")).toThrow("append-only");
    expect(() => driver.exec("UPDATE checkpoint SET seq = 221")).toThrow("checkpoint");
    expect(() => driver.exec("DELETE FROM checkpoint")).toThrow("checkpoint");
    driver.close();
  });
});

test("the chain's heads are signed every hundred events and at what the hub acknowledged last", () => {
  const { disk, kept } = opened();
  work(kept.store, 250);
  for (const seq of [10, 20, 230]) kept.store.acknowledge(seq);
  kept.store.close();
  const driver = sqlite.mount(disk).open(FILE);
  const signed = driver.prepare("SELECT seq FROM signed_heads ORDER BY seq").all([]);
  expect(signed.map(({ seq }) => seq)).toEqual([20, 100, 200, 230]);
  driver.close();
});

test("a ledger of older software is taken over with all its events, and goes on", () => {
  const { disk, kept } = opened();
  const texts = work(kept.store, 20);
  kept.store.close();
  const volume = sqlite.mount(disk);
  const older = volume.open(FILE);
  // As the version before left it, which knew neither checkpoints nor signatures.
  for (const table of ["checkpoint", "signed_heads", "old_stores", "old_events"])
    older.exec(`DROP TABLE ${table}`);
  older.exec("DROP TRIGGER events_are_never_deleted");
  older.exec(`CREATE TRIGGER events_are_never_deleted BEFORE DELETE ON events
    BEGIN SELECT RAISE (ABORT, 'events are append-only'); END`);
  older.exec("PRAGMA user_version = 5");
  older.exec("PRAGMA application_id = 0");
  older.close();
  const again = openOn(volume);
  finishChores(again);
  expect(again.store.health().recoveries).toEqual([]);
  expect(again.store.unsent(0, 100, MOST).events).toEqual(texts);
  expect(again.store.record(punch(ana, "in"), stamp()).seq).toBe(21);
});
