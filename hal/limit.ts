import type { HalError } from "./errors.ts";
import type { Scheduler } from "./ports.ts";

/**
 * Settles as `work` does, or rejects with what `late` makes when `limitMs` have passed. The work itself goes on: whoever starts it
 * still has to bear that it ends late, or never.
 */
export function within<Result>(
  scheduler: Scheduler,
  limitMs: number,
  work: Promise<Result>,
  late: () => HalError,
): Promise<Result> {
  return new Promise((resolve, reject) => {
    const timer = scheduler.after(limitMs, () => reject(late()));
    work.then(resolve, reject).finally(() => timer.cancel());
  });
}
