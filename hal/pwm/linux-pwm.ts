import { basename } from "node:path";
import { claimsIn, type Claims } from "../claims.ts";
import { errnoOf } from "../errno.ts";
import { HalError } from "../errors.ts";
import { attempt } from "../gpio/attempt.ts";
import type { Bcm, PwmOutput, PwmOutputs, Scheduler } from "../ports.ts";
import { SYSFS, type SysfsFiles } from "../sysfs.ts";
import { overlayFor, PWM_UNITS, type PwmUnit } from "./pwm-units.ts";

/** Linux, Documentation/driver-api/pwm.rst, "Using PWMs with the sysfs interface". */
const PWM_FOLDER = "/sys/class/pwm";
const CHIP_NAME = /^pwmchip\d+$/u;
/** Frequencies that are accepted: what a sounder or a light may want. */
export const LOWEST_FREQUENCY_HZ = 1;
export const HIGHEST_FREQUENCY_HZ = 100_000;
const NS_PER_S = 1e9;
/** udev gives new channels to the group gpio; that takes some ten milliseconds after the export. */
const SETTLE_LIMIT_MS = 1_000;
const SETTLE_STEP_MS = 10;

export interface LinuxPwmOptions {
  readonly scheduler: Scheduler;
  readonly files?: SysfsFiles;
  readonly claims?: Claims;
  readonly units?: readonly PwmUnit[];
}

/** The machine's PWM unit through sysfs. */
export class LinuxPwm implements PwmOutputs {
  readonly #scheduler: Scheduler;
  readonly #files: SysfsFiles;
  readonly #claims: Claims;
  readonly #units: readonly PwmUnit[];
  /** Folders of the channels that are open here. */
  readonly #held = new Set<string>();

  constructor({ scheduler, files = SYSFS, claims = claimsIn(), units = PWM_UNITS }: LinuxPwmOptions) {
    this.#scheduler = scheduler;
    this.#files = files;
    this.#claims = claims;
    this.#units = units;
  }

