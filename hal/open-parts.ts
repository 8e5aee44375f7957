import { GpioLeds } from "./leds/gpio-leds.ts";
import { MatrixKeypad } from "./keypad/matrix-keypad.ts";
import { openDisplay } from "./open-display.ts";
import type { Machine } from "./machine.ts";
import type { PartsPlan, ReaderPlan, SounderPlan } from "./plan.ts";
import type { CharacterDisplay, Keypad, Leds, Reader, Sounder } from "./ports.ts";
import { GpioBuzzer } from "./sounder/gpio-buzzer.ts";
import { SILENT_SOUNDER } from "./sounder/silent.ts";
import { gpioWhenNeeded, pwmWhenNeeded, serialWhenNeeded } from "./when-needed.ts";

/** The drivers of one life of a terminal. */
export interface Parts {
  readonly display: CharacterDisplay;
  readonly keypad: Keypad;
  readonly sounder: Sounder;
  readonly leds: Leds | null;
  readonly reader: Reader | null;
}

/**
 * Opens the drivers that a plan names on a machine. Resolves when their code is loaded: none waits for its part, each reports its own
 * trouble and mends itself. `display` is one that is open already.
 */
export async function openParts(
  plan: PartsPlan,
  machine: Machine,
  display?: CharacterDisplay,
): Promise<Parts> {
  const { scheduler } = machine;
  const bank = gpioWhenNeeded(machine);
  return {
    display: display ?? (await openDisplay(plan.display, machine)),
    keypad: new MatrixKeypad({ bank, scheduler, ...plan.keypad }),
    sounder: await openSounder(plan.sounder, machine),
    leds: plan.leds === null ? null : new GpioLeds({ bank, scheduler, lines: plan.leds }),
    reader: await openReader(plan.reader, machine),
  };
}

async function openSounder(plan: SounderPlan | null, machine: Machine): Promise<Sounder> {
  if (plan === null) return SILENT_SOUNDER;
  const { scheduler } = machine;
  const { pin: line } = plan;
  if (plan.driver === "active") return new GpioBuzzer({ bank: gpioWhenNeeded(machine), scheduler, line });
  const { PwmBuzzer } = await import("./sounder/pwm-buzzer.ts");
  return new PwmBuzzer({ pwm: pwmWhenNeeded(machine), scheduler, line, frequencyHz: plan.frequencyHz });
}

async function openReader(plan: ReaderPlan | null, machine: Machine): Promise<Reader | null> {
  if (plan === null) return null;
  const { SerialReader } = await import("./reader/serial-reader.ts");
  return new SerialReader(plan, serialWhenNeeded(machine), machine.scheduler);
}

/** Closes them all; a part that fails at that has nobody left to tell. */
export async function closeParts({ display, keypad, sounder, leds, reader }: Parts): Promise<void> {
  const parts = [display, keypad, sounder, leds, reader].filter((part) => part !== null);
  await Promise.allSettled(parts.map((part) => part.close()));
}
