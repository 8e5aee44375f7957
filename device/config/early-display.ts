import { parse } from "smol-toml";
import { parsePin } from "../../hal/header.ts";
import type { Hd44780GpioPlan } from "../../hal/plan.ts";
import type { Bcm, DisplaySize } from "../../hal/ports.ts";

/**
 * Reads just enough of a config file to light the usual display: the first frame comes before the libraries that check the
 * whole file are loaded. Anything unusual here is no error, only no early frame; the full check says what is wrong.
 */

const SIZES: Readonly<Record<string, DisplaySize>> = {
  "20x4": { columns: 20, rows: 4 },
  "16x2": { columns: 16, rows: 2 },
  "16x4": { columns: 16, rows: 4 },
  "40x2": { columns: 40, rows: 2 },
};

/** The wiring of a display that can be lit early, or null. */
export function earlyDisplay(text: string): Hd44780GpioPlan | null {
  try {
    const { display, gpio } = parse(text);
    if (typeof display !== "object" || Array.isArray(display) || display instanceof Date) return null;
    if (display["driver"] !== "hd44780-gpio" || gpio !== undefined) return null;
    const { data, size: named = "20x4", rom = "A00" } = display;
    const size = typeof named === "string" && Object.hasOwn(SIZES, named) ? SIZES[named] : undefined;
    if (size === undefined || (rom !== "A00" && rom !== "A02") || !Array.isArray(data)) return null;
    const [d4, d5, d6, d7] = data.map(line);
    const rs = line(display["rs"]);
    const e = line(display["e"]);
    if (d4 === undefined || d5 === undefined || d6 === undefined || d7 === undefined) return null;
    const plan = { driver: "hd44780-gpio", size, rom, rs, e, data: [d4, d5, d6, d7] } as const;
    const backlight = display["backlight"];
    return backlight === undefined ? plan : { ...plan, backlight: line(backlight) };
  } catch {
    return null;
  }
}

/** Throws on anything that is not a header pin. */
function line(value: unknown): Bcm {
  const parsed = typeof value === "string" ? parsePin(value) : { problem: "is no text" };
  if ("problem" in parsed) throw new RangeError(parsed.problem);
  return parsed.line;
}
