import { beforeEach, describe, expect, test } from "vitest";
import { decodeEvent, eventHash } from "../../protocol/chain.ts";
import { eventSeq, makeId, personId } from "../../protocol/ids.ts";
import { SeededRandom } from "../../sim/world/seeded-random.ts";
import { SimulatedDisk } from "../../sim/world/simulated-disk.ts";
import { loadSqliteWasm } from "../../sim/world/sqlite-wasm.ts";
import { KEPT_MS } from "../ledger/pruning.ts";
import { addPeople, FILE, finishChores, openOn, refusal, stamp, work } from "../ledger/testing/shop.ts";
import { FIRST_PAUSE_MS, SHORT_PAUSE_MS } from "./backoff.ts";
import { MAX_NEW_STORES, NEW_STORES_WINDOW_MS, NewStores } from "./new-stores.ts";
import type { HubEnd } from "./testing/hub-end.ts";
import { SyncScene } from "./testing/sync-scene.ts";

/** A terminal whose store cannot go on, or did not, against a hub that the test plays. */

let scene: SyncScene;

beforeEach(() => {
  scene = new SyncScene();
});

const textsOf = (end: HubEnd): string[] => end.ofType("events").flatMap(({ events }) => events);

describe("a hub that knows more than the card", () => {
  test("has the terminal begin another store, and everything of the old one is offered on the next link", async () => {
    const texts = scene.record(4);
    const ended = scene.store.status().store;
    const first = await scene.connected(7);
    expect(first.closed).toBe(true);
    expect(first.ofType("events")).toEqual([]);
    const second = await scene.nextAfter(first, FIRST_PAUSE_MS + 50);
    const [hello] = second.ofType("hello");
    expect(hello?.store).not.toBe(ended);
    expect(hello).toMatchObject({ lastSeq: 1, rosterRevision: 0 });
    await scene.welcomed(0);
    const [told = "", ...rest] = textsOf(second);
    expect(decodeEvent(told)).toMatchObject({
      kind: "store.recovered",
      payload: { from: ended, events: 4, reason: "store.hub-ahead" },
    });
    expect(rest).toEqual(texts);
  });
});

describe("a hub that says that the store cannot go on", () => {
  test.each([
    ["fork", "store.forked"],
    ["ended", "store.ended"],
  ] as const)(
    "for %s has the terminal begin another one, whether it was welcome or not",
    async (reason, code) => {
      scene.record(4);
      scene.sync.start();
      await scene.pass();
      const first = await scene.greeted();
      first.say({ type: "renew", reason });
      await scene.pass();
      expect(first.closed).toBe(true);
      expect(scene.store.health().recoveries).toMatchObject([{ code }]);
      const second = await scene.nextAfter(first, FIRST_PAUSE_MS + 50);
      await scene.welcomed(1);
      second.say({ type: "renew", reason });
      await scene.pass();
      expect(scene.store.health().recoveries).toHaveLength(2);
    },
  );

  test("again and again is obeyed a few times an hour, and otherwise waited for as for one that is not there", async () => {
    scene.record(4);
    scene.sync.start();
    const helloes = new Set<string>();
    for (let beginnings = 0; beginnings < MAX_NEW_STORES + 5; beginnings += 1) {
      await scene.pass();
      const end = await scene.greeted();
      helloes.add(end.ofType("hello")[0]?.store ?? "");
      end.say({ type: "renew", reason: "fork" });
      await scene.pass();
      expect(end.closed).toBe(true);
      await scene.nextAfter(end, 2 * SHORT_PAUSE_MS);
    }
    expect(helloes.size).toBe(1 + MAX_NEW_STORES);
    expect(scene.store.health().recoveries).toHaveLength(MAX_NEW_STORES);
  });

  test("is obeyed again once an hour has passed", () => {
    const stores = new NewStores();
    const taken = [0, 1, 2, 3, NEW_STORES_WINDOW_MS - 1, NEW_STORES_WINDOW_MS, NEW_STORES_WINDOW_MS + 1];
    expect(taken.map((atMs) => stores.take(atMs))).toEqual([true, true, true, false, false, true, true]);
  });
});

