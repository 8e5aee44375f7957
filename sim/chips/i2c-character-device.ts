import { HalError } from "../../hal/errors.ts";
import type { I2cBus } from "../../hal/ports.ts";
import { errnoError, type KernelFile, type KernelFiles } from "./kernel-files.ts";

/** What can be wrong with a bus or with who uses it, as the kernel says it. */
export type I2cTrouble = "ENOENT" | "EACCES" | "ETIMEDOUT" | "ENODEV";

/** Linux's `/dev/i2c-N` in front of a simulated bus (drivers/i2c/i2c-dev.c): a file has an address, reading and writing are transactions. */
export class SimulatedI2cDevice implements KernelFiles {
  readonly #path: string;
  readonly #bus: I2cBus;
  readonly #held = new Set<number>();
  #trouble: I2cTrouble | null = null;
  #hung: (() => void)[] | null = null;

  constructor(options: { readonly bus: I2cBus; readonly busNumber: number }) {
    this.#bus = options.bus;
    this.#path = `/dev/i2c-${options.busNumber}`;
  }

  /** Fault: opening (ENOENT, EACCES) or every transaction (ETIMEDOUT, ENODEV) fails; null ends it. */
  failWith(trouble: I2cTrouble | null): void {
    this.#trouble = trouble;
  }

  /** A driver of the kernel takes the chip at `address`: programs get EBUSY. */
  hold(address: number): void {
    this.#held.add(address);
  }

  letGo(address: number): void {
    this.#held.delete(address);
  }

  /** Fault: from now on transactions do not end, until this is called again with false. */
  hang(hung: boolean): void {
    const waiting = this.#hung ?? [];
    this.#hung = hung ? [] : null;
    for (const go of waiting) go();
  }

  owns(path: string): boolean {
    return path.startsWith("/dev/i2c-");
  }

  exists(path: string): boolean {
    return path === this.#path && this.#trouble !== "ENOENT";
  }

  open(path: string): KernelFile {
    if (!this.exists(path)) throw errnoError("ENOENT", path);
    if (this.#trouble === "EACCES") throw errnoError("EACCES", path);
    let address = 0;
    return {
      setAddress: (wanted) => {
        if (this.#held.has(wanted)) throw errnoError("EBUSY", path);
        address = wanted;
      },
      read: (length) => this.#transact(() => this.#bus.read(address, length)),
      write: (bytes) => this.#transact(() => this.#bus.write(address, bytes)),
      close: () => undefined,
    };
  }

  async #transact<Result>(move: () => Promise<Result>): Promise<Result> {
    const hung = this.#hung;
    if (hung !== null) await new Promise<void>((go) => hung.push(go));
    if (this.#trouble !== null) throw errnoError(this.#trouble, this.#path);
    try {
      return await move();
    } catch (error) {
      const noAnswer = error instanceof HalError && error.code === "hal.i2c.nak";
      throw errnoError(noAnswer ? "ENXIO" : "EIO", this.#path);
    }
  }
}
