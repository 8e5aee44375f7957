import type { BacklightLevel, I2cBus } from "../ports.ts";
import { DATA_FLAG, type LcdBus, type LcdByte } from "./lcd-bus.ts";
import { EXECUTION_US, MAX_TRANSACTION_US } from "./timing.ts";

/** The usual backpack: outputs of the PCF8574 to RS, RW, E and backlight; D4 to D7 are P4 to P7. */
const RS = 0x01;
const RW = 0x02;
const ENABLE = 0x04;
const BACKLIGHT = 0x08;

/** Eight bits and the acknowledge. */
const BITS_PER_BYTE = 9;
/** E up and E down for each of two nibbles. */
const PULSES_PER_BYTE = 4;

export interface Pcf8574BusOptions {
  readonly i2c: I2cBus;
  /** 7 bits. Backpacks as sold answer at 0x27 (PCF8574) or 0x3F (PCF8574A), all bridges open (datasheet, section 8.1). */
  readonly address: number;
  /** The PCF8574 is specified for 100 kHz; many stand 400. */
  readonly clockHz: 100_000 | 400_000;
}

/**
 * A controller behind a PCF8574. Bytes on the I2C bus are the clock: each changes the outputs once. E rises together with
 * the data, which may be (it counts when E falls), but never together with RS: a change of RS gets a byte of its own.
 */
export class Pcf8574Bus implements LcdBus {
  readonly name: string;
  readonly bytesPerTransaction: number;
  readonly #i2c: I2cBus;
  readonly #address: number;
  /** Bus bytes of idling after each LCD byte, until the controller has executed it. */
  readonly #paddingBytes: number;
  readonly #buffer: Uint8Array;
  #used = 0;
  #lit = true;
  #select = 0;

  constructor(options: Pcf8574BusOptions) {
    const byteUs = (BITS_PER_BYTE * 1e6) / options.clockHz;
    this.name = `I2C 0x${options.address.toString(16)}`;
    this.#i2c = options.i2c;
    this.#address = options.address;
    // From the fall of E that starts execution, one bus byte passes by itself before E rises again.
    this.#paddingBytes = Math.max(0, Math.ceil(EXECUTION_US / byteUs) - 1);
    const worstBytes = PULSES_PER_BYTE + this.#paddingBytes + 1;
    const headerBytes = 2;
    this.bytesPerTransaction = Math.floor((MAX_TRANSACTION_US / byteUs - headerBytes) / worstBytes);
    this.#buffer = new Uint8Array(this.bytesPerTransaction * worstBytes);
  }

  /**
   * E may be high, left so by the power-on of the PCF8574 (all outputs high) or by a transaction that broke off. It comes
   * down with RW high: that ends a read, and nothing is taken for a nibble.
   */
  async open(): Promise<void> {
    this.#select = 0;
    this.#put(RW);
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
      this.#selectRegister((byte & DATA_FLAG) === 0 ? 0 : RS);
      this.#putNibble(byte >> 4);
      this.#putNibble(byte);
      for (let padding = 0; padding < this.#paddingBytes; padding++) this.#put(this.#select);
    }
    await this.#flush();
  }

  async backlight(level: BacklightLevel): Promise<void> {
    this.#lit = level !== "off";
    this.#put(this.#select);
    await this.#flush();
  }

  /** The I2C bus belongs to whoever opened it. */
  close(): Promise<void> {
    return Promise.resolve();
  }

  #selectRegister(select: number): void {
    if (select === this.#select) return;
    this.#select = select;
    this.#put(select);
  }

  #putNibble(nibble: number): void {
    const outputs = ((nibble & 0xf) << 4) | this.#select;
    this.#put(outputs | ENABLE);
    this.#put(outputs);
  }

  #put(outputs: number): void {
    if (this.#used === this.#buffer.length) {
      this.#used = 0;
      throw new RangeError("more bytes than fit one transaction");
    }
    this.#buffer[this.#used++] = this.#lit ? outputs | BACKLIGHT : outputs;
  }

  async #flush(): Promise<void> {
    const bytes = this.#buffer.subarray(0, this.#used);
    this.#used = 0;
    await this.#i2c.write(this.#address, bytes);
  }
}
