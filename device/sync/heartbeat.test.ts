import { describe, expect, test } from "vitest";
import { HEARTBEAT_MS, SILENCE_LIMIT_MS } from "../../protocol/limits.ts";
import { work } from "../ledger/testing/shop.ts";
import { FIRST_PAUSE_MS } from "./backoff.ts";
import { SyncScene } from "./testing/sync-scene.ts";

describe("what a terminal tells of itself", () => {
  test("is what waits, what its clock is worth, and how its disk is", async () => {
    const scene = new SyncScene({ parts: { clock: () => "holding" } });
    const ended = scene.store.status().store;
    scene.record(3);
    scene.store.beginStore("store.forked", ended);
    scene.disk.capacityBytes = 0;
    while (scene.kept.chore());
    scene.disk.capacityBytes = Infinity;
    const end = await scene.connected();
    scene.sync.beat();
    await scene.pass();
    expect(end.ofType("status")).toMatchObject([
      { pendingEvents: 3, clock: "holding", disk: scene.store.health().disk, setAside: 0, echo: null },
    ]);
    expect(scene.store.health().disk).not.toBe("well");
  });

  test("is followed by what the ledger recorded by itself since", async () => {
    const scene = new SyncScene();
    const end = await scene.connected();
    work(scene.store, 1);
    await scene.pass();
    expect(end.ofType("events")).toEqual([]);
    scene.sync.beat();
    await scene.pass();
    expect(end.ofType("events")).toHaveLength(1);
  });

  test("has the latest pulse's time, and how long ago that came", async () => {
    const scene = new SyncScene();
    const end = await scene.connected();
    end.say({ type: "pulse", hubTimeMs: 1_000 });
    end.say({ type: "pulse", hubTimeMs: 2_000 });
    await scene.pass(0);
    await scene.pass(HEARTBEAT_MS);
    scene.sync.beat();
    await scene.pass();
    const echo = end.ofType("status").at(-1)?.echo;
    expect(echo?.hubTimeMs).toBe(2_000);
    expect(echo?.heldMs).toBeCloseTo(HEARTBEAT_MS, -2);
  });

  test("begins anew on each link: an echo of another link says nothing", async () => {
    const scene = new SyncScene();
    const first = await scene.connected();
    first.say({ type: "pulse", hubTimeMs: 1_000 });
    await scene.pass();
    first.hangUp();
    const second = await scene.nextAfter(first, 2 * FIRST_PAUSE_MS);
    await scene.welcomed(0);
    scene.sync.beat();
    await scene.pass();
    expect(second.ofType("status")).toMatchObject([{ echo: null }]);
  });
});

describe("the hub's time", () => {
  test("comes with the welcome and with each pulse, and with how long the way there and back took", async () => {
    const scene = new SyncScene();
    scene.sync.start();
    await scene.pass();
    const end = await scene.greeted();
    await scene.pass(100);
    end.say({ type: "welcome", version: 1, ackedSeq: 0, hubTimeMs: 7_000 });
    await scene.pass(0);
    const [welcome] = scene.hubTimes;
    expect(welcome).toMatchObject({ hubTimeMs: 7_000, monotonicMs: scene.scheduler.nowMs() });
    expect(welcome?.roundTripMs).toBeCloseTo(110, 0);
    await scene.pass();
    scene.sync.beat();
    await scene.pass(40);
    end.say({ type: "pulse", hubTimeMs: 8_000 });
    await scene.pass();
    expect(scene.hubTimes[1]).toMatchObject({ hubTimeMs: 8_000 });
    expect(scene.hubTimes[1]?.roundTripMs).toBeCloseTo(40, 0);
  });

  test("that nobody asked for has no way there and back", async () => {
    const scene = new SyncScene();
    const end = await scene.connected();
    end.say({ type: "pulse", hubTimeMs: 8_000 });
    await scene.pass();
    expect(scene.hubTimes.at(-1)).toMatchObject({ hubTimeMs: 8_000, roundTripMs: null });
  });
});

describe("a half-open link", () => {
  test("is given up once nothing came for the limit, though all that is sent seems to leave", async () => {
    const scene = new SyncScene();
    const end = await scene.connected();
    for (let beats = 0; beats * HEARTBEAT_MS <= SILENCE_LIMIT_MS; beats += 1) {
      expect(end.closed).toBe(false);
      scene.sync.beat();
      await scene.pass(HEARTBEAT_MS);
    }
    scene.sync.beat();
    await scene.pass();
    expect(end.closed).toBe(true);
    expect(scene.links.at(-1)).toMatchObject({ link: "down" });
    await scene.nextAfter(end, 2 * FIRST_PAUSE_MS);
  });

  test("is none as long as anything comes", async () => {
    const scene = new SyncScene();
    const end = await scene.connected();
    for (let beats = 0; beats < 10; beats += 1) {
      scene.sync.beat();
      end.say({ type: "pulse", hubTimeMs: 0 });
      await scene.pass(HEARTBEAT_MS);
    }
    expect(end.closed).toBe(false);
  });
});
