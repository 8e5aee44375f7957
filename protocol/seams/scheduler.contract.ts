import { describe, expect, test } from "vitest";
import type { Scheduler } from "../seams.ts";

export interface SchedulerWorld {
  readonly scheduler: Scheduler;
  /** Lets time pass until `condition` holds. */
  readonly until: (condition: () => boolean) => Promise<void>;
}

/** What every {@link Scheduler} does. Nothing here says how long anything takes. */
export function describeScheduler(name: string, open: () => SchedulerWorld): void {
  describe(`Scheduler: ${name}`, () => {
    test("calls once, at its instant or later, never earlier and never at once", async () => {
      const { scheduler, until } = open();
      const dueMs = scheduler.nowMs() + 5;
      const calledMs: number[] = [];
      scheduler.after(5, () => calledMs.push(scheduler.nowMs()));
      expect(calledMs).toEqual([]);
      await until(() => calledMs.length > 0);
      // Node counts whole milliseconds: a timer may be early by the fraction it cannot see.
      expect(calledMs[0]).toBeGreaterThanOrEqual(dueMs - 1);
      expect(calledMs).toHaveLength(1);
    });

    test("does not call what was cancelled, and cancelling twice or too late does nothing", async () => {
      const { scheduler, until } = open();
      const called: string[] = [];
      const timer = scheduler.after(1, () => called.push("cancelled"));
      timer.cancel();
      timer.cancel();
      const kept = scheduler.after(3, () => called.push("kept"));
      await until(() => called.length > 0);
      kept.cancel();
      expect(called).toEqual(["kept"]);
    });

    test("calls the earlier one first, and takes a delay in the past for now", async () => {
      const { scheduler, until } = open();
      const called: string[] = [];
      scheduler.after(20, () => called.push("later"));
      scheduler.after(-5, () => called.push("now"));
      await until(() => called.length === 2);
      expect(called).toEqual(["now", "later"]);
    });

    test("lets others have their turn with soon, and never runs backwards", async () => {
      const { scheduler, until } = open();
      let turns = 0;
      const beganMs = scheduler.nowMs();
      const turn = (): void => {
        turns += 1;
        if (turns < 3) scheduler.soon(turn);
      };
      scheduler.soon(turn);
      expect(turns).toBe(0);
      await until(() => turns === 3);
      expect(scheduler.nowMs()).toBeGreaterThanOrEqual(beganMs);
    });
  });
}
