import type { Gpio as OnoffGpio } from "onoff";
import { loadAddon } from "../addon.ts";
import { claimsIn, type Claims } from "../claims.ts";
import { HalError } from "../errors.ts";
import type { GpioBank, Scheduler } from "../ports.ts";
import { SYSFS, type SysfsFiles } from "../sysfs.ts";
import { busyWait } from "./gpiochip.ts";
import { SysfsBank, type SysfsLineRequest, type SysfsPackage } from "./sysfs-bank.ts";
import { findSysfsChip } from "./sysfs-chip.ts";
import type { SysfsLine } from "./sysfs-lines.ts";

/** The one door to the package onoff. */

/**
 * Loads onoff. Its interrupt handler reads the line itself, and what that throws would end the process; here such an edge is told as a
 * falling one, and whoever reads the lines then meets the error.
 */
export async function onoffPackage(): Promise<SysfsPackage> {
  const { Gpio } = await loadAddon("onoff (epoll)", () => import("onoff"));

  class GuardedGpio extends Gpio {
    override readSync(): 0 | 1 {
      try {
        return super.readSync();
      } catch {
        return 0;
      }
    }

    /** Throws where the kernel refuses. */
    level(): boolean {
      return super.readSync() === 1;
    }
  }

  return {
    name: "onoff",
    open: (request) =>
      Promise.resolve().then(() => {
        const { number, direction, edges } = request;
        const gpio = new GuardedGpio(number, direction, edges ? "both" : "none");
        try {
          checkSetUp(gpio, request);
        } catch (error) {
          gpio.unexport();
          throw error;
        }
        return lineOf(gpio, () => gpio.level());
      }),
  };
}

/** onoff passes over what goes wrong while it sets up a line that was exported before. */
function checkSetUp(gpio: OnoffGpio, { bcm, direction, edges }: SysfsLineRequest): void {
  const direct = gpio.direction() === (direction === "in" ? "in" : "out");
  if (!direct || (edges && gpio.edge() !== "both")) {
    throw new HalError("hal.gpio.io", `GPIO${bcm}: the kernel refuses its direction or its edges`);
  }
}

function lineOf(gpio: OnoffGpio, level: () => boolean): SysfsLine {
  const call = <Result>(work: () => Result): Promise<Result> => Promise.resolve().then(work);
  return {
    read: () => call(level),
    write: (high) => call(() => gpio.writeSync(high ? 1 : 0)),
    setDirection: (direction) => call(() => gpio.setDirection(direction)),
    watch(listener) {
      gpio.unwatchAll();
      if (listener === null) return;
      // Reading clears what happened before.
      gpio.readSync();
      gpio.watch((_error, value) => listener(value === 1));
    },
    close: () =>
      call(() => {
        try {
          gpio.setDirection("in");
        } finally {
          gpio.unexport();
        }
      }),
  };
}

/** Whose files the bank uses: this machine's when left out. */
export interface OpenSysfsOptions {
  readonly files?: SysfsFiles;
  readonly claims?: Claims;
}

/**
 * The header's lines through sysfs and the package onoff, on any base. Rejects with HalError `hal.gpio.unsupported`, `hal.gpio.absent`,
 * `hal.gpio.denied` or `hal.addon.missing` where they cannot be reached this way.
 */
export async function openOnoff(
  scheduler: Scheduler,
  { files = SYSFS, claims = claimsIn() }: OpenSysfsOptions = {},
): Promise<GpioBank> {
  // Whether there is a chip is known before the add-on is wanted.
  findSysfsChip(files);
  const bank = new SysfsBank({
    package: await onoffPackage(),
    files,
    claims,
    scheduler,
    spinUs: busyWait(scheduler),
  });
  bank.find();
  return bank;
}
