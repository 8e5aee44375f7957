import type { I2cDevice } from "./i2c-bus.ts";
import type { Hd44780Pins } from "./hd44780-interface.ts";
import { NetBoard } from "./nets.ts";

const OUTPUTS = 8;
const ALL_OUTPUTS = 0xff;

/** The usual display backpack: which output of the expander goes where. */
export const BACKPACK_PINS: Hd44780Pins = { rs: 0, rw: 1, e: 2, d4: 4, d5: 5, d6: 6, d7: 7 };
/** P3 switches the backlight's transistor. */
export const BACKPACK_BACKLIGHT_NET = 3;

/**
 * A PCF8574 as an output expander: each byte written appears on P0 to P7 at its acknowledge. Outputs are
 * quasi-bidirectional and all high after power-on (datasheet, section 8).
 */
export class Pcf8574 implements I2cDevice {
  readonly nets = new NetBoard(OUTPUTS);
  readonly #nowMs: () => number;
  #byteAtMs: number | null = null;

  /** `nowMs` is the time outside of transactions. */
  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
    for (let net = 0; net < OUTPUTS; net++) this.nets.setOutput(net, "push-pull", true);
  }

  /** The clock for chips behind this one: within a transaction, the instant of the byte that is changing the outputs. */
  readonly nowMs = (): number => this.#byteAtMs ?? this.#nowMs();

  receive(byte: number, atMs: number): void {
    this.#byteAtMs = atMs;
    this.nets.write(ALL_OUTPUTS, byte);
    this.#byteAtMs = null;
  }

  /** Levels of P0 to P7 (datasheet, section 8.2). */
  transmit(): number {
    return this.nets.levels & ALL_OUTPUTS;
  }

  get backlight(): boolean {
    return (this.nets.levels & (1 << BACKPACK_BACKLIGHT_NET)) !== 0;
  }
}
