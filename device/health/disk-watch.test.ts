import pino from "pino";
import { beforeEach, describe, expect, test } from "vitest";
import type { DiskTrouble } from "../core/types.ts";
import { MAX_SET_ASIDE, type StoreHealth } from "../ledger/store.ts";
import { DiskWatch, LOOK_EVERY_BEATS } from "./disk-watch.ts";

const WELL: StoreHealth = { disk: "well", recoveries: [], setAside: 0, pendingEvents: 0, failure: null };

let health: StoreHealth | null;
let looks: number;
let told: (DiskTrouble | null)[];
let watch: DiskWatch;

beforeEach(() => {
  [health, looks, told] = [WELL, 0, []];
  const ledger = {
    health: () => {
      looks += 1;
      return health === null ? Promise.reject(new Error("gone")) : Promise.resolve(health);
    },
  };
  watch = new DiskWatch(ledger, pino({ level: "silent" }), (trouble) => told.push(trouble));
});

async function beats(count: number): Promise<void> {
  for (let beat = 0; beat < count; beat += 1) await watch.beat();
}

describe("the watch over a terminal's disk", () => {
  test("lets the ledger's thread sleep while nothing is recorded, and looks soon after something was", async () => {
    await beats(1 + LOOK_EVERY_BEATS);
    expect(looks).toBe(2);
    watch.used();
    await beats(2);
    expect(looks).toBe(3);
  });

  test.each([
    [{ disk: "low" }, "low"],
    [{ disk: "full", setAside: MAX_SET_ASIDE + 1 }, "full"],
    [{ setAside: MAX_SET_ASIDE + 1 }, "worn"],
    [{ setAside: MAX_SET_ASIDE }, null],
  ] as const)(
    "takes %o for %s, and tells once when it begins and once when it is over",
    async (changed, trouble) => {
      health = { ...WELL, ...changed };
      await beats(3 * LOOK_EVERY_BEATS);
      expect(told).toEqual(trouble === null ? [] : [trouble]);
      health = WELL;
      await beats(LOOK_EVERY_BEATS);
      expect(told).toEqual(trouble === null ? [] : [trouble, null]);
    },
  );

  test("looks again when the ledger did not answer", async () => {
    health = null;
    await beats(1);
    health = { ...WELL, disk: "low" };
    await beats(LOOK_EVERY_BEATS);
    expect(told).toEqual(["low"]);
  });
});
