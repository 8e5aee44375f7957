/**
 * How long turns of this thread's event loop take: a key that comes meanwhile waits so long. Counted is the thread's own processor
 * time, which is the same however many share the machine.
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
  let lastMs = 0;
  let isWatching = false;

  function look(): void {
    const nowMs = threadMs();
    longestMs = Math.max(longestMs, nowMs - lastMs);
    lastMs = nowMs;
  }
  function turn(): void {
    if (!isWatching) return;
    look();
    setImmediate(turn);
  }
  function begin(): void {
    isWatching = true;
    longestMs = 0;
    lastMs = threadMs();
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

function threadMs(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / US_PER_MS;
}
