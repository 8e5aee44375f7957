import type { Scheduler } from "../../../hal/ports.ts";
import { systemScheduler } from "../../../protocol/seams/clocks.ts";
import { pause } from "./real-time-waits.ts";

/** For what the kernel still has to tell when an instant has come. */
const DELIVERY_MS = 30;

/** The clock of the machine, for contracts that else run in virtual time. */
export const realTime: Scheduler & { run(untilMs: number): Promise<void> } = {
  ...systemScheduler,
  run: (untilMs) => pause(untilMs + DELIVERY_MS - systemScheduler.nowMs()),
};
