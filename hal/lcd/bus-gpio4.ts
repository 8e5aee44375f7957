import type { BacklightLevel, GpioBank, GpioLineRequest, GpioLines, GpioOp } from "../ports.ts";
import { MAX_GPIO_DELAY_US } from "../ports.ts";
import type { Hd44780Wires } from "../plan.ts";
import { HalError } from "../errors.ts";
import { DATA_FLAG, type LcdBus, type LcdByte } from "./lcd-bus.ts";
import { ENABLE_PULSE_US, EXECUTION_US, MAX_TRANSACTION_US } from "./timing.ts";

/** Lines of the group, in the order of its request. */
const RS = 1 << 0;
const ENABLE = 1 << 1;
const FIRST_DATA_LINE = 2;
const DATA = 0xf << FIRST_DATA_LINE;
const BACKLIGHT = 1 << 6;
/** Line writes and pulses around each byte, besides its execution: eight system calls of about a microsecond. */
const OVERHEAD_US = 10;

/** A controller wired to seven or six GPIO lines, RW to ground. */
export class Gpio4Bus implements LcdBus {
  readonly name = "GPIO";
  readonly #bank: GpioBank;
  readonly #pins: Hd44780Wires;
  /** The operations of each of the 32 nibbles with RS, made once: a repaint makes none. */
  readonly #nibbles: readonly (readonly GpioOp[])[] = Array.from({ length: 32 }, (_, index) =>
    nibbleOperations(index >> 4 === 1, index & 0xf),
  );
  #lines: GpioLines | null = null;
  #lit = true;

  constructor(bank: GpioBank, pins: Hd44780Wires) {
    this.#bank = bank;
    this.#pins = pins;
  }

  fit(bytes: readonly LcdByte[]): number {
    return Math.min(bytes.length, BYTES_PER_TRANSACTION);
  }

  async open(): Promise<void> {
    await this.close();
    const { rs, e, data, backlight } = this.#pins;
    const lines = [rs, e, ...data].map((bcm): GpioLineRequest => ({
      bcm,
      direction: "out",
      drive: "push-pull",
      initial: false,
    }));
    if (backlight !== undefined) {
      lines.push({ bcm: backlight, direction: "out", drive: "push-pull", initial: this.#lit });
    }
    this.#lines = await this.#bank.open("punchbox display", lines);
  }

  async sendNibble(nibble: number): Promise<void> {
    await this.#run(this.#nibbles[nibble & 0xf] ?? []);
  }

  async send(bytes: readonly LcdByte[]): Promise<void> {
    const operations: GpioOp[] = [];
    for (const byte of bytes) {
      const select = (byte & DATA_FLAG) === 0 ? 0 : 0x10;
      for (const operation of this.#nibbles[select | ((byte >> 4) & 0xf)] ?? []) operations.push(operation);
      for (const operation of this.#nibbles[select | (byte & 0xf)] ?? []) operations.push(operation);
      operations.push(...EXECUTION);
    }
    await this.#run(operations);
  }

  async backlight(level: BacklightLevel): Promise<void> {
    this.#lit = level !== "off";
    if (this.#pins.backlight === undefined) return;
    await this.#run([{ op: "write", mask: BACKLIGHT, levels: this.#lit ? BACKLIGHT : 0 }]);
  }

  /** Wires that are only driven cannot answer. */
  probe(): Promise<boolean> {
    return Promise.resolve(true);
  }

  async close(): Promise<void> {
    const lines = this.#lines;
    this.#lines = null;
    await lines?.close();
  }

  async #run(operations: readonly GpioOp[]): Promise<void> {
    if (this.#lines === null) throw new HalError("hal.gpio.closed", "the display's GPIO lines are not open");
    await this.#lines.run(operations);
  }
}

const BYTES_PER_TRANSACTION = Math.floor(MAX_TRANSACTION_US / (EXECUTION_US + OVERHEAD_US));

/** The wait for one byte, in pieces that a bank will do. */
const EXECUTION: readonly GpioOp[] = delays(EXECUTION_US);

function delays(us: number): readonly GpioOp[] {
  const pieces = Math.ceil(us / MAX_GPIO_DELAY_US);
  return Array<GpioOp>(pieces).fill({ op: "delayUs", us: us / pieces });
}

/** RS and data first, then the pulse: RS has settled by the time E rises, data long before it falls. */
function nibbleOperations(isData: boolean, nibble: number): readonly GpioOp[] {
  const levels = (isData ? RS : 0) | (nibble << FIRST_DATA_LINE);
  return [
    { op: "write", mask: RS | DATA, levels },
    { op: "write", mask: ENABLE, levels: ENABLE },
    { op: "delayUs", us: ENABLE_PULSE_US },
    { op: "write", mask: ENABLE, levels: 0 },
  ];
}
