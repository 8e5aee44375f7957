import { HalError } from "../errors.ts";
import type { KernelClock, SystemClock } from "../ports.ts";
import type { SysfsFiles } from "../sysfs.ts";
import type { Adjtimex } from "./adjtimex.ts";
import { decodeTimex, TIMEX_BYTES } from "./timex.ts";

export interface LinuxClockOptions {
  /** Loads the call when the kernel is first asked; what it throws is thrown then. */
  readonly adjtimex: () => Adjtimex;
  readonly files: SysfsFiles;
}

const RTC_FOLDER = "/sys/class/rtc";

/** Linux's clock: adjtimex(2), and the real-time clocks of sysfs. */
export class LinuxClock implements SystemClock {
  readonly #load: () => Adjtimex;
  readonly #files: SysfsFiles;
  #call: Adjtimex | null = null;

  constructor({ adjtimex, files }: LinuxClockOptions) {
    this.#load = adjtimex;
    this.#files = files;
  }

  kernel(): KernelClock {
    this.#call ??= this.#load();
    const timex = Buffer.alloc(TIMEX_BYTES);
    if (this.#call(timex) < 0) {
      throw new HalError(
        "hal.clock.io",
        "the kernel does not answer adjtimex: is it filtered for this service?",
      );
    }
    return decodeTimex(timex);
  }

  /** `hctosys` is 1 for the one by which the kernel did set its clock (Documentation/ABI/testing/sysfs-class-rtc). */
  setByRtc(): boolean {
    return this.#files.list(RTC_FOLDER).some((name) => this.#read(`${RTC_FOLDER}/${name}/hctosys`) === "1");
  }

  #read(path: string): string | null {
    try {
      return this.#files.read(path);
    } catch {
      // It was unplugged meanwhile, or says nothing of it: then it did not set the clock.
      return null;
    }
  }
}
