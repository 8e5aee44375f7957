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
  /** LCD bytes that fit one transaction of MAX_TRANSACTION_US. */
  readonly bytesPerTransaction: number;
  /** Takes hold of the wires and brings E low; again after any error. Leaves the backlight as last set. */
  open(): Promise<void>;
  /** Sends one nibble as an instruction, as initialisation needs it. The caller keeps the waits. */
  sendNibble(nibble: number): Promise<void>;
  /**
   * Sends up to `bytesPerTransaction` bytes as one transaction, each given EXECUTION_US before the next. Clear and home
   * take longer: they come last, and the caller waits.
   */
  send(bytes: readonly LcdByte[]): Promise<void>;
  /** Sets the backlight; does nothing where it is wired to be always on. */
  backlight(level: BacklightLevel): Promise<void>;
  close(): Promise<void>;
}
