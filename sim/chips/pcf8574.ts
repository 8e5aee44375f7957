import { USUAL_BACKPACK, type BackpackPins } from "../../hal/plan.ts";
import type { I2cDevice } from "./i2c-bus.ts";
import type { Hd44780Pins } from "./hd44780-interface.ts";
import { NetBoard } from "./nets.ts";

const OUTPUTS = 8;
const ALL_OUTPUTS = 0xff;

/**
 * A PCF8574 as an output expander: each byte written appears on P0 to P7 at its acknowledge. Outputs are
 * quasi-bidirectional and all high after power-on (datasheet, section 8).
 */
export class Pcf8574 implements I2cDevice {
  readonly nets = new NetBoard(OUTPUTS);
  /** Where the display's pins are soldered on this backpack. */
  readonly displayPins: Hd44780Pins;
  readonly #wiring: BackpackPins;
  readonly #nowMs: () => number;
  #byteAtMs: number | null = null;

  /** `nowMs` is the time outside of transactions. */
  constructor(nowMs: () => number, wiring: BackpackPins = USUAL_BACKPACK) {
    this.#nowMs = nowMs;
    this.#wiring = wiring;
    const { rs, rw, e, data } = wiring;
    const [d4, d5, d6, d7] = data;
    this.displayPins = { rs, rw, e, d4, d5, d6, d7 };
    for (let net = 0; net < OUTPUTS; net++) this.nets.setOutput(net, "push-pull", true);
  }

  /** The clock for chips behind this one: within a transaction, the instant of the byte that is changing the outputs. */
  readonly nowMs = (): number => this.#byteAtMs ?? this.#nowMs();

  /** Power went and came back: all outputs are high. */
  losePower(): void {
    this.nets.write(ALL_OUTPUTS, ALL_OUTPUTS);
  }

  receive(byte: number, atMs: number): void {
    this.#byteAtMs = atMs;
    this.nets.write(ALL_OUTPUTS, byte);
    this.#byteAtMs = null;
  }

  /** Levels of P0 to P7 (datasheet, section 8.2); the base of the backlight's transistor holds its pin down. */
  transmit(): number {
    const { backlight, backlightActiveHigh } = this.#wiring;
    return this.nets.levels & ALL_OUTPUTS & (backlightActiveHigh ? ~(1 << backlight) : ALL_OUTPUTS);
  }

  get backlight(): boolean {
    const { backlight, backlightActiveHigh } = this.#wiring;
    return ((this.nets.levels & (1 << backlight)) !== 0) === backlightActiveHigh;
  }
}
