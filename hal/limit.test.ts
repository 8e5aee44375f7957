import { expect, test } from "vitest";
import { VirtualScheduler } from "../sim/world/virtual-scheduler.ts";
import { HalError } from "./errors.ts";
import { within } from "./limit.ts";

const late = () => new HalError("hal.i2c.io", "too late");

test("work that ends within its limit settles as it did, and leaves no timer behind", async () => {
  const scheduler = new VirtualScheduler();
  await expect(within(scheduler, 100, Promise.resolve(7), late)).resolves.toBe(7);
  await expect(within(scheduler, 100, Promise.reject(new Error("refused")), late)).rejects.toThrow("refused");
  expect(scheduler.pending).toBe(0);
});

test("work that never ends is given up at its limit, not before", async () => {
  const scheduler = new VirtualScheduler();
  const never = new Promise<number>(() => undefined);
  const outcomes: string[] = [];
  within(scheduler, 100, never, late).catch(() => outcomes.push("late"));
  await scheduler.run(99);
  expect(outcomes).toEqual([]);
  await scheduler.run(100);
  expect(outcomes).toEqual(["late"]);
});

test("work that fails after its limit troubles nobody", async () => {
  const scheduler = new VirtualScheduler();
  let fail: (cause: Error) => void = () => undefined;
  const work = new Promise<number>((_, reject) => (fail = reject));
  const bounded = within(scheduler, 100, work, late);
  const outcome = expect(bounded).rejects.toMatchObject({ code: "hal.i2c.io" });
  await scheduler.run(100);
  fail(new Error("at last"));
  await outcome;
});
