import type * as I2cBusPackage from "i2c-bus";
import type { PromisifiedBus } from "i2c-bus";
import { loadAddon } from "../addon.ts";
import { errnoOf } from "../errno.ts";
import { HalError } from "../errors.ts";
import { within } from "../limit.ts";
import type { I2cBus, Scheduler } from "../ports.ts";

/** The one door to the package i2c-bus: Linux's `/dev/i2c-N` with calls that run off the main thread. */

/** Transactions under way and waiting; a caller that does not wait for its writes is refused beyond it. */
export const MAX_WAITING_TRANSACTIONS = 64;
/**
 * From a call to its answer, waiting for the bus included. The kernel itself gives a held bus up after a second
 * (struct i2c_adapter, timeout); 64 transactions of 4 ms before it take a quarter of one.
 */
export const TRANSACTION_LIMIT_MS = 1_500;
/** The character device cuts longer ones off without a word (drivers/i2c/i2c-dev.c). */
export const MAX_TRANSACTION_BYTES = 8_192;
const HIGHEST_ADDRESS = 0x7f;

/** What the kernel answers where nobody acknowledged: Broadcom's and the RP1's adapter, and most others. */
const NAK_CODES = ["EREMOTEIO", "ENXIO"];

/** What is used of the package. */
export type RawI2c = Pick<PromisifiedBus, "i2cFuncs" | "i2cRead" | "i2cWrite" | "close">;

export interface LinuxI2cOptions {
  /** N of `/dev/i2c-N`. */
  readonly busNumber: number;
  readonly scheduler: Scheduler;
  readonly openRaw: (busNumber: number) => Promise<RawI2c>;
}

/** An I2C bus of this machine: one transaction at a time, in the order of the calls, each bounded in time. */
export class LinuxI2cBus implements I2cBus {
  readonly name: string;
  readonly #options: LinuxI2cOptions;
  #raw: RawI2c | null = null;
  /** Settles when the bus is free of all that was asked for so far. */
  #free: Promise<void> = Promise.resolve();
  #waiting = 0;
  #closed = false;

  constructor(options: LinuxI2cOptions) {
    this.#options = options;
    this.name = `I2C bus ${options.busNumber}`;
  }

  /** Resolves when the bus is there and can do plain transfers. Rejects with HalError `hal.i2c.*`. */
  check(): Promise<void> {
    return this.#inTurn(null, () => Promise.resolve());
  }

  async write(address: number, bytes: Uint8Array): Promise<void> {
    this.#checkTransaction(address, bytes.length);
    // The caller may use its bytes again as soon as this returns.
    const sent = Buffer.from(bytes);
    await this.#inTurn(address, (raw) => raw.i2cWrite(address, sent.length, sent));
  }

  async read(address: number, length: number): Promise<Uint8Array> {
    this.#checkTransaction(address, length);
    const into = Buffer.alloc(length);
    await this.#inTurn(address, (raw) => raw.i2cRead(address, length, into));
    return new Uint8Array(into);
  }

  async close(): Promise<void> {
    this.#closed = true;
    const { scheduler } = this.#options;
    const late = (): HalError => new HalError("hal.i2c.io", `${this.name} does not come to rest`);
    await within(scheduler, TRANSACTION_LIMIT_MS, this.#free, late).catch(() => undefined);
    await this.#drop();
  }

  #checkTransaction(address: number, length: number): void {
    if (!Number.isInteger(address) || address < 0 || address > HIGHEST_ADDRESS) {
      throw new RangeError(`an I2C address is 0 to ${HIGHEST_ADDRESS}, not ${address}`);
    }
    if (length < 1 || length > MAX_TRANSACTION_BYTES) {
      throw new RangeError(`an I2C transaction has 1 to ${MAX_TRANSACTION_BYTES} bytes, not ${length}`);
    }
  }

