import type { KernelClock } from "../ports.ts";

/**
 * What the kernel says of its own clock: adjtimex(2), whose struct timex has these offsets on 64-bit machines
 * (include/uapi/linux/timex.h). systemd takes a clock for synchronised by `maxerror` and not by STA_UNSYNC, which a kernel
 * that is synchronised to an RTC keeps set; so do we.
 */
export const TIMEX_BYTES = 208;
const MAXERROR_OFFSET = 24;
const ESTERROR_OFFSET = 32;

/** NTP_PHASE_LIMIT: the kernel lets maxerror grow by 500 ppm from the last correction up to here, and leaves it. */
const PHASE_LIMIT_US = 16_000_000n;
const US_PER_MS = 1_000;

/** Reads a struct timex as adjtimex filled it with `modes` 0, which changes nothing. */
export function decodeTimex(timex: Buffer): KernelClock {
  const maxErrorUs = timex.readBigInt64LE(MAXERROR_OFFSET);
  if (maxErrorUs >= PHASE_LIMIT_US)
    return { isSynchronised: false, maxErrorMs: null, estimatedErrorMs: null };
  return {
    isSynchronised: true,
    maxErrorMs: Number(maxErrorUs) / US_PER_MS,
    estimatedErrorMs: Number(timex.readBigInt64LE(ESTERROR_OFFSET)) / US_PER_MS,
  };
}
