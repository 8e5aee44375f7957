import { describe, expect, test } from "vitest";
import type { Sounder } from "../ports.ts";
import type { Beep } from "../../sim/chips/buzzer.ts";
import type { VirtualScheduler } from "../../sim/world/virtual-scheduler.ts";

/** A sounder with an ear at its other end. */
export interface SounderWorld {
  readonly sounder: Sounder;
  readonly scheduler: VirtualScheduler;
  readonly ear: { readonly beeps: readonly Beep[]; readonly sounding: boolean };
}

/** What every sounder does. */
export function describeSounder(name: string, makeWorld: () => SounderWorld): void {
  const open = async () => {
    const world = makeWorld();
    const pass = (ms: number) => world.scheduler.run(world.scheduler.nowMs() + ms);
    await pass(1);
    const durations = () => world.ear.beeps.map(({ durationMs }) => Math.round(durationMs));
    return { ...world, pass, durations };
  };

  describe(`the sounder ${name}`, () => {
    test("plays a rhythm of on and off times, beginning with on, and is silent after", async () => {
      const { sounder, pass, durations, ear, scheduler } = await open();
      sounder.play([80, 60, 200]);
      await pass(1000);
      expect(durations()).toEqual([80, 200]);
      expect(Math.round((ear.beeps[1]?.startMs ?? 0) - (ear.beeps[0]?.startMs ?? 0))).toBe(140);
      expect(ear.sounding).toBe(false);
      expect(scheduler.pending).toBe(0);
    });

    test("cuts a rhythm off for the next one", async () => {
      const { sounder, pass, durations } = await open();
      sounder.play([120, 100, 500]);
      await pass(100);
      sounder.play([0, 50, 300]);
      await pass(1000);
      expect(durations()).toEqual([100, 300]);
    });

    test("falls silent for an empty rhythm", async () => {
      const { sounder, pass, durations, ear } = await open();
      sounder.play([500]);
      await pass(100);
      sounder.play([]);
      await pass(1);
      expect(ear.sounding).toBe(false);
      expect(durations()).toEqual([100]);
    });

    test("refuses rhythms beyond its limits", async () => {
      const { sounder } = await open();
      expect(() => sounder.play([5000])).toThrow(RangeError);
      expect(() => sounder.play([-1])).toThrow(RangeError);
      expect(() => sounder.play([Number.NaN])).toThrow(RangeError);
      expect(() => sounder.play(Array<number>(100).fill(1))).toThrow(RangeError);
    });

    test("is silent after close, in the middle of a beep too", async () => {
      const { sounder, pass, ear, scheduler } = await open();
      sounder.play([500]);
      await pass(10);
      await sounder.close();
      sounder.play([500]);
      await pass(10);
      expect(ear.sounding).toBe(false);
      expect(scheduler.pending).toBe(0);
    });
  });
}
