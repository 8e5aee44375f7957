import { describe, expect, test } from "vitest";
import { VirtualScheduler } from "../sim/world/virtual-scheduler.ts";
import { Backoff, FIRST_REOPEN_MS, LONGEST_REOPEN_MS } from "./backoff.ts";

describe("a backoff", () => {
  const waited = async (scheduler: VirtualScheduler, backoff: Backoff) => {
    const startMs = scheduler.nowMs();
    let over = false;
    void backoff.wait().then(() => (over = true));
    await scheduler.run(startMs + 2 * LONGEST_REOPEN_MS, () => over);
    return scheduler.nowMs() - startMs;
  };

  test("waits twice as long each time, up to a limit, and starts over when reset", async () => {
    const scheduler = new VirtualScheduler();
    const backoff = new Backoff(scheduler);
    expect(await waited(scheduler, backoff)).toBe(FIRST_REOPEN_MS);
    expect(await waited(scheduler, backoff)).toBe(2 * FIRST_REOPEN_MS);
    for (let count = 0; count < 10; count++) await waited(scheduler, backoff);
    expect(await waited(scheduler, backoff)).toBe(LONGEST_REOPEN_MS);
    backoff.reset();
    expect(await waited(scheduler, backoff)).toBe(FIRST_REOPEN_MS);
  });

  test("ends its wait at close, leaves no timer, and waits no more", async () => {
    const scheduler = new VirtualScheduler();
    const backoff = new Backoff(scheduler);
    const wait = backoff.wait();
    backoff.close();
    await wait;
    await backoff.wait();
    expect(scheduler.pending).toBe(0);
  });
});
