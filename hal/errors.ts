/** Codes of everything that can go wrong in a part. Nobody matches on message text. */
export type HalErrorCode =
  | "hal.gpio.absent"
  | "hal.gpio.busy"
  | "hal.gpio.closed"
  | "hal.gpio.io"
  | "hal.i2c.nak"
  | "hal.i2c.io"
  | "hal.display.io"
  | "hal.keypad.io"
  | "hal.keypad.stuck"
  | "hal.sounder.io";

/** An error of a part: `code` for programs, `message` for a person (what, where, what would be right). */
export class HalError extends Error {
  override readonly name = "HalError";
  readonly code: HalErrorCode;

  constructor(code: HalErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
