import type { Bcm, DisplaySize, KeypadLayout } from "./ports.ts";

/**
 * A terminal's parts and how they are wired, as data. A config file is parsed into this; `openParts` opens drivers by it, the
 * simulator builds chips by it, `punchbox wiring` draws it.
 */
export interface PartsPlan {
  readonly gpio: GpioBackend;
  readonly display: DisplayPlan;
  readonly keypad: KeypadPlan;
  readonly sounder: SounderPlan | null;
  readonly leds: LedsPlan | null;
  readonly reader: ReaderPlan | null;
}

/** How lines are reached; `auto` picks the first that works here. */
export type GpioBackend = "auto" | "gpiochip" | "onoff" | "rpi-gpio";

/** Which characters the controller draws by itself: A00 (Latin and Japanese) or A02 (Western European and Cyrillic). */
export type CharacterRom = "A00" | "A02";

export type DisplayPlan = Hd44780GpioPlan | Hd44780I2cPlan | NpmLcdPlan | SerialDisplayPlan;

/** An HD44780 wired to lines, R/W to ground. */
export interface Hd44780Wires {
  readonly rs: Bcm;
  readonly e: Bcm;
  /** D4 to D7. */
  readonly data: readonly [Bcm, Bcm, Bcm, Bcm];
  readonly backlight?: Bcm | undefined;
}

interface Glass {
  readonly size: DisplaySize;
  readonly rom: CharacterRom;
}

export interface Hd44780GpioPlan extends Glass, Hd44780Wires {
  readonly driver: "hd44780-gpio";
}

/** The same wires, driven by the npm package `lcd`. */
export interface NpmLcdPlan extends Glass, Hd44780Wires {
  readonly driver: "npm-lcd";
}

export interface Hd44780I2cPlan extends Glass {
  readonly driver: "hd44780-i2c";
  /** `/dev/i2c-N`. */
  readonly bus: number;
  /** 7 bits. */
  readonly address: number;
  readonly clockHz: 100_000 | 400_000;
  readonly pins: BackpackPins;
}

/** Which output of the PCF8574 (0 to 7) leads where; eight different ones. */
export interface BackpackPins {
  readonly rs: number;
  readonly rw: number;
  readonly e: number;
  readonly backlight: number;
  /** D4 to D7. */
  readonly data: readonly [number, number, number, number];
  /** False on backpacks whose transistor lights at a low output. */
  readonly backlightActiveHigh: boolean;
}

/** The pin map of nearly every backpack that is sold. */
export const USUAL_BACKPACK: BackpackPins = {
  rs: 0,
  rw: 1,
  e: 2,
  backlight: 3,
  data: [4, 5, 6, 7],
  backlightActiveHigh: true,
};

/** A display with a controller of its own behind a serial port: SparkFun's SerLCD, or one with Matrix Orbital's commands. */
export interface SerialDisplayPlan {
  readonly driver: "serlcd" | "matrix-orbital";
  readonly size: DisplaySize;
  /** `/dev/ttyAMA0` */
  readonly path: string;
  readonly baudRate: number;
  /** 0 to 255, as the module counts: 0 is the darkest on a SerLCD, the lightest on a Matrix Orbital. Left as it is when missing. */
  readonly contrast?: number | undefined;
}

export interface KeypadPlan {
  readonly layout: KeypadLayout;
  readonly rows: readonly Bcm[];
  readonly columns: readonly Bcm[];
}

export type SounderPlan =
  /** Beeps by itself when its line is high. */
  | { readonly driver: "active"; readonly pin: Bcm }
  /** A bare disc or coil, driven by the machine's PWM unit at this frequency. */
  | { readonly driver: "pwm"; readonly pin: Bcm; readonly frequencyHz: number };

export interface LedsPlan {
  readonly green: Bcm;
  readonly red: Bcm;
}

export interface ReaderPlan {
  /** RDM6300: binary frames with a checksum. Lines: digits and a line end, as most USB readers send them. */
  readonly driver: "rdm6300" | "lines";
  readonly path: string;
  readonly baudRate: number;
}
