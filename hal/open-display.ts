import { Gpio4Bus } from "./lcd/bus-gpio4.ts";
import { Hd44780Display } from "./lcd/hd44780.ts";
import type { SerialCommandSet } from "./lcd/serlcd-commands.ts";
import type { Machine } from "./machine.ts";
import type { DisplayPlan, Hd44780GpioPlan, SerialDisplayPlan } from "./plan.ts";
import type { CharacterDisplay } from "./ports.ts";
import { gpioWhenNeeded, i2cWhenNeeded, serialWhenNeeded } from "./when-needed.ts";

export interface OpenDisplayOptions {
  /** Since when a display's controller has had power for certain, on the scheduler's time line; since now when left out. */
  readonly poweredSinceMs?: number;
}

/** Opens the display of a plan; loads what its driver needs. Trouble with the part itself goes to its `onFault`. */
export async function openDisplay(
  plan: DisplayPlan,
  machine: Machine,
  options: OpenDisplayOptions = {},
): Promise<CharacterDisplay> {
  const { scheduler } = machine;
  switch (plan.driver) {
    case "hd44780-gpio":
      return openWiredDisplay(plan, machine, options);
    case "hd44780-i2c": {
      const { Pcf8574Bus } = await import("./lcd/bus-pcf8574.ts");
      const { address, clockHz, pins, size, rom } = plan;
      const bus = new Pcf8574Bus({ i2c: i2cWhenNeeded(machine, plan.bus), address, clockHz, pins });
      return new Hd44780Display({ bus, scheduler, size, rom, ...options });
    }
    case "npm-lcd": {
      const { openNpmLcd } = await import("./lcd/npm-lcd.ts");
      return openNpmLcd({ plan, scheduler, light: gpioWhenNeeded(machine), ...options });
    }
    case "serlcd":
    case "matrix-orbital": {
      const { SerialDisplay } = await import("./lcd/serlcd.ts");
      const commands = await commandSetOf(plan.driver);
      return new SerialDisplay({ plan, commands, serial: serialWhenNeeded(machine), scheduler, ...options });
    }
  }
}

/** The usual display, at once: its driver is loaded with this file, for it shows the first frame. */
export function openWiredDisplay(
  plan: Hd44780GpioPlan,
  machine: Machine,
  options: OpenDisplayOptions = {},
): CharacterDisplay {
  const { size, rom } = plan;
  const bus = new Gpio4Bus(gpioWhenNeeded(machine), plan);
  return new Hd44780Display({ bus, scheduler: machine.scheduler, size, rom, ...options });
}

async function commandSetOf(driver: SerialDisplayPlan["driver"]): Promise<SerialCommandSet> {
  if (driver === "matrix-orbital") return (await import("./lcd/serlcd-matrix-orbital.ts")).MATRIX_ORBITAL;
  return (await import("./lcd/serlcd-commands.ts")).SERLCD;
}
