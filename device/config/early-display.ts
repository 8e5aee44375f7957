import { parse } from "smol-toml";
import { bcm, type Bcm, type DisplaySize } from "../../hal/ports.ts";

/**
 * Reads just enough of a config file to light the display: the first frame comes before the libraries that check the
 * whole file are loaded. Anything unusual here is no error, only no early frame; the full check says what is wrong.
 */
export type EarlyDisplay = {
  readonly driver: "hd44780-gpio";
  readonly size: DisplaySize;
  readonly rs: Bcm;
  readonly e: Bcm;
  readonly data: readonly [Bcm, Bcm, Bcm, Bcm];
  readonly backlight?: Bcm | undefined;
};

const SIZES: Readonly<Record<string, DisplaySize>> = {
  "20x4": { columns: 20, rows: 4 },
  "16x2": { columns: 16, rows: 2 },
};

/** The wiring of a display that can be lit early, or null. */
export function earlyDisplay(text: string): EarlyDisplay | null {
  try {
    const { display } = parse(text);
    if (typeof display !== "object" || Array.isArray(display) || display instanceof Date) return null;
    if (display["driver"] !== "hd44780-gpio") return null;
    const { data, size: named = "20x4" } = display;
    const size = typeof named === "string" && Object.hasOwn(SIZES, named) ? SIZES[named] : undefined;
    if (size === undefined || !Array.isArray(data)) return null;
    const [d4, d5, d6, d7] = data.map(pin);
    const rs = pin(display["rs"]);
    const e = pin(display["e"]);
    if (d4 === undefined || d5 === undefined || d6 === undefined || d7 === undefined) return null;
    const backlight = display["backlight"];
    const lit = backlight === undefined ? {} : { backlight: pin(backlight) };
    return { driver: "hd44780-gpio", size, rs, e, data: [d4, d5, d6, d7], ...lit };
  } catch {
    return null;
  }
}

/** Throws on anything that is not a header pin written as `GPIO17`. */
function pin(value: unknown): Bcm {
  const digits = typeof value === "string" ? /^GPIO([0-9]{1,2})$/.exec(value)?.[1] : undefined;
  return bcm(Number(digits));
}
