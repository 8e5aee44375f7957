import type { Random, Scheduler, WallClock } from "../seams.ts";

/** The production seams: Node's timers, the machine's clocks, the system's randomness. Only roots hand these out. */

/** Node takes a longer timer for one of 1 ms. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;
const NS_PER_MS = 1e6;

export const systemScheduler: Scheduler = {
  // CLOCK_MONOTONIC counts from the machine's boot, so that a wait survives a restart of the daemon within it.
  nowMs: monotonicMs,
  after(delayMs, run) {
    // Node's timers drop fractions of milliseconds and round the present, so they come up to a millisecond early. A
    // display's controller that is written to so early shows nonsense.
    const dueMs = monotonicMs() + delayMs;
    let timer = arm(delayMs);
    function arm(waitMs: number): NodeJS.Timeout {
      return setTimeout(callWhenDue, Math.min(Math.max(0, Math.ceil(waitMs)), LONGEST_TIMER_MS));
    }
    function callWhenDue(): void {
      const leftMs = dueMs - monotonicMs();
      if (leftMs > 0) timer = arm(leftMs);
      else run();
    }
    return { cancel: () => clearTimeout(timer) };
  },
  soon(run) {
    setImmediate(run);
  },
};

function monotonicMs(): number {
  return Number(process.hrtime.bigint()) / NS_PER_MS;
}

export const systemWallClock: WallClock = { wallMs: () => Date.now() };

export const systemRandom: Random = {
  bytes: (length) => new Uint8Array(randomBytes(length)),
  uniform: () => randomBytes(6).readUIntBE(0, 6) / 2 ** 48,
};

/** Loaded at the first call: a terminal lights its display before it needs chance, and this takes a sixth of Node's start. */
function randomBytes(length: number): Buffer {
  return process.getBuiltinModule("node:crypto").randomBytes(length);
}
