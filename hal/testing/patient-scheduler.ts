import { VirtualScheduler } from "../../sim/world/virtual-scheduler.ts";

/** How much time passes at once. */
const STEP_MS = 1;

/**
 * A virtual clock for packages that take turns of the event loop of their own (setImmediate, threads): time passes in small steps with a
 * turn at each, so that what takes turns also takes time.
 */
export class PatientScheduler extends VirtualScheduler {
  override async run(untilMs: number): Promise<void> {
    while (this.nowMs() < untilMs) await super.run(Math.min(untilMs, this.nowMs() + STEP_MS));
    await super.run(untilMs);
  }
}
