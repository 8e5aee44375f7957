import { readdirSync, readFileSync, writeFileSync } from "node:fs";

/** What the kernel itself counts of a process. */

const SYSTEM_CALLS = "/sys/kernel/tracing/events/raw_syscalls/sys_enter";
const HISTOGRAM = "hist:keys=common_pid";

function threadsOf(pid: number): number[] {
  return readdirSync(`/proc/${pid}/task`).map(Number);
}

/**
 * Times that a thread of this process went to sleep since it began (proc(5), status: voluntary_ctxt_switches): once for each time that it
 * was woken. Involuntary ones tell how busy the machine is, not the process.
 */
export function sleepsOf(pid: number): number {
  return threadsOf(pid).reduce((sum, thread) => {
    const status = readFileSync(`/proc/${pid}/task/${thread}/status`, "utf8");
    const counts = [...status.matchAll(/^voluntary_ctxt_switches:\s+(\d+)$/gm)];
    return counts.reduce((total, [, count]) => total + Number(count), sum);
  }, 0);
}

/** Begins to count all system calls of the machine, by thread. */
export function startCountingSystemCalls(): void {
  writeFileSync(`${SYSTEM_CALLS}/trigger`, HISTOGRAM);
}

/** System calls of this process since the count began. */
export function systemCallsOf(pid: number): number {
  const threads = new Set(threadsOf(pid));
  const lines = readFileSync(`${SYSTEM_CALLS}/hist`, "utf8").matchAll(
    /common_pid:\s+(\d+) \} hitcount:\s+(\d+)/g,
  );
  return [...lines].reduce(
    (sum, [, thread, count]) => (threads.has(Number(thread)) ? sum + Number(count) : sum),
    0,
  );
}
