import type { GpioBank, I2cBus, PwmOutputs, Scheduler, SerialPorts } from "./ports.ts";

/**
 * What drivers are opened on: this machine's own buses (`linux-machine.ts`) or those of a simulated board. Each is reached
 * only when a part needs it, so that nothing is loaded for parts that are not there.
 */
export interface Machine {
  readonly scheduler: Scheduler;
  /** The one bank of header lines. Rejects with HalError `hal.gpio.*`; may be asked again after that. */
  gpio(): Promise<GpioBank>;
  /** Which way to the lines was taken and why, in one line for a person; null before they were reached. */
  gpioChoice(): string | null;
  /** `/dev/i2c-N`, shared by all who ask. Rejects with HalError `hal.i2c.*`. */
  i2c(bus: number): Promise<I2cBus>;
  serial(): Promise<SerialPorts>;
  pwm(): Promise<PwmOutputs>;
}
