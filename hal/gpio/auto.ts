import { HalError } from "../errors.ts";
import type { GpioBackend } from "../plan.ts";
import type { GpioBank, Scheduler } from "../ports.ts";

/** A bank, and one line for a person: which way to the lines was taken, and why. */
export interface ChosenGpio {
  readonly bank: GpioBank;
  readonly why: string;
}

/** A way to the header's lines. */
export interface GpioWay {
  readonly name: Exclude<GpioBackend, "auto">;
  /** Resolves to a bank that was found to be there. Rejects with HalError. */
  readonly open: () => Promise<GpioBank>;
  /** What its being there means. */
  readonly reason: string;
}

/**
 * Opens the header's lines the way that is asked for; `auto` takes the first that works: the character device, then sysfs through onoff,
 * then through rpi-gpio. Rejects with HalError: that of the way asked for, or for `auto` one that lists what each said.
 */
export function openGpio(backend: GpioBackend, scheduler: Scheduler): Promise<ChosenGpio> {
  return chooseGpio(backend, [
    {
      name: "gpiochip",
      open: async () => (await import("./gpiochip.ts")).openGpiochip(scheduler),
      reason: "the character device is there",
    },
    {
      name: "onoff",
      open: async () => (await import("./onoff.ts")).openOnoff(scheduler),
      reason: "sysfs has its chip",
    },
    {
      name: "rpi-gpio",
      open: async () => (await import("./rpi-gpio.ts")).openRpiGpio(scheduler),
      reason: "sysfs has its chip at base 0",
    },
  ]);
}

/** The choice itself, of these ways in this order. */
export async function chooseGpio(backend: GpioBackend, ways: readonly GpioWay[]): Promise<ChosenGpio> {
  const asked = ways.find(({ name }) => name === backend);
  if (asked !== undefined) {
    const bank = await asked.open();
    return { bank, why: `${bank.name}: as configured` };
  }
  const refusals: { readonly name: string; readonly error: HalError }[] = [];
  for (const { name, open, reason } of ways) {
    try {
      const bank = await open();
      const passedOver = refusals.map((refusal) => `; ${refusal.name}: ${refusal.error.message}`).join("");
      return { bank, why: `${bank.name}: ${reason}${passedOver}` };
    } catch (error) {
      if (!(error instanceof HalError)) throw error;
      refusals.push({ name, error });
    }
  }
  // The first way is the one to mend.
  throw new HalError(
    refusals[0]?.error.code ?? "hal.gpio.unsupported",
    `no way to the GPIO lines: ${refusals.map(({ name, error }) => `${name}: ${error.message}`).join("; ")}`,
    { cause: refusals[0]?.error },
  );
}
