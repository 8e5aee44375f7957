import { beforeEach, describe, expect, test } from "vitest";
import { bootId, makeId } from "../../protocol/ids.ts";
import { SeededRandom } from "../../sim/world/seeded-random.ts";
import { SimulatedDisk } from "../../sim/world/simulated-disk.ts";
import { loadSqliteWasm } from "../../sim/world/sqlite-wasm.ts";
import type { EventStamp } from "./ledger.ts";
import type { TerminalStore } from "./store.ts";
import { addPeople, ana, boot, openOn, punch, stamp } from "./testing/shop.ts";

const sqlite = await loadSqliteWasm();
const SEVEN_YEARS_MS = 7 * 365 * 86_400_000;
const HOUR_MS = 3_600_000;

let disk: SimulatedDisk;
let store: TerminalStore;
beforeEach(() => {
  disk = new SimulatedDisk();
  store = openOn(sqlite.mount(disk)).store;
  addPeople(store);
});

/** A stamp of a machine that does not know the time. */
function lost(): EventStamp {
  const { wallMs, ...rest } = stamp();
  return { ...rest, wallMs: wallMs - SEVEN_YEARS_MS, clock: "unset" };
}
const offsetOf = ({ wallMs, monotonicMs }: EventStamp): number => wallMs - monotonicMs;
function synced(offsetMs: number): void {
  store.record(
    { kind: "clock.synced", person: null, payload: { offsetMs, errorMs: 20, source: "hub" } },
    lost(),
  );
}

describe("where a person stands", () => {
  test("is since when they truly came, once the time of that boot is known", () => {
    const came = lost();
    store.record(punch(ana, "in"), came);
    expect(store.person(ana)?.presence.sinceMs).toBe(came.wallMs);
    synced(offsetOf(came) + SEVEN_YEARS_MS);
    expect(store.person(ana)?.presence.sinceMs).toBe(came.wallMs + SEVEN_YEARS_MS);
    expect(store.person(ana)?.lastPunch?.atMs).toBe(came.wallMs + SEVEN_YEARS_MS);
  });

  test("is counted from true times also where the clock was set in between", () => {
    const came = lost();
    store.record(punch(ana, "in"), came);
    const left = stamp();
    const recorded = store.record(punch(ana, "out"), left);
    synced(offsetOf(left));
    const spans = [{ fromMs: came.wallMs + SEVEN_YEARS_MS, toMs: left.wallMs }];
    expect(store.person(ana)?.presence).toMatchObject({ state: "out", spans });
    expect(recorded.presence?.state).toBe("out");
  });
});

describe("an earlier life in the same boot", () => {
  const reopened = (): TerminalStore => openOn(sqlite.mount(disk)).store;

  test("is told of by its events, and by what it knew of the time", () => {
    expect(store.earlierLife()).toEqual({ hasEvents: false, clock: null });
    const came = lost();
    store.record(punch(ana, "in"), came);
    expect(reopened().earlierLife()).toEqual({ hasEvents: true, clock: null });
    synced(offsetOf(came) + HOUR_MS);
    const clock = { offsetMs: offsetOf(came) + HOUR_MS, errorMs: 20, source: "hub" };
    expect(reopened().earlierLife()).toEqual({ hasEvents: true, clock });
  });

  test("whose clock was set said so with each event", () => {
    const came = stamp();
    store.record(punch(ana, "in"), came);
    expect(reopened().earlierLife().clock).toMatchObject({ offsetMs: offsetOf(came), source: "ntp" });
  });

  test("is none when the machine has booted since", () => {
    store.record(punch(ana, "in"), stamp());
    const next = { id: makeId(bootId, new SeededRandom(99)), startedMs: 0 };
    expect(next.id).not.toBe(boot.id);
    const opened = openOn(sqlite.mount(disk), { boot: next }).store;
    expect(opened.earlierLife()).toEqual({ hasEvents: false, clock: null });
  });
});
