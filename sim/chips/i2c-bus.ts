import { HalError } from "../../hal/errors.ts";
import type { I2cBus, Scheduler } from "../../hal/ports.ts";

/** A chip on the bus, as a target of writes and reads. */
export interface I2cDevice {
  /** One data byte, acknowledged at `atMs`. */
  receive(byte: number, atMs: number): void;
  /** The data byte that a read fetches at `atMs`. */
  transmit(atMs: number): number;
}

export interface SimulatedI2cBusOptions {
  readonly scheduler: Scheduler;
  /** 100 kHz is standard mode, 400 kHz fast mode (NXP UM10204, table 10). */
  readonly clockHz?: 100_000 | 400_000;
}

/** Eight bits and the acknowledge. */
const BITS_PER_BYTE = 9;
/** Start and stop take about a bit each. */
const START_BITS = 1;
const STOP_BITS = 1;
/** Transactions waiting for the bus; a caller that does not wait for its writes is refused beyond it. */
const MAX_QUEUED_TRANSACTIONS = 64;

/** An I2C bus in time: a transaction occupies it for its bits, and its bytes reach the chip at their own instants. */
export class SimulatedI2cBus implements I2cBus {
  readonly name: string;
  readonly #scheduler: Scheduler;
  readonly #bitMs: number;
  readonly #devices = new Map<number, I2cDevice>();
  #freeAtMs = 0;
  #queued = 0;
  #nakTransactions = 0;
  #nakAfterBytes = 0;
  #closed = false;
  #byteCount = 0;
  #held: PromiseWithResolvers<void> | null = null;

  constructor(options: SimulatedI2cBusOptions) {
    const clockHz = options.clockHz ?? 100_000;
    this.name = `simulated I2C bus at ${clockHz / 1000} kHz`;
    this.#scheduler = options.scheduler;
    this.#bitMs = 1000 / clockHz;
  }

  /** Bytes that went over the wires so far, addresses included. */
  get byteCount(): number {
    return this.#byteCount;
  }

  attach(address: number, device: I2cDevice): void {
    this.#devices.set(address, device);
  }

  detach(address: number): void {
    this.#devices.delete(address);
  }

  /** Fault: the next `transactions` are not acknowledged any more after `afterBytes` data bytes. */
  nakNext(transactions: number, afterBytes = 0): void {
    this.#nakTransactions = transactions;
    this.#nakAfterBytes = afterBytes;
  }

  /** Fault: somebody holds the clock line down. Transactions that begin meanwhile wait until it is let go. */
  holdDown(held: boolean): void {
    if (held) this.#held ??= Promise.withResolvers();
    else {
      this.#held?.resolve();
      this.#held = null;
    }
  }

  async write(address: number, bytes: Uint8Array): Promise<void> {
    // The caller may use its buffer again as soon as this returns.
    const sent = bytes.slice();
    await this.#transact(address, sent.length, (device, index, atMs) => {
      device.receive(sent[index] ?? 0, atMs);
    });
  }

  async read(address: number, length: number): Promise<Uint8Array> {
    const bytes = new Uint8Array(length);
    await this.#transact(address, length, (device, index, atMs) => {
      bytes[index] = device.transmit(atMs);
    });
    return bytes;
  }

  async #transact(
    address: number,
    length: number,
    move: (device: I2cDevice, index: number, atMs: number) => void,
  ): Promise<void> {
    if (this.#held !== null) await this.#held.promise;
    return this.#clockOut(address, length, move);
  }

  #clockOut(
    address: number,
    length: number,
    move: (device: I2cDevice, index: number, atMs: number) => void,
  ): Promise<void> {
    if (this.#closed) return Promise.reject(new HalError("hal.i2c.io", `${this.name} is closed`));
    if (this.#queued >= MAX_QUEUED_TRANSACTIONS) {
      return Promise.reject(new HalError("hal.i2c.io", `${this.name}: too many transactions are waiting`));
    }
    this.#queued++;
    const startMs = Math.max(this.#scheduler.nowMs(), this.#freeAtMs);
    const device = this.#devices.get(address);
    const taken = device === undefined ? 0 : this.#acknowledged(length);
    const complete = device !== undefined && taken === length;
    // The byte that meets no acknowledge is still clocked out: the address, or the first one refused.
    const clocked = complete ? 1 + taken : Math.min(1 + length, (device === undefined ? 1 : 2) + taken);
    const bits = START_BITS + clocked * BITS_PER_BYTE + STOP_BITS;
    this.#freeAtMs = startMs + bits * this.#bitMs;
    return new Promise((resolve, reject) => {
      this.#scheduler.after(this.#freeAtMs - this.#scheduler.nowMs(), () => {
        this.#queued--;
        this.#byteCount += clocked;
        for (let index = 0; index < taken && device !== undefined; index++) {
          const endBits = START_BITS + (index + 2) * BITS_PER_BYTE;
          move(device, index, startMs + endBits * this.#bitMs);
        }
        if (complete) resolve();
        else reject(new HalError("hal.i2c.nak", `nothing answers at address 0x${address.toString(16)}`));
      });
    });
  }

  close(): Promise<void> {
    this.#closed = true;
    return Promise.resolve();
  }

  #acknowledged(length: number): number {
    if (this.#nakTransactions === 0) return length;
    this.#nakTransactions--;
    return Math.min(length, this.#nakAfterBytes);
  }
}
