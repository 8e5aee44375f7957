import { spawnSync } from "node:child_process";
import { closeSync, openSync, readFileSync, writeSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { realTime } from "./real-time.ts";
import { until } from "./real-time-waits.ts";

/** The kernel's software watchdog, set to bark after two seconds without biting (softdog soft_margin=2 soft_noboot=1). */
const DEVICE = "/dev/watchdog";
const MARGIN_MS = 2_000;
const FEED_EVERY_MS = 500;

const state = (): string => readFileSync("/sys/class/watchdog/watchdog0/state", "utf8").trim();
/** How often it would have reset the machine. */
const barks = (): number => {
  const log = spawnSync("dmesg", { encoding: "utf8" }).stdout;
  return [...log.matchAll(/softdog: .*[Rr]eboot ignored/g)].length;
};
const feed = (fd: number) => writeSync(fd, "1");
const closeForGood = (fd: number): void => {
  writeSync(fd, "V");
  closeSync(fd);
};

describe("the watchdog of a real kernel", () => {
  test("runs from opening on, is kept quiet by writes, and stops at the magic close", async () => {
    expect(state()).toBe("inactive");
    const before = barks();
    const fd = openSync(DEVICE, "w");
    expect(state()).toBe("active");
    const endMs = realTime.nowMs() + 2 * MARGIN_MS;
    while (realTime.nowMs() < endMs) {
      feed(fd);
      await realTime.run(realTime.nowMs() + FEED_EVERY_MS);
    }
    expect(barks()).toBe(before);
    closeForGood(fd);
    expect(state()).toBe("inactive");
  });

  test("is opened by one at a time", () => {
    const fd = openSync(DEVICE, "w");
    expect(() => openSync(DEVICE, "w")).toThrow("EBUSY");
    closeForGood(fd);
  });

  test("goes on when it is closed without the magic letter, as by a process that dies, and would reset the machine", async () => {
    const before = barks();
    closeSync(openSync(DEVICE, "w"));
    expect(state()).toBe("active");
    await until(() => barks() > before);
    closeForGood(openSync(DEVICE, "w"));
    expect(state()).toBe("inactive");
  });
});
