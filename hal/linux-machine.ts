import { HalError } from "./errors.ts";
import type { Machine } from "./machine.ts";
import type { GpioBackend } from "./plan.ts";
import type { GpioBank, Scheduler } from "./ports.ts";

export interface LinuxMachineOptions {
  readonly gpio: GpioBackend;
  readonly scheduler: Scheduler;
}

/** This machine's own buses. */
export function linuxMachine({ scheduler }: LinuxMachineOptions): Machine {
  let bank: Promise<GpioBank> | null = null;
  const missing = (): Promise<never> =>
    Promise.reject(new HalError("hal.gpio.unsupported", "this bus is not there yet"));
  return {
    scheduler,
    gpio: () => (bank ??= import("./gpio/gpiochip.ts").then(({ openGpiochip }) => openGpiochip(scheduler))),
    i2c: missing,
    serial: missing,
    pwm: missing,
  };
}
