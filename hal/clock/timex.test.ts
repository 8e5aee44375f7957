import { describe, expect, it } from "vitest";
import { thisMachinesClock } from "./this-machine.ts";
import { decodeTimex, TIMEX_BYTES } from "./timex.ts";

/** As a C program fills it: `maxerror` and `esterror` in microseconds at bytes 24 and 32. */
function timex(maxErrorUs: bigint, estimatedErrorUs: bigint, status: number): Buffer {
  const bytes = Buffer.alloc(TIMEX_BYTES);
  bytes.writeBigInt64LE(maxErrorUs, 24);
  bytes.writeBigInt64LE(estimatedErrorUs, 32);
  bytes.writeInt32LE(status, 40);
  return bytes;
}
const STA_UNSYNC = 0x40;

describe("the kernel's word on its clock", () => {
  it("is that of maxerror: below 16 s the clock is disciplined, whatever STA_UNSYNC says", () => {
    expect(decodeTimex(timex(15_999_999n, 250n, STA_UNSYNC))).toEqual({
      isSynchronised: true,
      maxErrorMs: 15_999.999,
      estimatedErrorMs: 0.25,
    });
    expect(decodeTimex(timex(0n, 0n, 0)).isSynchronised).toBe(true);
  });

  it("nobody disciplines a clock whose maxerror has grown to its limit", () => {
    const unknown = { isSynchronised: false, maxErrorMs: null, estimatedErrorMs: null };
    expect(decodeTimex(timex(16_000_000n, 16_000_000n, 0))).toEqual(unknown);
  });

  it("comes from this machine's own system call", () => {
    const clock = thisMachinesClock().kernel();
    expect(clock.isSynchronised).toBe(clock.maxErrorMs !== null);
    expect(clock.maxErrorMs ?? 0).toBeGreaterThanOrEqual(0);
    expect(clock.maxErrorMs ?? 0).toBeLessThan(16_000);
  });
});
