import type { ChosenGpio } from "./gpio/auto.ts";
import type { Machine } from "./machine.ts";
import type { GpioBackend } from "./plan.ts";
import type { I2cBus, PwmOutputs, Scheduler, SerialPorts } from "./ports.ts";

export interface LinuxMachineOptions {
  readonly gpio: GpioBackend;
  readonly scheduler: Scheduler;
}

/**
 * This machine's own buses. Code and packages of each are loaded when it is first asked for; all who ask share it, and one that could not be
 * reached is tried again when it is asked for again.
 */
export function linuxMachine({ gpio, scheduler }: LinuxMachineOptions): Machine {
  let choice: string | null = null;
  const bank = shared(async (): Promise<ChosenGpio["bank"]> => {
    const { openGpio } = await import("./gpio/auto.ts");
    const { bank: opened, why } = await openGpio(gpio, scheduler);
    choice = why;
    return opened;
  });
  const buses = new Map<number, () => Promise<I2cBus>>();
  const i2cBus = (bus: number): (() => Promise<I2cBus>) => {
    const known = buses.get(bus);
    if (known !== undefined) return known;
    const opened = shared(async () => (await import("./i2c/linux-i2c.ts")).openI2c(bus, scheduler));
    buses.set(bus, opened);
    return opened;
  };
  return {
    scheduler,
    gpio: bank,
    gpioChoice: () => choice,
    i2c: (bus) => i2cBus(bus)(),
    serial: shared(async (): Promise<SerialPorts> =>
      (await import("./serial/node-serialport.ts")).openSerialPorts(scheduler),
    ),
    pwm: shared(
      async (): Promise<PwmOutputs> => new (await import("./pwm/linux-pwm.ts")).LinuxPwm({ scheduler }),
    ),
  };
}

/** Opens once for all who ask, and anew for who asks after it failed. */
function shared<Handle>(open: () => Promise<Handle>): () => Promise<Handle> {
  let opening: Promise<Handle> | null = null;
  return () => {
    opening ??= open().catch((error: unknown) => {
      opening = null;
      throw error;
    });
    return opening;
  };
}
