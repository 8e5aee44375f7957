import { LAYOUT_4X3, LAYOUT_4X4 } from "../hal/keypad/layouts.ts";
import { USUAL_BACKPACK, type CharacterRom, type DisplayPlan, type PartsPlan } from "../hal/plan.ts";
import { bcm, type DisplaySize } from "../hal/ports.ts";

/** The wiring that docs/punchbox.toml names: every part at once, each bus of the header left to what needs it. */
export const WIRING = {
  display: { rs: bcm(7), e: bcm(8), data: [bcm(25), bcm(24), bcm(23), bcm(22)], backlight: bcm(27) },
  rows: [bcm(5), bcm(6), bcm(13), bcm(19)],
  columns: [bcm(12), bcm(16), bcm(20), bcm(21)],
  sounder: bcm(18),
  leds: { green: bcm(17), red: bcm(4) },
  i2c: { bus: 1, address: 0x27, clockHz: 100_000 },
  serialDisplay: { path: "/dev/serial0", baudRate: 9600 },
  reader: { driver: "lines", path: "/dev/serial/by-id/usb-reader", baudRate: 9600 },
} as const;

export interface UsualParts {
  readonly display?: DisplaySize | undefined;
  readonly rom?: CharacterRom;
  readonly displayBus?: "gpio" | "i2c" | "serial";
  readonly keypad?: "4x4" | "4x3";
}

/** The plan of a board with the usual wiring. */
export function usualPlan({ display, rom, displayBus = "gpio", keypad = "4x4" }: UsualParts = {}): PartsPlan {
  const glass = { size: display ?? { columns: 20, rows: 4 }, rom: rom ?? "A00" };
  return {
    gpio: "auto",
    display: displayPlan(glass, displayBus),
    keypad:
      keypad === "4x4"
        ? { layout: LAYOUT_4X4, rows: WIRING.rows, columns: WIRING.columns }
        : { layout: LAYOUT_4X3, rows: WIRING.rows, columns: WIRING.columns.slice(0, 3) },
    sounder: { driver: "active", pin: WIRING.sounder },
    leds: WIRING.leds,
    reader: WIRING.reader,
  };
}

function displayPlan(
  glass: { readonly size: DisplaySize; readonly rom: CharacterRom },
  bus: "gpio" | "i2c" | "serial",
): DisplayPlan {
  switch (bus) {
    case "gpio":
      return { driver: "hd44780-gpio", ...glass, ...WIRING.display };
    case "i2c":
      return { driver: "hd44780-i2c", ...glass, ...WIRING.i2c, pins: USUAL_BACKPACK };
    case "serial":
      return { driver: "serlcd", size: glass.size, ...WIRING.serialDisplay };
  }
}
