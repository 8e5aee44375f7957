import { beforeEach, describe, expect, it } from "vitest";
import { VirtualScheduler } from "../world/virtual-scheduler.ts";
import { MachineClock, type MachineClockOptions } from "./machine-clock.ts";

const BEGAN_MS = Date.UTC(2026, 10, 24, 5, 2);
const HOUR_MS = 3_600_000;
const UNKEPT = { isSynchronised: false, maxErrorMs: null, estimatedErrorMs: null };

let world: VirtualScheduler;
beforeEach(() => (world = new VirtualScheduler()));

function clockOf(options: Partial<MachineClockOptions> = {}): MachineClock {
  return new MachineClock({
    scheduler: world,
    trueWallMs: () => BEGAN_MS + world.nowMs(),
    ...options,
  });
}

describe("a simulated machine's clock", () => {
  it("begins at another year without a real-time clock, and is set by NTP once that has had its time", () => {
    const clock = clockOf({ ntpTakesMs: 20_000 });
    world.runUntil(19_999);
    expect(clock.wallClock.wallMs()).toBe(Date.UTC(2019, 0, 28, 18) + 19_999);
    expect(clock.system().kernel()).toEqual(UNKEPT);
    world.runUntil(20_000);
    expect(clock.errorMs).toBe(0);
    expect(clock.system().kernel()).toEqual({ isSynchronised: true, maxErrorMs: 20, estimatedErrorMs: 20 });
    expect(clock.scheduler.nowMs()).toBe(20_000);
  });

  it("keeps what a real-time clock said, which is as wrong as that is", () => {
    const clock = clockOf({ rtcErrorMs: -7_000, ntp: false });
    expect(clock.errorMs).toBe(-7_000);
    expect(clock.system().setByRtc()).toBe(true);
    expect(clockOf({ ntp: false }).system().setByRtc()).toBe(false);
  });

  it("drifts by its crystal until NTP keeps it", () => {
    const clock = clockOf({ rtcErrorMs: 0, ntp: false, driftPpm: 100 });
    world.runUntil(HOUR_MS);
    expect(clock.errorMs).toBeCloseTo(360, 3);
    expect(clock.scheduler.nowMs()).toBeCloseTo(HOUR_MS + 360, 3);
    clock.setNtp(true);
    world.runUntil(2 * HOUR_MS);
    expect(clock.errorMs).toBeCloseTo(0, 3);
    expect(clock.scheduler.nowMs()).toBeCloseTo(2 * HOUR_MS + 360, 3);
  });

  it("is nobody's 9 hours after NTP was lost, and at once when somebody sets it", () => {
    const clock = clockOf();
    clock.setNtp(false);
    world.runUntil(8.5 * HOUR_MS);
    expect(clock.system().kernel().maxErrorMs).toBeCloseTo(20 + 8.5 * 1_800, 1);
    world.runUntil(9 * HOUR_MS);
    expect(clock.system().kernel()).toEqual(UNKEPT);
    clock.setNtp(true);
    expect(clock.system().kernel().isSynchronised).toBe(true);
    clock.step(-5_000);
    expect(clock.system().kernel()).toEqual(UNKEPT);
    expect(clock.errorMs).toBeCloseTo(-5_000, 3);
    world.runUntil(9 * HOUR_MS + 32_000);
    expect(clock.errorMs).toBeCloseTo(0, 3);
  });

  it("has timers that are never early on its own clock, nor much late, however it drifts", () => {
    for (const driftPpm of [-200, 0, 200]) {
      const { scheduler } = clockOf({ driftPpm, ntp: false });
      const dueMs = scheduler.nowMs() + HOUR_MS;
      let ranMs = 0;
      scheduler.after(HOUR_MS, () => (ranMs = scheduler.nowMs()));
      world.runUntil(world.nowMs() + 1.1 * HOUR_MS);
      expect(ranMs).toBeGreaterThanOrEqual(dueMs);
      expect(ranMs - dueMs).toBeLessThan(1_000);
    }
  });

  it("counts each boot from 0", () => {
    const clock = clockOf();
    world.runUntil(HOUR_MS);
    clock.boot();
    expect(clock.scheduler.nowMs()).toBe(0);
  });
});
