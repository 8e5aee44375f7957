import { createHash, createHmac } from "node:crypto";
import type { Kdf, Random, WallClock } from "../../protocol/seams.ts";

/** Seams for tests, each a real implementation of its interface: only chance, cost and the time of day are tame. */

/** Bytes from SHA-256 in counter mode: the same for the same seed. */
export function testRandom(seed: number): Random {
  let counter = 0;
  const block = (): Buffer => createHash("sha256").update(`${seed}:${counter++}`).digest();
  return {
    bytes(length) {
      const blocks: Buffer[] = [];
      for (let have = 0; have < length; have += 32) blocks.push(block());
      return new Uint8Array(Buffer.concat(blocks).subarray(0, length));
    },
    uniform: () => block().readUIntBE(0, 6) / 2 ** 48,
  };
}

/** An HMAC in place of argon2id: the same promises, none of the cost. */
export const testKdf: Kdf = {
  derive: (pin, salt) => Promise.resolve(new Uint8Array(createHmac("sha256", salt).update(pin).digest())),
};

/** 2026-11-24T06:02:00Z, a Tuesday: the idle screen of the product's description. */
export const TEST_WALL_MS = Date.UTC(2026, 10, 24, 6, 2);

export interface SettableWallClock extends WallClock {
  set(wallMs: number): void;
}

export function testWallClock(startMs: number = TEST_WALL_MS): SettableWallClock {
  let now = startMs;
  return { wallMs: () => now, set: (wallMs) => void (now = wallMs) };
}
