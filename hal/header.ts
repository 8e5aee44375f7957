import { bcm, type Bcm } from "./ports.ts";

/** The 40-pin header of every 64-bit Raspberry Pi (Raspberry Pi documentation, "GPIO and the 40-pin header"). */

export type HeaderPin =
  | { readonly position: number; readonly kind: "3.3 V" | "5 V" | "ground" }
  | { readonly position: number; readonly kind: "gpio"; readonly bcm: Bcm };

const POSITIONS: readonly ("3.3 V" | "5 V" | "ground" | number)[] = [
  "3.3 V",
  "5 V",
  2,
  "5 V",
  3,
  "ground",
  4,
  14,
  "ground",
  15,
  17,
  18,
  27,
  "ground",
  22,
  23,
  "3.3 V",
  24,
  10,
  "ground",
  9,
  25,
  11,
  8,
  "ground",
  7,
  0,
  1,
  5,
  "ground",
  6,
  12,
  13,
  "ground",
  19,
  16,
  26,
  20,
  "ground",
  21,
];

/** All 40, position 1 first. */
export const HEADER: readonly HeaderPin[] = POSITIONS.map((what, index) =>
  typeof what === "number"
    ? { position: index + 1, kind: "gpio", bcm: bcm(what) }
    : { position: index + 1, kind: what },
);

/** Lines that something other than a part may need, and what that is. */
export const SPECIAL_LINES: ReadonlyMap<number, "ID EEPROM" | "I2C bus 1" | "serial port" | "PWM"> = new Map([
  [0, "ID EEPROM"],
  [1, "ID EEPROM"],
  [2, "I2C bus 1"],
  [3, "I2C bus 1"],
  [14, "serial port"],
  [15, "serial port"],
  [12, "PWM"],
  [13, "PWM"],
  [18, "PWM"],
  [19, "PWM"],
]);

/** Where a line is on the header. Throws RangeError for one that is not. */
export function positionOf(line: Bcm): number {
  const pin = HEADER.find((each) => each.kind === "gpio" && each.bcm === line);
  if (pin === undefined) throw new RangeError(`GPIO${line} is not on the header`);
  return pin.position;
}

const GPIO_NAME = /^GPIO([0-9]{1,2})$/;
const POSITION_NAME = /^pin ([0-9]{1,2})$/;

/** What is wrong with a pin's name, or the line it names. */
export type ParsedPin = { readonly line: Bcm } | { readonly problem: string };

/**
 * Reads a pin as people write it: `GPIO17` by its BCM number or `pin 11` by its place on the header. A bare number could be
 * either, so it is neither.
 */
export function parsePin(text: string): ParsedPin {
  const number = GPIO_NAME.exec(text)?.[1];
  if (number !== undefined) {
    const pin = HEADER.find((each) => each.kind === "gpio" && each.bcm === Number(number));
    return pin?.kind === "gpio"
      ? { line: pin.bcm }
      : { problem: "is not on the header: GPIO0 to GPIO27 are" };
  }
  const position = POSITION_NAME.exec(text)?.[1];
  if (position === undefined) return { problem: 'must be a pin as "GPIO17" or "pin 11"' };
  const pin = HEADER[Number(position) - 1];
  if (pin === undefined) return { problem: "is not on the header: pin 1 to pin 40 are" };
  return pin.kind === "gpio" ? { line: pin.bcm } : { problem: `is no GPIO: pin ${position} is ${pin.kind}` };
}
