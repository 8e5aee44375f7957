import type { Random } from "../../protocol/seams.ts";

/**
 * Chance that repeats: mulberry32 (a 32-bit generator of Tommy Ettinger's, public domain). Far too weak for keys,
 * exactly right for replaying a world to the byte.
 */
export class SeededRandom implements Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  uniform(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  bytes(length: number): Uint8Array {
    const bytes = new Uint8Array(length);
    for (let index = 0; index < length; index += 1) bytes[index] = Math.floor(this.uniform() * 256);
    return bytes;
  }

  /** A generator of its own for one part of the world, so that parts do not shift each other's chance. */
  fork(): SeededRandom {
    return new SeededRandom(Math.floor(this.uniform() * 2 ** 32));
  }
}
