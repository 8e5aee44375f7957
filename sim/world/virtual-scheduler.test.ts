import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Timer } from "../../hal/ports.ts";
import { VirtualScheduler } from "./virtual-scheduler.ts";

describe("a virtual scheduler", () => {
  test("runs what is due in the order of time, and of asking within the same instant", () => {
    const scheduler = new VirtualScheduler();
    const order: string[] = [];
    scheduler.after(2, () => order.push("2a"));
    scheduler.after(1, () => order.push("1"));
    scheduler.after(2, () => order.push("2b"));
    scheduler.soon(() => order.push("soon"));
    scheduler.runUntil(2);
    expect(order).toEqual(["soon", "1", "2a", "2b"]);
    expect(scheduler.nowMs()).toBe(2);
  });

  test("stands still between events and never runs one early", () => {
    const scheduler = new VirtualScheduler();
    const ranAtMs: number[] = [];
    scheduler.after(0.037, () => ranAtMs.push(scheduler.nowMs()));
    scheduler.runUntil(0.036);
    expect(ranAtMs).toEqual([]);
    expect(scheduler.runNext()).toBe(true);
    expect(ranAtMs).toEqual([0.037]);
    expect(scheduler.runNext()).toBe(false);
  });

  test("lets time pass in a busy wait, and runs late what fell due meanwhile", () => {
    const scheduler = new VirtualScheduler();
    const ranAtMs: number[] = [];
    scheduler.after(1, () => scheduler.advanceUs(2500));
    scheduler.after(2, () => ranAtMs.push(scheduler.nowMs()));
    scheduler.runUntil(10);
    expect(ranAtMs).toEqual([3.5]);
  });

  test("lets soon wait for everything that was pending for this instant", () => {
    const scheduler = new VirtualScheduler();
    const order: string[] = [];
    scheduler.after(1, () => {
      order.push("first");
      scheduler.soon(() => order.push("soon"));
    });
    scheduler.after(1, () => order.push("second"));
    scheduler.runUntil(1);
    expect(order).toEqual(["first", "second", "soon"]);
  });

  test("lets promises settle after each event, in the run that waits for them", async () => {
    const scheduler = new VirtualScheduler();
    const order: string[] = [];
    const wait = (ms: number) => new Promise<void>((resolve) => void scheduler.after(ms, resolve));
    void (async () => {
      await wait(1);
      await Promise.resolve();
      order.push("woken at 1");
      await wait(0);
      order.push("again at 1");
    })();
    scheduler.after(1, () => order.push("other at 1"));
    await scheduler.run(5);
    expect(order).toEqual(["woken at 1", "other at 1", "again at 1"]);
    expect(scheduler.nowMs()).toBe(5);
  });

  test("stops a run as soon as the condition holds, at that instant", async () => {
    const scheduler = new VirtualScheduler();
    let count = 0;
    const tick = () => {
      count++;
      scheduler.after(1, tick);
    };
    tick();
    await scheduler.run(100, () => count === 4);
    expect(scheduler.nowMs()).toBe(3);
  });

  test("refuses a delay beyond what it can count", () => {
    expect(() => new VirtualScheduler().after(1e12, () => undefined)).toThrow(RangeError);
    expect(() => new VirtualScheduler().after(Number.NaN, () => undefined)).toThrow(RangeError);
  });

  test("runs exactly what was asked for and not cancelled, in order, whatever the mixture", () => {
    const call = fc.record({ delayMs: fc.nat({ max: 50 }), cancels: fc.boolean() });
    fc.assert(
      fc.property(fc.array(call, { maxLength: 300 }), (calls) => {
        const scheduler = new VirtualScheduler();
        const ran: number[] = [];
        const timers: Timer[] = calls.map(({ delayMs }, index) =>
          scheduler.after(delayMs, () => ran.push(index)),
        );
        for (const [index, { cancels }] of calls.entries()) {
          if (cancels) timers[index]?.cancel();
          if (cancels) timers[index]?.cancel();
        }
        const expected = calls
          .map(({ delayMs, cancels }, index) => ({ delayMs, cancels, index }))
          .filter(({ cancels }) => !cancels)
          .sort((one, other) => one.delayMs - other.delayMs || one.index - other.index)
          .map(({ index }) => index);
        expect(scheduler.pending).toBe(expected.length);
        scheduler.runUntil(50);
        for (const timer of timers) timer.cancel();
        expect(ran).toEqual(expected);
        expect(scheduler.pending).toBe(0);
      }),
    );
  });

  test("never calls early, however fine the fraction, so that who waits for an instant finds it come", () => {
    const scheduler = new VirtualScheduler();
    scheduler.advanceUs(1234.567);
    for (const fraction of [1e-9, 4e-7, 0.12345678, 3.0000001]) {
      const wantedMs = scheduler.nowMs() + fraction;
      let calledMs = -1;
      scheduler.after(wantedMs - scheduler.nowMs(), () => (calledMs = scheduler.nowMs()));
      scheduler.runNext();
      expect(calledMs).toBeGreaterThanOrEqual(wantedMs);
    }
  });
});
