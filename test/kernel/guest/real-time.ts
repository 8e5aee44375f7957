import { vi } from "vitest";
import { systemScheduler } from "../../../protocol/seams/clocks.ts";
import type { Scheduler } from "../../../hal/ports.ts";

/** What a check waits for comes within this, on a machine that emulates another one. */
const LIMIT_MS = 30_000;
const LOOK_EVERY_MS = 5;
/** For what the kernel still has to tell when an instant has come. */
const DELIVERY_MS = 30;

/** Waits until something is so. Rejects when it never is. */
export async function until(condition: () => boolean): Promise<void> {
  await vi.waitUntil(condition, { timeout: LIMIT_MS, interval: LOOK_EVERY_MS });
}

/** The clock of the machine, for contracts that else run in virtual time. */
export const realTime: Scheduler & { run(untilMs: number): Promise<void> } = {
  ...systemScheduler,
  run: (untilMs) =>
    new Promise((resolve) => {
      systemScheduler.after(untilMs + DELIVERY_MS - systemScheduler.nowMs(), resolve);
    }),
};
