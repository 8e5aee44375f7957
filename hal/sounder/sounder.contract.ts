import { describe, expect, test } from "vitest";
import type { Sounder } from "../ports.ts";
import type { Beep } from "../../sim/chips/buzzer.ts";
import type { VirtualScheduler } from "../../sim/world/virtual-scheduler.ts";
import { LONGEST_REOPEN_MS } from "../backoff.ts";

/** A sounder with an ear at its other end. */
export interface SounderWorld {
  readonly sounder: Sounder;
  readonly scheduler: VirtualScheduler;
  readonly ear: { readonly beeps: readonly Beep[]; readonly sounding: boolean };
  /** Makes whatever drives it refuse, or work again; it is silent while that lasts. */
  readonly breakWires: (broken: boolean) => void;
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

    test("keeps a rhythm's beginnings when it is quiet, and plays nothing when it is off, from the next rhythm on", async () => {
      const { sounder, pass, ear } = await open();
      const heard: number[][] = [];
      for (const volume of ["full", "quiet", "off"] as const) {
        const { length } = ear.beeps;
        sounder.volume(volume);
        sounder.play([80, 50, 80, 50, 160]);
        await pass(1000);
        const beeps = ear.beeps.slice(length);
        heard.push(beeps.map(({ startMs }) => Math.round(startMs - (beeps[0]?.startMs ?? 0))));
      }
      expect(heard).toEqual([[0, 130, 260], [0, 130, 260], []]);
    });

    test("answers a probe without a sound, and without breaking one off", async () => {
      const { sounder, pass, durations, scheduler } = await open();
      await sounder.probe();
      sounder.play([100]);
      await pass(50);
      await sounder.probe();
      await pass(100);
      expect(durations()).toEqual([100]);
      expect(scheduler.pending).toBe(0);
    });

    test("reports a fault once with a code, falls silent, and is mended by a probe, without a timer", async () => {
      const { sounder, pass, durations, ear, breakWires, scheduler } = await open();
      const health: string[] = [];
      sounder.onFault(({ code }) => health.push(code));
      sounder.onRecovered(() => health.push("recovered"));
      breakWires(true);
      await sounder.probe();
      sounder.play([100]);
      await pass(LONGEST_REOPEN_MS);
      await sounder.probe();
      await pass(1);
      expect(health).toEqual(["hal.sounder.io"]);
      expect([ear.sounding, scheduler.pending]).toEqual([false, 0]);
      breakWires(false);
      await pass(LONGEST_REOPEN_MS);
      await sounder.probe();
      expect(health).toEqual(["hal.sounder.io", "recovered"]);
      sounder.play([70]);
      await pass(200);
      expect(durations().at(-1)).toBe(70);
    });

    test("drops the rhythm in which it failed, and does not play its rest when it is mended", async () => {
      const { sounder, pass, ear, breakWires } = await open();
      sounder.play([50, 50, 50, 50, 50]);
      await pass(70);
      breakWires(true);
      await pass(100);
      breakWires(false);
      await pass(LONGEST_REOPEN_MS);
      const { length } = ear.beeps;
      await sounder.probe();
      await pass(500);
      expect(ear.beeps).toHaveLength(length);
    });

    test("is mended by the next rhythm as well, once some time has passed", async () => {
      const { sounder, pass, durations, breakWires } = await open();
      breakWires(true);
      sounder.play([100]);
      await pass(10);
      breakWires(false);
      await pass(LONGEST_REOPEN_MS);
      sounder.play([60]);
      await pass(200);
      expect(durations().at(-1)).toBe(60);
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
