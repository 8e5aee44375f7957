import { randomBytes } from "node:crypto";
import type { Random, Scheduler, WallClock } from "../seams.ts";

/** The production seams: Node's timers, the machine's clocks, the system's randomness. Only roots hand these out. */

/** Node clamps longer timers to 1 ms; a longer wait is a mistake in the caller. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;
const NS_PER_MS = 1e6;

export const systemScheduler: Scheduler = {
  // CLOCK_MONOTONIC counts from the machine's boot, so that a wait survives a restart of the daemon within it.
  nowMs: () => Number(process.hrtime.bigint()) / NS_PER_MS,
  after(delayMs, run) {
    const timer = setTimeout(run, Math.min(Math.max(0, delayMs), LONGEST_TIMER_MS));
    return { cancel: () => clearTimeout(timer) };
  },
  soon(run) {
    setImmediate(run);
  },
};

export const systemWallClock: WallClock = { wallMs: () => Date.now() };

export const systemRandom: Random = {
  bytes: (length) => new Uint8Array(randomBytes(length)),
  uniform: () => randomBytes(6).readUIntBE(0, 6) / 2 ** 48,
};
