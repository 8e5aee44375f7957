import { onTestFinished } from "vitest";
import { openGpiochip } from "../../../hal/gpio/gpiochip.ts";
import { openOnoff } from "../../../hal/gpio/onoff.ts";
import { openRpiGpio } from "../../../hal/gpio/rpi-gpio.ts";
import type { GpioBackend } from "../../../hal/plan.ts";
import type { GpioBank, GpioLineRequest, GpioLines } from "../../../hal/ports.ts";
import { tell } from "./bench.ts";
import { realTime } from "./real-time.ts";

/** Number of the first line in sysfs, in this machine. */
export const BASE = Number(process.env["BED_BASE"]);

export interface BackEnd {
  readonly name: Exclude<GpioBackend, "auto">;
  readonly open: () => Promise<GpioBank>;
  /** Where pulls come from: the lines, or only resistors on the board. */
  readonly pulls: "line" | "board";
}

export const GPIOCHIP: BackEnd = {
  name: "gpiochip",
  open: () => openGpiochip(realTime),
  pulls: "line",
};
export const ONOFF: BackEnd = { name: "onoff", open: () => openOnoff(realTime), pulls: "board" };
export const RPI_GPIO: BackEnd = { name: "rpi-gpio", open: () => openRpiGpio(realTime), pulls: "board" };

/** All that work with this machine's numbers. */
export const BACK_ENDS: readonly BackEnd[] = BASE === 0 ? [GPIOCHIP, ONOFF, RPI_GPIO] : [GPIOCHIP, ONOFF];

/** Opens a back end on a board with the pulls that are asked for; what a test opens is closed when the test is over. */
export async function bankForTest({ open, pulls }: BackEnd): Promise<GpioBank> {
  const bank = await open();
  const opened: GpioLines[] = [];
  onTestFinished(async () => {
    tell("fail 0");
    for (const lines of opened) await lines.close();
  });
  return {
    name: bank.name,
    async open(consumer: string, requests: readonly GpioLineRequest[]): Promise<GpioLines> {
      if (pulls === "board") solderPulls(requests);
      const lines = await bank.open(consumer, requests);
      opened.push(lines);
      return lines;
    },
  };
}

/** Resistors where the lines have no pulls of their own. */
function solderPulls(requests: readonly GpioLineRequest[]): void {
  for (const line of requests) {
    if (line.direction === "in") tell(`pull-${line.pull} ${line.bcm}`);
  }
}
