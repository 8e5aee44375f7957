import { systemScheduler } from "../../../protocol/seams/clocks.ts";

/**
 * How long turns of this thread's event loop take: a key that comes meanwhile waits so long. Where others share the machine a turn
 * is as long as the processor time that it took of it.
 */
export interface Turns {
  /** The longest turn of a loop that has nothing to do for a while, ms. */
  ofIdleLoop(): Promise<number>;
  begin(): void;
  /** The longest since `begin`, ms. */
  end(): number;
}

const IDLE_MS = 300;
const US_PER_MS = 1_000;

export function watchTurns(): Turns {
  let longestMs = 0;
  let last = clocks();
  let isWatching = false;

  function look(): void {
    const now = clocks();
    longestMs = Math.max(longestMs, Math.min(now.wallMs - last.wallMs, now.threadMs - last.threadMs));
    last = now;
  }
  function turn(): void {
    if (!isWatching) return;
    look();
    setImmediate(turn);
  }
  function begin(): void {
    isWatching = true;
    longestMs = 0;
    last = clocks();
    setImmediate(turn);
  }
  function end(): number {
    look();
    isWatching = false;
    return longestMs;
  }
  return {
    begin,
    end,
    async ofIdleLoop() {
      begin();
      await new Promise((resolve) => setTimeout(resolve, IDLE_MS));
      return end();
    },
  };
}

/** Processor time is counted by ticks of the kernel, some milliseconds each; the monotonic clock is exact. */
function clocks(): { readonly wallMs: number; readonly threadMs: number } {
  const { user, system } = process.threadCpuUsage();
  return { wallMs: systemScheduler.nowMs(), threadMs: (user + system) / US_PER_MS };
}
