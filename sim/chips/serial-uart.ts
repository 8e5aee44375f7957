import type { Scheduler } from "../../hal/ports.ts";

/** A start bit, eight data bits, one stop bit. */
const BITS_PER_BYTE = 10;
const DATA_BITS = 8;
/** What the kernel keeps for a UART that is slower than its program, and a module for its own. */
const BUFFER_BYTES = 1024;

/** Level of a line t bits after the start bit's edge, while it sends one byte; high before and after. */
function levelAt(byte: number, bits: number): boolean {
  if (bits < 0 || bits >= DATA_BITS + 1) return true;
  return bits >= 1 && (byte & (1 << (Math.floor(bits) - 1))) !== 0;
}

/**
 * What a UART set to `receiveBaud` makes of one byte sent at `sendBaud`: it samples the middle of what it takes for bits, and
 * drops what ends without a stop bit. The same rate, or nearly, gives the byte back; another gives garbage.
 */
export function resample(byte: number, sendBaud: number, receiveBaud: number): number[] {
  const ratio = sendBaud / receiveBaud;
  const received: number[] = [];
  let startBit = 0;
  while (startBit < DATA_BITS + 1) {
    if (levelAt(byte, startBit)) {
      startBit = Math.floor(startBit) + 1;
      continue;
    }
    let value = 0;
    for (let bit = 0; bit < DATA_BITS; bit++) {
      if (levelAt(byte, startBit + (bit + 1.5) * ratio)) value |= 1 << bit;
    }
    if (levelAt(byte, startBit + (DATA_BITS + 1.5) * ratio)) received.push(value);
    startBit += (DATA_BITS + 1.5) * ratio;
  }
  return received;
}

/** One direction of a wire: bytes wait, and each takes its ten bit times. */
export class Transmitter {
  readonly #scheduler: Scheduler;
  readonly #bytes: number[] = [];
  readonly #sendBaud: () => number;
  readonly #arrived: (byte: number, sendBaud: number, atMs: number) => void;
  #busy = false;
  held = false;
  onSpace: () => void = () => undefined;

  constructor(
    scheduler: Scheduler,
    sendBaud: () => number,
    arrived: (byte: number, sendBaud: number, atMs: number) => void,
  ) {
    this.#scheduler = scheduler;
    this.#sendBaud = sendBaud;
    this.#arrived = arrived;
  }

  get waiting(): number {
    return this.#bytes.length;
  }

  /** Returns false, and takes nothing, when the buffer has no room. */
  push(byte: number): boolean {
    if (this.#bytes.length >= BUFFER_BYTES) return false;
    this.#bytes.push(byte);
    this.next();
    return true;
  }

  forget(): void {
    this.#bytes.length = 0;
  }

  next(): void {
    if (this.#busy || this.held) return;
    const byte = this.#bytes.shift();
    if (byte === undefined) return;
    this.#busy = true;
    const sendBaud = this.#sendBaud();
    this.#scheduler.after((BITS_PER_BYTE * 1000) / sendBaud, () => {
      this.#busy = false;
      this.#arrived(byte, sendBaud, this.#scheduler.nowMs());
      this.onSpace();
      this.next();
    });
  }
}
