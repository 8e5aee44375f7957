import type { Bcm } from "../ports.ts";

/** A machine's PWM unit: how its device is called, and which channel of it serves which line of the header. */
export interface PwmUnit {
  /** Of the device's name in sysfs: its address and `.pwm`. */
  readonly device: RegExp;
  readonly channels: ReadonlyMap<number, number>;
}

/** The units behind the header's lines. A Pi 5 has a second one, for its fan. */
export const PWM_UNITS: readonly PwmUnit[] = [
  // Pi 3 and Zero 2 W at 3f20c000, Pi 4 at fe20c000 (BCM2835 and BCM2711 ARM Peripherals, tables of alternative functions).
  {
    device: /20c000\.pwm$/u,
    channels: new Map([
      [12, 0],
      [18, 0],
      [13, 1],
      [19, 1],
    ]),
  },
  // Pi 5 (RP1 Peripherals, table of GPIO functions: PWM0).
  {
    device: /1f00098000\.pwm$/u,
    channels: new Map([
      [12, 0],
      [13, 1],
      [18, 2],
      [19, 3],
    ]),
  },
];

/** The pins' function that leads to PWM: alternative 0 or 5 (firmware overlays, README, `pwm`). */
const OVERLAY_FUNCTIONS: ReadonlyMap<number, number> = new Map([
  [12, 4],
  [13, 4],
  [18, 2],
  [19, 2],
]);

/** The line of config.txt that gives a line to PWM; null for a line that has none. */
export function overlayFor(line: Bcm): string | null {
  const pinFunction = OVERLAY_FUNCTIONS.get(line);
  return pinFunction === undefined ? null : `dtoverlay=pwm,pin=${line},func=${pinFunction}`;
}
