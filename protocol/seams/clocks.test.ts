import { setImmediate } from "node:timers";
import { describe, expect, test } from "vitest";
import { SeededRandom } from "../../sim/world/seeded-random.ts";
import { VirtualScheduler } from "../../sim/world/virtual-scheduler.ts";
import type { Random } from "../seams.ts";
import { systemRandom, systemScheduler } from "./clocks.ts";
import { describeScheduler } from "./scheduler.contract.ts";

const MAX_TURNS = 1_000_000;

describeScheduler("the system's", () => ({
  scheduler: systemScheduler,
  async until(condition) {
    for (let turn = 0; !condition() && turn < MAX_TURNS; turn += 1) {
      await new Promise<void>((resolve) => setImmediate(resolve));
    }
    expect(condition()).toBe(true);
  },
}));

describeScheduler("the seeded world's", () => {
  const scheduler = new VirtualScheduler();
  return {
    scheduler,
    async until(condition) {
      await scheduler.run(scheduler.nowMs() + 10_000, condition);
      expect(condition()).toBe(true);
    },
  };
});

describe.each<[string, () => Random]>([
  ["the system's", () => systemRandom],
  ["the seeded world's", () => new SeededRandom(1)],
])("Random: %s", (_name, open) => {
  test("gives as many bytes as asked for, and other ones each time", () => {
    const random = open();
    for (const length of [0, 1, 10, 32, 1000]) expect(random.bytes(length)).toHaveLength(length);
    expect(random.bytes(16)).not.toEqual(random.bytes(16));
  });

  test("is spread over [0, 1) and never leaves it", () => {
    const random = open();
    const tenths = new Set<number>();
    for (let draw = 0; draw < 1000; draw += 1) {
      const value = random.uniform();
      expect(value).toBeGreaterThanOrEqual(0);
      expect(value).toBeLessThan(1);
      tenths.add(Math.floor(value * 10));
    }
    expect(tenths.size).toBe(10);
  });
});
