import { systemScheduler } from "../../../protocol/seams/clocks.ts";

/** How long turns of this thread's event loop take: a key that comes meanwhile waits so long. */
export interface Turns {
  /** The longest turn of a loop that has nothing to do for a while. */
  ofIdleLoop(): Promise<number>;
  begin(): void;
  /** The longest since `begin`. */
  end(): number;
}

const IDLE_MS = 300;

export function watchTurns(): Turns {
  let longestMs = 0;
  let lastMs = 0;
  let isWatching = false;

  function turn(): void {
    if (!isWatching) return;
    const nowMs = systemScheduler.nowMs();
    longestMs = Math.max(longestMs, nowMs - lastMs);
    lastMs = nowMs;
    setImmediate(turn);
  }
  function begin(): void {
    isWatching = true;
    longestMs = 0;
    lastMs = systemScheduler.nowMs();
    setImmediate(turn);
  }
  function end(): number {
    isWatching = false;
    return Math.max(longestMs, systemScheduler.nowMs() - lastMs);
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
