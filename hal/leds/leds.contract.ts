import { describe, expect, test } from "vitest";
import { LONGEST_REOPEN_MS } from "../backoff.ts";
import type { LedName, Leds } from "../ports.ts";
import type { VirtualScheduler } from "../../sim/world/virtual-scheduler.ts";

/** Lights, and the eye that looks at them. */
export interface LedsWorld {
  readonly leds: Leds;
  readonly scheduler: VirtualScheduler;
  readonly isLit: (led: LedName) => boolean;
  /** Makes whatever drives them refuse, or work again. */
  readonly breakWires: (broken: boolean) => void;
}

/** What every pair of lights does. */
export function describeLeds(name: string, makeWorld: () => LedsWorld): void {
  const open = async () => {
    const world = makeWorld();
    const pass = (ms: number) => world.scheduler.pass(ms);
    await pass(1);
    return { ...world, pass, seen: () => [world.isLit("green"), world.isLit("red")] };
  };

  describe(`the lights ${name}`, () => {
    test("are dark until they are switched on, each by itself", async () => {
      const { leds, seen, pass } = await open();
      expect(seen()).toEqual([false, false]);
      leds.set("red", true);
      await pass(1);
      expect(seen()).toEqual([false, true]);
      leds.set("green", true);
      leds.set("red", false);
      await pass(1);
      expect(seen()).toEqual([true, false]);
    });

    test("show the latest of what was wanted while they were opening", async () => {
      const { leds, scheduler, isLit } = makeWorld();
      leds.set("green", true);
      leds.set("red", true);
      leds.set("green", false);
      await scheduler.run(1);
      expect([isLit("green"), isLit("red")]).toEqual([false, true]);
    });

    test("report a fault once with a code, and show what they should when a probe finds them mended", async () => {
      const { leds, seen, pass, breakWires, scheduler } = await open();
      const health: string[] = [];
      leds.onFault(({ code }) => health.push(code));
      leds.onRecovered(() => health.push("recovered"));
      leds.set("green", true);
      breakWires(true);
      await leds.probe();
      leds.set("green", false);
      leds.set("red", true);
      await pass(LONGEST_REOPEN_MS);
      await leds.probe();
      expect(health).toEqual(["hal.leds.io"]);
      expect(scheduler.pending).toBe(0);
      breakWires(false);
      await pass(LONGEST_REOPEN_MS);
      await leds.probe();
      await pass(1);
      expect(health).toEqual(["hal.leds.io", "recovered"]);
      expect(seen()).toEqual([false, true]);
    });

    test("answer a probe without a blink", async () => {
      const { leds, seen, pass } = await open();
      leds.set("red", true);
      await leds.probe();
      await pass(1);
      expect(seen()).toEqual([false, true]);
    });

    test("are dark after close, and stay so", async () => {
      const { leds, seen, pass, scheduler } = await open();
      leds.set("green", true);
      leds.set("red", true);
      await leds.close();
      leds.set("green", true);
      await leds.close();
      await pass(1);
      expect(seen()).toEqual([false, false]);
      expect(scheduler.pending).toBe(0);
    });
  });
}