  async open(line: Bcm): Promise<PwmOutput> {
    const { chip, channel } = this.#find(line);
    const folder = `${chip}/pwm${channel}`;
    const claim = `${basename(chip)}-${channel}`;
    if (this.#held.has(folder)) throw busy(line, "another part");
    this.#held.add(folder);
    const free = (): void => {
      this.#held.delete(folder);
      this.#unexport(chip, channel, claim);
    };
    try {
      this.#export(line, chip, channel, claim);
    } catch (error) {
      this.#held.delete(folder);
      throw error;
    }
    try {
      await this.#settle(line, folder);
      return new LinuxPwmOutput(this.#files, folder, free);
    } catch (error) {
      free();
      throw error;
    }
  }

  #find(line: Bcm): { readonly chip: string; readonly channel: number } {
    const overlay = overlayFor(line);
    if (overlay === null) {
      throw new HalError("hal.pwm.absent", `GPIO${line} has no PWM: GPIO12, GPIO13, GPIO18 and GPIO19 have`);
    }
    for (const name of this.#files.list(PWM_FOLDER).filter((each) => CHIP_NAME.test(each))) {
      const chip = `${PWM_FOLDER}/${name}`;
      const device = basename(this.#files.resolve(`${chip}/device`));
      const channel = this.#units.find((unit) => unit.device.test(device))?.channels.get(line);
      if (channel !== undefined) return { chip, channel };
    }
    throw new HalError(
      "hal.pwm.absent",
      `the PWM of GPIO${line} is off: "${overlay}" in config.txt enables it`,
    );
  }

  #export(line: Bcm, chip: string, channel: number, claim: string): void {
    if (this.#files.exists(`${chip}/pwm${channel}`)) {
      if (!this.#claims.abandoned(claim)) throw busy(line, "another program, exported in sysfs");
      this.#unexport(chip, channel, claim);
    }
    try {
      this.#files.write(`${chip}/export`, String(channel));
    } catch (cause) {
      throw exportError(line, chip, cause);
    }
    this.#claims.add(claim);
  }

  #unexport(chip: string, channel: number, claim: string): void {
    try {
      this.#files.write(`${chip}/unexport`, String(channel));
      this.#claims.remove(claim);
    } catch {
      // It stays claimed, and the next life frees it.
    }
  }

  async #settle(line: Bcm, folder: string): Promise<void> {
    const limitMs = this.#scheduler.nowMs() + SETTLE_LIMIT_MS;
    while (!ATTRIBUTES.every((name) => this.#files.writable(`${folder}/${name}`))) {
      if (this.#scheduler.nowMs() >= limitMs) throw denied(line, folder);
      await new Promise<void>((resolve) => this.#scheduler.after(SETTLE_STEP_MS, resolve));
    }
  }
}

const ATTRIBUTES = ["period", "duty_cycle", "enable"];

class LinuxPwmOutput implements PwmOutput {
  readonly #files: SysfsFiles;
  readonly #folder: string;
  readonly #free: () => void;
  #closed = false;

  constructor(files: SysfsFiles, folder: string, free: () => void) {
    this.#files = files;
    this.#folder = folder;
    this.#free = free;
  }

  set(frequencyHz: number, share: number): Promise<void> {
    return attempt(() => {
      if (this.#closed) throw new HalError("hal.pwm.io", "this PWM output is closed");
      if (!(frequencyHz >= LOWEST_FREQUENCY_HZ && frequencyHz <= HIGHEST_FREQUENCY_HZ)) {
        throw new RangeError(
          `a frequency is ${LOWEST_FREQUENCY_HZ} to ${HIGHEST_FREQUENCY_HZ} Hz, not ${frequencyHz}`,
        );
      }
      if (!(share >= 0 && share <= 1)) throw new RangeError(`a share is 0 to 1, not ${share}`);
      const periodNs = Math.round(NS_PER_S / frequencyHz);
      try {
        this.#apply(periodNs, Math.round(periodNs * share));
      } catch (cause) {
        throw new HalError("hal.pwm.io", `${this.#folder} cannot be set (${errnoOf(cause).code})`, { cause });
      }
    });
  }

  close(): Promise<void> {
    return attempt(() => {
      if (this.#closed) return;
      this.#closed = true;
      try {
        // A unit that was never set has no period, and refuses to be told anything else.
        if (this.#read("period") > 0) this.#write("duty_cycle", 0);
        this.#write("enable", 0);
      } catch {
        // Without its PWM the line is low as well.
      }
      this.#free();
    });
  }

  /** The kernel never lets a pulse be longer than its period, in between either. */
  #apply(periodNs: number, dutyNs: number): void {
    if (periodNs >= this.#read("period")) {
      this.#write("period", periodNs);
      this.#write("duty_cycle", dutyNs);
    } else {
      this.#write("duty_cycle", dutyNs);
      this.#write("period", periodNs);
    }
    if (this.#read("enable") === 0) this.#write("enable", 1);
  }

  #read(name: string): number {
    return Number(this.#files.read(`${this.#folder}/${name}`));
  }

  #write(name: string, value: number): void {
    this.#files.write(`${this.#folder}/${name}`, String(value));
  }
}

function busy(line: Bcm, who: string): HalError {
  return new HalError("hal.pwm.busy", `the PWM channel of GPIO${line} is in use by ${who}`);
}

function denied(line: Bcm, path: string): HalError {
  return new HalError(
    "hal.pwm.denied",
    `GPIO${line}: ${path} may not be written: is this user in the group gpio, and /sys not read-only for this service?`,
  );
}

/** What the kernel's answers to an export mean (drivers/pwm/core.c). */
function exportError(line: Bcm, chip: string, cause: unknown): HalError {
  const { code } = errnoOf(cause);
  switch (code) {
    case "EBUSY":
      return busy(line, "a driver of the kernel");
    case "EACCES":
    case "EPERM":
    case "EROFS":
      return denied(line, `${chip}/export`);
    default:
      return new HalError("hal.pwm.io", `${chip} does not give up the channel of GPIO${line} (${code})`, {
        cause,
      });
  }
}
