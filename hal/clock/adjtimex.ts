import koffi from "koffi";
import { HalError } from "../errors.ts";

/** The door to adjtimex(2). */

/** Fills a struct timex; a negative result is a failure, after which `errno` says which. */
export type Adjtimex = (timex: Buffer) => number;

/** Loads the system call. Throws HalError `hal.clock.io` on a machine that has none. */
export function loadAdjtimex(): Adjtimex {
  try {
    const call: (timex: Buffer) => unknown = koffi.load("libc.so.6").func("int adjtimex(void *timex)");
    return (timex) => {
      const result = call(timex);
      return typeof result === "number" ? result : -1;
    };
  } catch (cause) {
    throw new HalError("hal.clock.io", "this machine has no adjtimex", { cause });
  }
}
