import { codeOf } from "../../protocol/errors.ts";
import type { Volume } from "./volume.ts";

/**
 * Space set apart while there is some, in a file that is removed when the disk is full: the last punches then still fit, and
 * somebody has time to come. Each takes less than 20 KiB while the log grows, and 1 KiB once it has its size.
 */
export const RESERVE_BYTES = 16 * 1024 * 1024;
/** Less than this free, the reserve apart, is told. */
export const LOW_BYTES = 64 * 1024 * 1024;
/** Free again, and by how much more, before the disk is said to be well: no telling to and fro. */
const WELL_FACTOR = 1.25;

export type DiskState = "well" | "low" | "full";

export interface ReserveSizes {
  readonly reserveBytes: number;
  readonly lowBytes: number;
}

export class Reserve {
  readonly #volume: Volume;
  readonly #name: string;
  readonly #sizes: ReserveSizes;
  #state: DiskState = "well";

  constructor(volume: Volume, name: string, sizes: ReserveSizes) {
    this.#volume = volume;
    this.#name = name;
    this.#sizes = sizes;
  }

  get state(): DiskState {
    return this.#state;
  }

  /** Frees the reserve; false when there is none any more. */
  free(): boolean {
    this.#state = "full";
    if (this.#volume.size(this.#name) === null) return false;
    this.#volume.remove(this.#name);
    return true;
  }

  /** Looks how much is free, and sets the reserve apart where it is not and fits. Never throws. */
  look(): DiskState {
    const { reserveBytes, lowBytes } = this.#sizes;
    try {
      const isThere = this.#volume.size(this.#name) === reserveBytes;
      const freeBytes = this.#volume.freeBytes() - (isThere ? 0 : reserveBytes);
      if (freeBytes < lowBytes) this.#state = isThere || this.#state !== "full" ? "low" : "full";
      else if (isThere || freeBytes >= lowBytes * WELL_FACTOR) {
        if (!isThere) this.#volume.reserve(this.#name, reserveBytes);
        if (this.#state === "well" || freeBytes >= lowBytes * WELL_FACTOR) this.#state = "well";
      }
    } catch (error) {
      if (codeOf(error) === "store.full") this.#state = "full";
    }
    return this.#state;
  }
}
