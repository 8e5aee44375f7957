import { beforeEach, describe, expect, test } from "vitest";
import { chainHeadBytes, decodeEvent, eventHash } from "../../protocol/chain.ts";
import { verifyBytes } from "../../protocol/identity.ts";
import { eventSeq, makeId, storeId, type StoreId } from "../../protocol/ids.ts";
import { MAX_BATCHES_IN_FLIGHT } from "../../protocol/limits.ts";
import type { TerminalMessage } from "../../protocol/messages.ts";
import { revocationProof } from "../../protocol/revocation.ts";
import { SeededRandom } from "../../sim/world/seeded-random.ts";
import { eventsOf, FILE, keys, terminal } from "../ledger/testing/shop.ts";
import type { HubEnd } from "./testing/hub-end.ts";
import { SyncScene } from "./testing/sync-scene.ts";

/** A terminal that has events of a store that ended, against a hub that the test plays. */

const PER_BATCH = 2;

type Batch = Extract<TerminalMessage, { type: "events" }>;

let scene: SyncScene;
let ended: StoreId;
let texts: readonly string[];

beforeEach(() => {
  scene = new SyncScene({ eventsPerBatch: PER_BATCH });
});

/** The store ends, after so many events. */
function endStore(events: number): void {
  ended = scene.store.status().store;
  texts = scene.record(events);
  scene.store.beginStore("store.forked", ended);
}

const batchesOf = (end: HubEnd, store: StoreId | undefined): Batch[] =>
  end.ofType("events").filter((batch) => batch.store === store);
const textsOf = (batches: readonly Batch[]): string[] => batches.flatMap(({ events }) => events);
const lastSeq = ({ events }: Batch): number => decodeEvent(events.at(-1) ?? "").seq;
const acknowledge = (end: HubEnd, seq: number, store?: StoreId): void =>
  end.say({ type: "ack", seq: eventSeq.parse(seq), store });

