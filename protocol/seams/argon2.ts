import { hashRaw } from "@node-rs/argon2";
import { KDF_BYTES, SALT_BYTES, type Kdf } from "../seams.ts";
import { ARGON2_COST } from "../verifier.ts";

/** argon2id (the package's default algorithm) on libuv's thread pool: the event loop never waits for it. */
export const argon2Kdf: Kdf = {
  async derive(pin, salt) {
    if (salt.length !== SALT_BYTES) throw new RangeError(`a salt has ${SALT_BYTES} bytes`);
    const hash = await hashRaw(pin, {
      memoryCost: ARGON2_COST.memoryKiB,
      timeCost: ARGON2_COST.passes,
      parallelism: ARGON2_COST.lanes,
      outputLen: KDF_BYTES,
      salt,
    });
    return new Uint8Array(hash);
  },
};
