import { createHmac } from "node:crypto";
import type { Kdf } from "../../protocol/seams.ts";

/** An HMAC in place of argon2id: the same promises, none of the cost. For worlds without real secrets only. */
export const hmacKdf: Kdf = {
  derive: (pin, salt) => Promise.resolve(new Uint8Array(createHmac("sha256", salt).update(pin).digest())),
};
