import type { Scheduler } from "../hal/ports.ts";

/** Busy-waits on a scheduler's own clock: what a GPIO back end does for the few microseconds a controller needs. */
export function spinOn(scheduler: Scheduler): (us: number) => void {
  return (us) => {
    const untilMs = scheduler.nowMs() + us / 1000;
    while (scheduler.nowMs() < untilMs);
  };
}
