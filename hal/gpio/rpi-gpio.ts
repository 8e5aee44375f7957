import type { RpiGpio } from "rpi-gpio";
import { loadAddon } from "../addon.ts";
import { claimsIn } from "../claims.ts";
import { HalError } from "../errors.ts";
import type { GpioBank, Scheduler } from "../ports.ts";
import { SYSFS, type SysfsFiles } from "../sysfs.ts";
import { busyWait } from "./gpiochip.ts";
import type { OpenSysfsOptions } from "./onoff.ts";
import { folderOf, SysfsBank, type SysfsLineRequest, type SysfsPackage } from "./sysfs-bank.ts";
import { findSysfsChip } from "./sysfs-chip.ts";
import type { SysfsLine } from "./sysfs-lines.ts";

/** The one door to the package rpi-gpio. */

/**
 * Loads rpi-gpio. It has one set of lines for the whole process and frees them only all at once, so lines are freed here and the package is
 * told when the last one is gone. Limits of the package that cannot be helped: an input that is opened again while others stay open costs two
 * descriptors for good, and a kernel that refuses to read a line at an edge ends the process.
 */
export async function rpiGpioPackage(files: SysfsFiles): Promise<SysfsPackage> {
  const gpio = await loadAddon("rpi-gpio (epoll)", async () => (await import("rpi-gpio")).default);
  return new RpiGpioPackage(gpio, files);
}

class RpiGpioPackage implements SysfsPackage {
  readonly name = "rpi-gpio";
  readonly #gpio: RpiGpio;
  readonly #files: SysfsFiles;
  readonly #open = new Set<number>();
  /** Channels that the package already takes for outputs: it needs no other setup to write them again. */
  readonly #outputs = new Set<number>();
  readonly #listeners = new Map<number, (high: boolean) => void>();

  constructor(gpio: RpiGpio, files: SysfsFiles) {
    this.#gpio = gpio;
    this.#files = files;
  }

  async open(request: SysfsLineRequest): Promise<SysfsLine> {
    const { number: channel, direction } = request;
    if (this.#open.size === 0) this.#begin();
    this.#open.add(channel);
    try {
      if (direction !== "in" && this.#outputs.has(channel)) this.#direct(channel, direction);
      else await done((each) => this.#gpio.setup(channel, direction, "none", each));
    } catch (error) {
      await this.#end(channel);
      throw error;
    }
    if (direction !== "in") this.#outputs.add(channel);
    return this.#line(channel);
  }

  #begin(): void {
    this.#gpio.setMode(this.#gpio.MODE_BCM);
    this.#gpio.on("change", (channel, high) => this.#listeners.get(channel)?.(high));
  }

  #line(channel: number): SysfsLine {
    return {
      read: () =>
        new Promise((resolve, reject) => {
          this.#gpio.read(channel, (error, high) => (error === null ? resolve(high) : reject(error)));
        }),
      write: (high) => done((each) => this.#gpio.write(channel, high, each)),
      setDirection: (direction) => Promise.resolve().then(() => this.#direct(channel, direction)),
      watch: (listener) => {
        // Without a listener no edge shall wake the process.
        if (listener === null) this.#listeners.delete(channel);
        else this.#listeners.set(channel, listener);
        this.#setEdge(channel, listener === null ? "none" : "both");
      },
      close: async () => {
        this.#listeners.delete(channel);
        try {
          this.#direct(channel, "in");
        } finally {
          await this.#end(channel);
        }
      },
    };
  }

  #direct(channel: number, direction: string): void {
    this.#files.write(`${folderOf(channel)}/direction`, direction);
  }

  #setEdge(channel: number, edge: "none" | "both"): void {
    try {
      this.#files.write(`${folderOf(channel)}/edge`, edge);
    } catch {
      // The next reading of the line says what is wrong with it.
    }
  }

  async #end(channel: number): Promise<void> {
    this.#open.delete(channel);
    if (this.#open.size > 0) return;
    this.#outputs.clear();
    // It fails for lines that were freed before, after it has stopped watching them all.
    await done((each) => this.#gpio.destroy(each)).catch(() => undefined);
    this.#gpio.reset();
  }
}

/** Waits for a call that ends with a callback. */
function done(call: (each: (error?: Error | null) => void) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    call((error) => (error === undefined || error === null ? resolve() : reject(error)));
  });
}

/**
 * The header's lines through sysfs and the package rpi-gpio, which takes BCM numbers for sysfs numbers: on base 0 only. Rejects with HalError
 * `hal.gpio.unsupported` elsewhere, and like {@link openOnoff}.
 */
export async function openRpiGpio(
  scheduler: Scheduler,
  { files = SYSFS, claims = claimsIn() }: OpenSysfsOptions = {},
): Promise<GpioBank> {
  const { label, base } = findSysfsChip(files);
  if (base !== 0) {
    throw new HalError(
      "hal.gpio.unsupported",
      `rpi-gpio works where the lines of ${label} begin at 0 in sysfs, before Linux 6.6; here they begin at ${base}: use gpiochip or onoff`,
    );
  }
  const bank = new SysfsBank({
    package: await rpiGpioPackage(files),
    files,
    claims,
    scheduler,
    spinUs: busyWait(scheduler),
  });
  bank.find();
  return bank;
}
