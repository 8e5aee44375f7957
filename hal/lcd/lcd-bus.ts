import type { BacklightLevel } from "../ports.ts";

/** A byte for the controller: bits 0 to 7, and {@link DATA_FLAG} for one that goes into memory (RS high). */
export type LcdByte = number;
export const DATA_FLAG = 0x100;

/**
 * The way to a controller in its 4-bit mode. One transaction at a time: callers wait for each promise. Everything rejects
 * with the HalError of the bus behind (`hal.gpio.*`, `hal.i2c.*`); after that the controller may be out of step.
 */
export interface LcdBus {
  /** For messages: `GPIO`, `I2C 0x27`. */
  readonly name: string;
  /** How many of `bytes`, from the first on, fit one transaction of MAX_TRANSACTION_US; at least one of any. */
  fit(bytes: readonly LcdByte[]): number;
  /** Takes hold of the wires and brings E low; again after any error. Leaves the backlight as last set. */
  open(): Promise<void>;
  /** Sends one nibble as an instruction, as initialisation needs it. The caller keeps the waits. */
  sendNibble(nibble: number): Promise<void>;
  /**
   * Sends bytes that `fit` as one transaction, each given EXECUTION_US before the next. Clear and home take longer: they
   * come last, and the caller waits.
   */
  send(bytes: readonly LcdByte[]): Promise<void>;
  /** Switches the backlight (`dim` is `full`); does nothing where it is wired to be always on. */
  backlight(level: BacklightLevel): Promise<void>;
  /**
   * Asks whether what drives the controller's wires is as it was left. False when it has lost power since: the controller
   * then did too. Where nothing can answer it is always true.
   */
  probe(): Promise<boolean>;
  close(): Promise<void>;
}
