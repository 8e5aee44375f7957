import type * as z from "zod";
import {
  USUAL_BACKPACK,
  type DisplayPlan,
  type Hd44780GpioPlan,
  type NpmLcdPlan,
  type PartsPlan,
  type ReaderPlan,
  type SounderPlan,
} from "../../hal/plan.ts";
import type {
  displaySchema,
  gpioDisplay,
  keypadSchema,
  ledsSchema,
  npmLcd,
  readerSchema,
  sounderSchema,
} from "./parts-schema.ts";

/** The checked tables of punchbox.toml that name parts. */
export interface PartTables {
  readonly gpio: { readonly backend: PartsPlan["gpio"] };
  readonly display: z.infer<typeof displaySchema>;
  readonly keypad: z.infer<typeof keypadSchema>;
  readonly sounder?: z.infer<typeof sounderSchema> | undefined;
  readonly leds?: z.infer<typeof ledsSchema> | undefined;
  readonly reader?: z.infer<typeof readerSchema> | undefined;
}

/** The plan that drivers are opened by. */
export function partsPlan({ gpio, display, keypad, sounder, leds, reader }: PartTables): PartsPlan {
  return {
    gpio: gpio.backend,
    display: displayPlan(display),
    keypad,
    sounder: sounder === undefined ? null : sounderPlan(sounder),
    leds: leds ?? null,
    reader: reader === undefined ? null : readerPlan(reader),
  };
}

function displayPlan(display: z.infer<typeof displaySchema>): DisplayPlan {
  switch (display.driver) {
    case "hd44780-gpio":
    case "npm-lcd":
      return wiredPlan(display);
    case "hd44780-i2c": {
      const {
        driver,
        size: glassSize,
        rom: characters,
        bus,
        address,
        clock_hz: clockHz,
        pin_map: map,
      } = display;
      if (map === undefined) {
        return { driver, size: glassSize, rom: characters, bus, address, clockHz, pins: USUAL_BACKPACK };
      }
      const { backlight_active_high: backlightActiveHigh, ...outputs } = map;
      const pins = { ...outputs, backlightActiveHigh };
      return { driver, size: glassSize, rom: characters, bus, address, clockHz, pins };
    }
    case "serlcd":
    case "matrix-orbital": {
      const { driver, size: glassSize, path, baud_rate: rate, contrast } = display;
      return { driver, size: glassSize, path, baudRate: rate, contrast };
    }
  }
}

function wiredPlan({
  driver,
  size: glassSize,
  rom: characters,
  rs,
  e,
  data,
  backlight,
}: z.infer<typeof gpioDisplay> | z.infer<typeof npmLcd>): Hd44780GpioPlan | NpmLcdPlan {
  const plan = { size: glassSize, rom: characters, rs, e, data };
  return backlight === undefined ? { driver, ...plan } : { driver, ...plan, backlight };
}

function sounderPlan(sounder: z.infer<typeof sounderSchema>): SounderPlan {
  return sounder.driver === "active"
    ? { driver: "active", pin: sounder.pin }
    : { driver: "pwm", pin: sounder.pin, frequencyHz: sounder.frequency_hz };
}

function readerPlan({ driver, path, baud_rate: rate }: z.infer<typeof readerSchema>): ReaderPlan {
  return { driver, path, baudRate: rate };
}
