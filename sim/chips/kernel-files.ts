import { constants } from "node:os";

/** A file of a simulated kernel that is open. Its calls throw what {@link errnoError} makes. */
export interface KernelFile {
  read(length: number): Uint8Array | Promise<Uint8Array>;
  write(bytes: Uint8Array): void | Promise<void>;
  close(): void;
  /** ioctl I2C_SLAVE (linux/i2c-dev.h), of files that have it. */
  setAddress?(address: number): void;
  /** Calls `onEvent` whenever there is news to read, until the call that it returns. */
  poll?(onEvent: () => void): () => void;
}

/** What a simulated kernel has behind some paths. */
export interface KernelFiles {
  /** Whether paths like this one are the simulation's. */
  owns(path: string): boolean;
  exists(path: string): boolean;
  open(path: string): KernelFile;
}

/** An error as Node's file functions make it. */
export function errnoError(code: keyof typeof constants.errno, path = ""): Error {
  return Object.assign(new Error(`${code}: simulated, ${path}`), { code, errno: -constants.errno[code] });
}
