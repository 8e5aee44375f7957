import { positionOf, SPECIAL_LINES } from "../../hal/header.ts";
import type { PartsPlan } from "../../hal/plan.ts";
import type { Bcm } from "../../hal/ports.ts";

/** Something that cannot be wired as a config file says. */
export interface WiringClash {
  /** The later of two uses: `keypad.columns.0`. */
  readonly field: string;
  readonly message: string;
}

/** Ports that are the header's own UART, at GPIO14 and GPIO15. */
export const HEADER_PORTS: readonly string[] = ["/dev/serial0", "/dev/serial1", "/dev/ttyAMA0", "/dev/ttyS0"];

/** Each line, and each serial port, serves one purpose: every further use is a clash that names both. */
export function wiringClashes(plan: PartsPlan): readonly WiringClash[] {
  const clashes: WiringClash[] = [];
  const ports = new Map<string, string>();
  const lines = new Map<number, string>();
  for (const [line, what] of SPECIAL_LINES) {
    if (what === "ID EEPROM") lines.set(line, "which the Pi keeps for the ID EEPROM of add-on boards");
    if (what === "I2C bus 1") lines.set(line, "which is the I2C bus, with pull-ups of its own on the Pi");
  }
  for (const [path, field] of serialUses(plan)) {
    const first = ports.get(path);
    if (first !== undefined) clashes.push({ field, message: `uses ${path}, which ${first} uses already` });
    else ports.set(path, field);
    if (!HEADER_PORTS.includes(path)) continue;
    for (const [line, what] of SPECIAL_LINES) {
      if (what === "serial port") lines.set(line, `which ${field} uses already as part of ${path}`);
    }
  }
  for (const [line, field] of lineUses(plan)) {
    const first = lines.get(line);
    if (first !== undefined)
      clashes.push({ field, message: `uses GPIO${line} (pin ${positionOf(line)}), ${first}` });
    else lines.set(line, `which ${field} uses already`);
  }
  return clashes;
}

function serialUses({ display, reader }: PartsPlan): readonly (readonly [string, string])[] {
  return [
    ...("path" in display ? [[display.path, "display.path"] as const] : []),
    ...(reader === null ? [] : [[reader.path, "reader.path"] as const]),
  ];
}

function lineUses({ display, keypad, sounder, leds }: PartsPlan): readonly (readonly [Bcm, string])[] {
  const uses: [Bcm, string][] = [];
  if (display.driver === "hd44780-gpio" || display.driver === "npm-lcd") {
    uses.push([display.rs, "display.rs"], [display.e, "display.e"]);
    display.data.forEach((line, index) => uses.push([line, `display.data.${index}`]));
    if (display.backlight !== undefined) uses.push([display.backlight, "display.backlight"]);
  }
  keypad.rows.forEach((line, index) => uses.push([line, `keypad.rows.${index}`]));
  keypad.columns.forEach((line, index) => uses.push([line, `keypad.columns.${index}`]));
  if (sounder !== null) uses.push([sounder.pin, "sounder.pin"]);
  if (leds !== null) uses.push([leds.green, "leds.green"], [leds.red, "leds.red"]);
  return uses;
}
