import { systemScheduler } from "../../../protocol/seams/clocks.ts";

/** What is waited for comes within this, on a machine that emulates another one. */
const LIMIT_MS = 60_000;
const LOOK_EVERY_MS = 10;

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => systemScheduler.after(ms, resolve));
}

/** Waits until something is so. Rejects when it never is. */
export async function until(condition: () => boolean): Promise<void> {
  const limitMs = systemScheduler.nowMs() + LIMIT_MS;
  while (!condition()) {
    if (systemScheduler.nowMs() > limitMs) throw new Error(`waited in vain for ${LIMIT_MS / 1000} s`);
    await pause(LOOK_EVERY_MS);
  }
}
