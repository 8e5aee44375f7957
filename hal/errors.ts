/** Codes of everything that can go wrong in a part. Nobody matches on message text. */
export type HalErrorCode =
  | "hal.gpio.absent"
  | "hal.gpio.busy"
  | "hal.gpio.closed"
  | "hal.gpio.denied"
  | "hal.gpio.io"
  | "hal.gpio.unsupported"
  | "hal.addon.missing"
  | "hal.i2c.nak"
  | "hal.i2c.absent"
  | "hal.i2c.denied"
  | "hal.i2c.io"
  | "hal.serial.absent"
  | "hal.serial.busy"
  | "hal.serial.closed"
  | "hal.serial.denied"
  | "hal.serial.gone"
  | "hal.serial.io"
  | "hal.pwm.absent"
  | "hal.pwm.busy"
  | "hal.pwm.denied"
  | "hal.pwm.io"
  | "hal.display.io"
  | "hal.display.timeout"
  | "hal.keypad.io"
  | "hal.keypad.stuck"
  | "hal.sounder.io"
  | "hal.leds.io"
  | "hal.reader.io"
  | "hal.clock.io";

/** An error of a part: `code` for programs, `message` for a person (what, where, what would be right). */
export class HalError extends Error {
  override readonly name = "HalError";
  readonly code: HalErrorCode;

  constructor(code: HalErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
