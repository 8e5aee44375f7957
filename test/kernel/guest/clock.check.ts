import { spawnSync } from "node:child_process";
import { afterAll, beforeEach, describe, expect, test } from "vitest";
import { loadAdjtimex } from "../../../hal/clock/adjtimex.ts";
import { thisMachinesClock } from "../../../hal/clock/this-machine.ts";
import { TIMEX_BYTES } from "../../../hal/clock/timex.ts";

/** As an NTP client tells the kernel (include/uapi/linux/timex.h): which field it sets, and at which byte that is. */
const ADJ_MAXERROR = 0x0004;
const MODES_OFFSET = 0;
const MAXERROR_OFFSET = 24;
const PHASE_LIMIT_US = 16_000_000n;
/** The kernel adds 500 us each second. */
const GROWTH_MS = 60;

const UNKEPT = { isSynchronised: false, maxErrorMs: null, estimatedErrorMs: null };

function setMaxError(us: bigint): void {
  const timex = Buffer.alloc(TIMEX_BYTES);
  timex.writeUInt32LE(ADJ_MAXERROR, MODES_OFFSET);
  timex.writeBigInt64LE(us, MAXERROR_OFFSET);
  expect(loadAdjtimex()(timex)).toBeGreaterThanOrEqual(0);
}

describe("the clock of a real kernel", () => {
  const clock = thisMachinesClock();
  beforeEach(() => setMaxError(PHASE_LIMIT_US));
  afterAll(() => setMaxError(PHASE_LIMIT_US));

  test("is nobody's until an NTP client says how wrong it may be", () => {
    expect(clock.kernel()).toEqual(UNKEPT);
    setMaxError(50_000n);
    const kept = clock.kernel();
    expect(kept.isSynchronised).toBe(true);
    expect(kept.maxErrorMs).toBeGreaterThanOrEqual(50);
    expect(kept.maxErrorMs).toBeLessThan(50 + GROWTH_MS);
  });

  test("is nobody's again as soon as somebody sets it by hand", () => {
    setMaxError(50_000n);
    const now = spawnSync("date", ["+%s"], { encoding: "utf8" }).stdout.trim();
    expect(spawnSync("date", ["-s", `@${now}`]).status).toBe(0);
    expect(clock.kernel()).toEqual(UNKEPT);
  });

  test("says by sysfs whether a real-time clock set it", () => {
    const said = spawnSync("sh", ["-c", "cat /sys/class/rtc/*/hctosys 2>/dev/null"], { encoding: "utf8" });
    expect(clock.setByRtc()).toBe(said.stdout.includes("1"));
  });
});
