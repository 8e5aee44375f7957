import { MatrixKeypad } from "./keypad/matrix-keypad.ts";
import { openDisplay } from "./open-display.ts";
import type { Machine } from "./machine.ts";
import type { PartsPlan, ReaderPlan, SounderPlan } from "./plan.ts";
import type { CharacterDisplay, Keypad, Leds, Reader, Sounder } from "./ports.ts";
import { GpioBuzzer } from "./sounder/gpio-buzzer.ts";
import { SILENT_SOUNDER } from "./sounder/silent.ts";
import { gpioWhenNeeded, serialWhenNeeded } from "./when-needed.ts";

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
    sounder: openSounder(plan.sounder, machine),
    leds: null,
    reader: await openReader(plan.reader, machine),
  };
}

function openSounder(plan: SounderPlan | null, machine: Machine): Sounder {
  if (plan === null) return SILENT_SOUNDER;
  return new GpioBuzzer({ bank: gpioWhenNeeded(machine), scheduler: machine.scheduler, line: plan.pin });
}

async function openReader(plan: ReaderPlan | null, machine: Machine): Promise<Reader | null> {
  if (plan === null) return null;
  const { SerialReader } = await import("./reader/serial-reader.ts");
  return new SerialReader(plan, serialWhenNeeded(machine), machine.scheduler);
}

/** Closes them all; a part that fails at that has nobody left to tell. */
export async function closeParts({ display, keypad, sounder, leds, reader }: Parts): Promise<void> {
  await Promise.allSettled([display, keypad, sounder, leds, reader].map((part) => part?.close()));
}
