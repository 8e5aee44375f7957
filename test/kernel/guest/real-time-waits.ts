import { systemScheduler } from "../../../protocol/seams/clocks.ts";

/** What is waited for comes within this, on a busy machine that emulates another one: a hub takes half a minute to load there. */
const LIMIT_MS = 150_000;
const LOOK_EVERY_MS = 10;

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => systemScheduler.after(ms, resolve));
}

/** Waits until something is so. Rejects when it never is. */
export async function until(condition: () => boolean, waitMs = LIMIT_MS): Promise<void> {
  const limitMs = systemScheduler.nowMs() + waitMs;
  while (!condition()) {
    if (systemScheduler.nowMs() > limitMs) throw new Error(`waited in vain for ${waitMs / 1000} s`);
    await pause(LOOK_EVERY_MS);
  }
}
