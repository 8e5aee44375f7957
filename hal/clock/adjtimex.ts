import koffi from "koffi";
import { HalError } from "../errors.ts";
import { decodeTimex, TIMEX_BYTES, type KernelClock } from "./timex.ts";

/** The door to adjtimex(2). */

let call: ((timex: Buffer) => unknown) | null = null;

/** Asks the kernel, which takes a microsecond and no privilege. Throws HalError `hal.clock.io` where it does not answer. */
export function readKernelClock(): KernelClock {
  const timex = Buffer.alloc(TIMEX_BYTES);
  try {
    call ??= koffi.load("libc.so.6").func("int adjtimex(void *timex)");
  } catch (cause) {
    throw new HalError("hal.clock.io", "this machine has no adjtimex", { cause });
  }
  const result = call(timex);
  if (typeof result !== "number" || result < 0) {
    throw new HalError("hal.clock.io", `adjtimex failed with errno ${koffi.errno()}`);
  }
  return decodeTimex(timex);
}
