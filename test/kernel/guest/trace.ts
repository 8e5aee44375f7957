import { readFileSync, writeFileSync } from "node:fs";

/** The kernel's own trace of GPIO values: one event for each line that is set, in order. */
const TRACING = "/sys/kernel/tracing";
const MS_PER_S = 1000;

export interface LineEvent {
  /** As the kernel numbers it: the chip's base and the line. */
  readonly number: number;
  readonly high: boolean;
  /** CLOCK_MONOTONIC. */
  readonly atMs: number;
}

export function startGpioTrace(): void {
  writeFileSync(`${TRACING}/trace_clock`, "mono");
  writeFileSync(`${TRACING}/trace`, "");
  writeFileSync(`${TRACING}/events/gpio/gpio_value/enable`, "1");
}

/** What has been set since the start, and an end of it. */
export function endGpioTrace(): readonly LineEvent[] {
  writeFileSync(`${TRACING}/events/gpio/gpio_value/enable`, "0");
  const text = readFileSync(`${TRACING}/trace`, "utf8");
  return [...text.matchAll(/ (\d+\.\d+): gpio_value: (\d+) set (\d)/g)].map(([, seconds, number, value]) => ({
    number: Number(number),
    high: value === "1",
    atMs: Number(seconds) * MS_PER_S,
  }));
}
