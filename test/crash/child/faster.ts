import type { Scheduler, WallClock } from "../../../protocol/seams.ts";

/**
 * A scheduler whose time runs faster than the machine's: heartbeats, time-outs and pauses keep their proportions, and nobody
 * waits real minutes for them.
 */
export function fasterScheduler(scheduler: Scheduler, times: number): Scheduler {
  return {
    nowMs: () => scheduler.nowMs() * times,
    after: (delayMs, run) => scheduler.after(delayMs / times, run),
    soon: (run) => scheduler.soon(run),
  };
}

/** Likewise; the two agree, counted from an instant that all processes of a test share (wall, milliseconds). */
export function fasterWallClock(wallClock: WallClock, times: number, beganMs: number): WallClock {
  return { wallMs: () => Math.floor(beganMs + (wallClock.wallMs() - beganMs) * times) };
}
