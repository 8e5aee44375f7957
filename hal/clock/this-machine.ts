import type { SystemClock } from "../ports.ts";
import { SYSFS } from "../sysfs.ts";
import { loadAdjtimex } from "./adjtimex.ts";
import { LinuxClock } from "./linux-clock.ts";

/** This machine's clock. */
export function thisMachinesClock(): SystemClock {
  return new LinuxClock({ adjtimex: loadAdjtimex, files: SYSFS });
}