describe("a store that ended under a link, for its file was damaged", () => {
  /** A terminal with a link, whose ledger's file has rotted and is about to be found out. */
  async function withDamage(events = 200): Promise<HubEnd> {
    rot(events);
    return scene.connected(events);
  }

  function rot(events = 200): void {
    const texts = scene.record(events);
    scene.store.close();
    const bytes = Buffer.alloc(scene.disk.size(FILE));
    scene.disk.read(FILE, bytes, 0);
    const text = texts[20] ?? "";
    scene.disk.rot(FILE, bytes.indexOf(eventHash(text) + text) + 200, 0);
    scene = new SyncScene({ disk: scene.disk });
  }

  test("ends the link with the next word of the ledger, and a new one is made at once for the new store", async () => {
    const first = await withDamage();
    const before = scene.store.status().store;
    finishChores(scene.kept);
    expect(scene.store.status().store).not.toBe(before);
    scene.sync.beat();
    await scene.pass();
    expect(first.closed).toBe(true);
    const second = await scene.nextAfter(first, FIRST_PAUSE_MS + 50);
    expect(second.ofType("hello")).toMatchObject([{ store: scene.store.status().store }]);
  });

  test("is not acknowledged by what the hub says on the old link", async () => {
    const first = await withDamage();
    finishChores(scene.kept);
    scene.store.record({ kind: "service.test-punch", person: null, payload: {} }, stamp());
    first.say({ type: "ack", seq: eventSeq.parse(2) });
    await scene.pass();
    expect(first.closed).toBe(true);
    expect(scene.store.status()).toMatchObject({ ackedSeq: 0, unsent: 2 });
  });

  test("is not said to be the hub's by a welcome to the old one", async () => {
    rot();
    scene.sync.start();
    await scene.pass();
    const first = await scene.greeted();
    finishChores(scene.kept);
    expect(scene.store.status().unsent).toBe(1);
    first.say({ type: "welcome", version: 1, ackedSeq: 1, hubTimeMs: 0 });
    await scene.pass();
    expect(first.closed).toBe(true);
    expect(scene.store.status()).toMatchObject({ ackedSeq: 0, unsent: 1 });
  });

  test("takes no roster that the hub counted by the old store's numbers", async () => {
    const first = await withDamage();
    const { roster } = scene.store.status();
    if (roster === null) throw new RangeError("the shop has a roster");
    finishChores(scene.kept);
    first.say({ type: "rosterBegin", revision: 9, people: 0, kiosk: roster.kiosk, includesSeq: 200 });
    first.say({ type: "rosterEnd", revision: 9 });
    await scene.pass();
    expect(first.closed).toBe(true);
    expect(scene.store.status().roster?.revision).toBe(0);
  });

  test("sends nothing of the new store on the old link", async () => {
    const first = await scene.connected();
    scene.record(2);
    await scene.pass();
    scene.store.beginStore("store.ended", scene.store.status().store);
    scene.record(5);
    await scene.pass();
    expect(first.closed).toBe(true);
    expect(first.ofType("events")).toHaveLength(1);
  });
});

describe("a hub that was restored from an older backup", () => {
  test("gets what the terminal has not pruned, each run of it with the word that events before are gone", async () => {
    const disk = new SimulatedDisk();
    const sqlite = await loadSqliteWasm();
    const kept = openOn(sqlite.mount(disk));
    addPeople(kept.store);
    const other = makeId(personId, new SeededRandom(3));
    for (const events of [5, 5]) {
      work(kept.store, events);
      kept.store.record(refusal(other, 1, 0), stamp());
    }
    work(kept.store, 18);
    kept.store.acknowledge(30);
    kept.store.applyDelta({ from: 3, to: 4, includesSeq: 30, upserts: [], removed: [] }, 0);
    kept.store.close();
    const wallMs = stamp().wallMs + 2 * KEPT_MS;
    const old = openOn(sqlite.mount(disk), { stamp: () => ({ ...stamp(), wallMs }), keptEvents: 10 });
    finishChores(old);
    old.store.close();
    scene = new SyncScene({ disk });
    expect(scene.store.status().prunedSeq).toBe(20);
    const end = await scene.connected(2);
    // Refusals that no success has ended are kept; everything else up to the 20th is pruned.
    const sent = end.ofType("events").map(({ afterGap, events }) => ({
      afterGap: afterGap ?? false,
      seqs: events.map((text) => decodeEvent(text).seq as number),
    }));
    expect(sent).toEqual([
      { afterGap: true, seqs: [6] },
      { afterGap: true, seqs: [12] },
      { afterGap: true, seqs: [21, 22, 23, 24, 25, 26, 27, 28, 29, 30] },
    ]);
    expect(scene.store.status().unsent).toBe(10);
  });

  test("gets again what it had acknowledged once", async () => {
    const texts = scene.record(6);
    scene.store.acknowledge(6);
    const end = await scene.connected(2);
    expect(textsOf(end)).toEqual(texts.slice(2));
    expect(scene.store.status()).toMatchObject({ ackedSeq: 2, unsent: 4 });
    expect(scene.links.at(-1)).toMatchObject({ link: "up", unsent: 4 });
  });
});