  async #inTurn(address: number | null, work: (raw: RawI2c) => Promise<unknown>): Promise<void> {
    if (this.#closed) throw this.#closedError();
    if (this.#waiting >= MAX_WAITING_TRANSACTIONS) {
      throw new HalError("hal.i2c.io", `${this.name}: too many transactions are waiting`);
    }
    this.#waiting++;
    let givenUp = false;
    const done = this.#free.then(async () => {
      if (this.#closed) throw this.#closedError();
      // Its caller has been told that it failed: it must not happen after that.
      if (givenUp) return;
      try {
        await work((this.#raw ??= await this.#open()));
      } catch (cause) {
        const error = this.#errorOf(cause, address);
        // A descriptor whose address the kernel refused stays with the package, and would reach address 0 the next time.
        if (error.code !== "hal.i2c.nak") await this.#drop();
        throw error;
      }
    });
    this.#free = done
      .catch(() => undefined)
      .then(() => {
        this.#waiting--;
      });
    await within(this.#options.scheduler, TRANSACTION_LIMIT_MS, done, () => {
      givenUp = true;
      return new HalError("hal.i2c.io", `${this.name} has not answered for ${TRANSACTION_LIMIT_MS} ms`);
    });
  }

  async #open(): Promise<RawI2c> {
    const raw = await this.#options.openRaw(this.#options.busNumber);
    try {
      const { i2c } = await raw.i2cFuncs();
      if (i2c) return raw;
    } catch (cause) {
      await raw.close().catch(() => undefined);
      throw cause;
    }
    await raw.close();
    throw new HalError("hal.i2c.io", `${this.name} can only do SMBus commands, no plain transfers`);
  }

  async #drop(): Promise<void> {
    const raw = this.#raw;
    this.#raw = null;
    await raw?.close().catch(() => undefined);
  }

  #closedError(): HalError {
    return new HalError("hal.i2c.io", `${this.name} is closed`);
  }

  #errorOf(cause: unknown, address: number | null): HalError {
    if (cause instanceof HalError) return cause;
    const { code, errno } = errnoOf(cause);
    const at = address === null ? "" : ` at address 0x${address.toString(16).padStart(2, "0")}`;
    if (NAK_CODES.includes(code)) {
      return new HalError("hal.i2c.nak", `${this.name}: nothing answers${at}`, { cause });
    }
    const device = `/dev/i2c-${this.#options.busNumber}`;
    switch (code) {
      case "ENOENT":
        return new HalError(
          "hal.i2c.absent",
          `there is no ${device}: "dtparam=i2c_arm=on" in config.txt enables the header's bus 1, the module i2c-dev shows it`,
          { cause },
        );
      case "EACCES":
      case "EPERM":
        return new HalError("hal.i2c.denied", `${device} may not be opened: is this user in the group i2c?`, {
          cause,
        });
      case "EBUSY":
        return new HalError(
          "hal.i2c.io",
          `${this.name}: a driver of the kernel holds the chip${at}; take its dtoverlay out of config.txt`,
          { cause },
        );
      default:
        return new HalError("hal.i2c.io", `${this.name} failed${at} (${code || `error ${errno}`})`, {
          cause,
        });
    }
  }
}

/** Loads the package. Rejects with HalError `hal.addon.missing`. */
export function i2cBusPackage(): Promise<Pick<typeof I2cBusPackage, "openPromisified">> {
  return loadAddon("i2c-bus", async () => (await import("i2c-bus")).default);
}

/**
 * Opens `/dev/i2c-N` of this machine. Rejects with HalError `hal.i2c.absent`, `hal.i2c.denied`, `hal.i2c.io`, or `hal.addon.missing`.
 */
export async function openI2c(busNumber: number, scheduler: Scheduler): Promise<I2cBus> {
  const { openPromisified } = await i2cBusPackage();
  const bus = new LinuxI2cBus({ busNumber, scheduler, openRaw: (number) => openPromisified(number) });
  await bus.check();
  return bus;
}
