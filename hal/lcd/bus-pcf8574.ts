import type { BacklightLevel, I2cBus } from "../ports.ts";
import { USUAL_BACKPACK, type BackpackPins } from "../plan.ts";
import { DATA_FLAG, type LcdBus, type LcdByte } from "./lcd-bus.ts";
import { EXECUTION_US, MAX_TRANSACTION_US } from "./timing.ts";

/** Eight bits and the acknowledge; start and stop of a transaction take about a bit each. */
const BITS_PER_BYTE = 9;
const FRAMING_BITS = 2;
/** E up and E down for each of two nibbles. */
const PULSES_PER_BYTE = 4;
const ALL_OUTPUTS = [0, 1, 2, 3, 4, 5, 6, 7];
const NIBBLES = 16;

export interface Pcf8574BusOptions {
  readonly i2c: I2cBus;
  /** 7 bits. Backpacks as sold answer at 0x27 (PCF8574) or 0x3F (PCF8574A), all bridges open (datasheet, section 8.1). */
  readonly address: number;
  /** The PCF8574 is specified for 100 kHz; many stand 400. */
  readonly clockHz: 100_000 | 400_000;
  /** Which output leads where; the usual backpack's when left out. */
  readonly pins?: BackpackPins;
}

/**
 * A controller behind a PCF8574. Bytes on the I2C bus are the clock: each changes the outputs once. E rises together with
 * the data, which may be (it counts when E falls), but never together with RS: a change of RS gets a byte of its own.
 */
export class Pcf8574Bus implements LcdBus {
  readonly name: string;
  readonly #i2c: I2cBus;
  readonly #address: number;
  readonly #select: number;
  readonly #enable: number;
  readonly #read: number;
  readonly #light: number;
  readonly #lightsAtHigh: boolean;
  /** Outputs of each nibble's data bits. */
  readonly #nibbles: Uint8Array;
  /** Bus bytes of idling after each LCD byte, until the controller has executed it. */
  readonly #paddingBytes: number;
  readonly #buffer: Uint8Array;
  #used = 0;
  #lit = true;
  #selected = 0;

  /** Throws RangeError for pins that are not eight different outputs. */
  constructor(options: Pcf8574BusOptions) {
    const { rs, rw, e, backlight, data, backlightActiveHigh } = options.pins ?? USUAL_BACKPACK;
    const outputs = new Set([rs, rw, e, backlight, ...data]);
    if (outputs.size !== ALL_OUTPUTS.length || ![...outputs].every((pin) => ALL_OUTPUTS.includes(pin))) {
      throw new RangeError("a backpack's pins are the eight outputs P0 to P7, each once");
    }
    const byteUs = (BITS_PER_BYTE * 1e6) / options.clockHz;
    const framingUs = (FRAMING_BITS * 1e6) / options.clockHz;
    this.name = `I2C 0x${options.address.toString(16)}`;
    this.#i2c = options.i2c;
    this.#address = options.address;
    this.#select = 1 << rs;
    this.#read = 1 << rw;
    this.#enable = 1 << e;
    this.#light = 1 << backlight;
    this.#lightsAtHigh = backlightActiveHigh;
    this.#nibbles = Uint8Array.from({ length: NIBBLES }, (_, nibble) =>
      data.reduce((levels, pin, bit) => levels | (((nibble >> bit) & 1) << pin), 0),
    );
    // From the fall of E that starts execution, one bus byte passes by itself before E rises again.
    this.#paddingBytes = Math.max(0, Math.ceil(EXECUTION_US / byteUs) - 1);
    const addressBytes = 1;
    this.#buffer = new Uint8Array(Math.floor((MAX_TRANSACTION_US - framingUs) / byteUs) - addressBytes);
  }

  fit(bytes: readonly LcdByte[]): number {
    let used = 0;
    let selected = this.#selected;
    for (const [index, byte] of bytes.entries()) {
      const select = (byte & DATA_FLAG) === 0 ? 0 : this.#select;
      used += PULSES_PER_BYTE + this.#paddingBytes + (select === selected ? 0 : 1);
      if (used > this.#buffer.length) return index;
      selected = select;
    }
    return bytes.length;
  }

  /**
   * E may be high, left so by the power-on of the PCF8574 (all outputs high) or by a transaction that broke off. It comes
   * down with RW high: that ends a read, and nothing is taken for a nibble.
   */
  async open(): Promise<void> {
    this.#selected = 0;
    this.#used = 0;
    this.#put(this.#read);
    this.#put(0);
    await this.#flush();
  }

  async sendNibble(nibble: number): Promise<void> {
    this.#selectRegister(0);
    this.#putNibble(nibble);
    await this.#flush();
  }

  async send(bytes: readonly LcdByte[]): Promise<void> {
    for (const byte of bytes) {
      this.#selectRegister((byte & DATA_FLAG) === 0 ? 0 : this.#select);
      this.#putNibble(byte >> 4);
      this.#putNibble(byte);
      for (let padding = 0; padding < this.#paddingBytes; padding++) this.#put(this.#selected);
    }
    await this.#flush();
  }

  async backlight(level: BacklightLevel): Promise<void> {
    this.#lit = level !== "off";
    this.#put(this.#selected);
    await this.#flush();
  }

  /**
   * One byte read: the levels of the pins. E and RW are driven low at rest, and an expander that lost power has let all its
   * outputs rise (PCF8574 datasheet, section 8). Outputs that are meant to be high tell nothing: what hangs on
   * them, a backlight's transistor above all, may hold them down.
   */
  async probe(): Promise<boolean> {
    const [levels = 0] = await this.#i2c.read(this.#address, 1);
    return (levels & (this.#enable | this.#read)) === 0;
  }

  /** The I2C bus belongs to whoever opened it. */
  close(): Promise<void> {
    return Promise.resolve();
  }

  #selectRegister(select: number): void {
    if (select === this.#selected) return;
    this.#selected = select;
    this.#put(select);
  }

  #putNibble(nibble: number): void {
    const outputs = (this.#nibbles[nibble & 0xf] ?? 0) | this.#selected;
    this.#put(outputs | this.#enable);
    this.#put(outputs);
  }

  #put(outputs: number): void {
    if (this.#used === this.#buffer.length) {
      this.#used = 0;
      throw new RangeError("more bytes than fit one transaction");
    }
    this.#buffer[this.#used++] = this.#lit === this.#lightsAtHigh ? outputs | this.#light : outputs;
  }

  async #flush(): Promise<void> {
    const bytes = this.#buffer.subarray(0, this.#used);
    this.#used = 0;
    await this.#i2c.write(this.#address, bytes);
  }
}