describe("events of an earlier store", () => {
  test("are sent after the store's own, under its name, signed, from the first on", async () => {
    endStore(4);
    const end = await scene.connected();
    expect(end.ofType("hello")).toMatchObject([{ store: scene.store.status().store, lastSeq: 1 }]);
    expect(end.ofType("events").map(({ store }) => store)).toEqual([undefined, ended, ended]);
    const sent = batchesOf(end, ended);
    expect(textsOf(sent)).toEqual(texts);
    expect(sent.map(({ afterGap }) => afterGap)).toEqual([undefined, undefined]);
    const batch = sent.at(-1);
    const head = { seq: 4, hash: eventHash(texts.at(-1) ?? "") };
    expect(verifyBytes(keys.publicKey, chainHeadBytes(terminal, ended, head), batch?.signature ?? "")).toBe(
      true,
    );
  });

  test("are offered until the hub has acknowledged them, and never again", async () => {
    endStore(6);
    const first = await scene.connected();
    acknowledge(first, 2, ended);
    await scene.pass();
    first.hangUp();
    const second = await scene.nextAfter(first, 2_000);
    await scene.welcomed(1);
    expect(textsOf(batchesOf(second, ended))).toEqual(texts.slice(2));
    acknowledge(second, 6, ended);
    await scene.pass();
    expect(scene.store.pendingStores()).toEqual([]);
    second.hangUp();
    const third = await scene.nextAfter(second, 2_000);
    await scene.welcomed(1);
    expect(third.ofType("events")).toEqual([]);
  });

  test("say where events before them are gone, and only there", async () => {
    const written = scene.record(12);
    ended = scene.store.status().store;
    // An event in the middle is other than was written: nobody can read it any more.
    scene.store.close();
    rot(written[4] ?? "");
    scene = new SyncScene({ eventsPerBatch: PER_BATCH, disk: scene.disk });
    const end = await scene.connected();
    const sent = batchesOf(end, ended);
    expect(sent.map(({ afterGap, events }) => [afterGap ?? false, events.length])).toEqual([
      [false, 2],
      [false, 2],
      [true, 2],
      [false, 2],
      [false, 2],
      [false, 1],
    ]);
    expect(eventsOf(scene.store, ended)).toEqual(textsOf(sent));
  });

  test("that the hub says it has, though they were not sent on this link, are not taken for settled", async () => {
    endStore(40 * PER_BATCH);
    const end = await scene.connected();
    const sentSeq = Math.max(...batchesOf(end, ended).map(lastSeq));
    expect(sentSeq).toBeLessThan(40 * PER_BATCH);
    // Another card, a copy of this one, handed in more of that store.
    acknowledge(end, 40 * PER_BATCH, ended);
    await scene.pass();
    expect(scene.store.pendingStores()).toMatchObject([{ ackedSeq: sentSeq }]);
  });

  test("of a store that does not wait for it are acknowledged in vain", async () => {
    endStore(3);
    const end = await scene.connected();
    const before = scene.store.status();
    acknowledge(end, 7, makeId(storeId, new SeededRandom(9)));
    await scene.pass();
    expect(end.closed).toBe(false);
    expect(scene.store.status()).toEqual(before);
    expect(scene.store.pendingStores()).toMatchObject([{ ackedSeq: 0 }]);
  });

  test("acknowledged under the name of the link's own store are the store's own", async () => {
    const end = await scene.connected();
    scene.record(2);
    await scene.pass();
    acknowledge(end, 2, scene.store.status().store);
    await scene.pass();
    expect(scene.store.status().ackedSeq).toBe(2);
  });

  test("keep to the limits of what is under way, and leave a place for a punch", async () => {
    endStore(40 * PER_BATCH);
    const end = await scene.connected(1);
    expect(end.ofType("events")).toHaveLength(MAX_BATCHES_IN_FLIGHT - 1);
    scene.record(1);
    await scene.pass();
    expect(end.ofType("events")).toHaveLength(MAX_BATCHES_IN_FLIGHT);
    expect(batchesOf(end, undefined)).toHaveLength(1);
    scene.record(1);
    await scene.pass();
    expect(end.ofType("events")).toHaveLength(MAX_BATCHES_IN_FLIGHT);
  });

  test("are not kept waiting for ever by those of a terminal that never rests, nor the other way round", async () => {
    endStore(10 * PER_BATCH);
    scene.record(10 * PER_BATCH);
    const end = await scene.connected(0);
    const settle = async (): Promise<void> => {
      const [first] = end.ofType("events");
      if (first === undefined) return;
      end.got.splice(end.got.indexOf(first), 1);
      order.push(first.store === undefined ? "own" : "earlier");
      acknowledge(end, lastSeq(first), first.store);
      await scene.pass();
    };
    const order: string[] = [];
    for (let batches = 0; batches < 30; batches += 1) await settle();
    const firstEarlier = order.indexOf("earlier");
    expect(firstEarlier).toBeGreaterThan(0);
    expect(firstEarlier).toBeLessThanOrEqual(MAX_BATCHES_IN_FLIGHT);
    expect(order.slice(firstEarlier)).toContain("own");
  });

  test("are waited for by a terminal whose place was taken away", async () => {
    endStore(3);
    const end = await scene.connected();
    acknowledge(end, 1);
    end.say({ type: "revoked", proof: revocationProof(new Uint8Array(32), terminal) });
    await scene.pass();
    expect(scene.revocations).toBe(0);
    acknowledge(end, 3, ended);
    await scene.pass();
    expect(scene.revocations).toBe(1);
  });

  function rot(text: string): void {
    const bytes = Buffer.alloc(scene.disk.size(FILE));
    scene.disk.read(FILE, bytes, 0);
    scene.disk.rot(FILE, bytes.indexOf(eventHash(text) + text) + text.length, 0);
  }
});
