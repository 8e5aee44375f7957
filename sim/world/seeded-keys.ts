import { createPrivateKey, createPublicKey } from "node:crypto";
import type { TerminalKeyPair } from "../../protocol/identity.ts";
import type { Random } from "../../protocol/seams.ts";

/** DER around the 32 bytes that an Ed25519 key is made of: RFC 8410, section 7. */
const PKCS8_PREFIX = Buffer.from("302e020100300506032b657004220420", "hex");
const SEED_BYTES = 32;

/** A terminal's keys by a seed, so that every signature of a run is the same the next time. */
export function seededKeyPair(random: Random): TerminalKeyPair {
  const der = Buffer.concat([PKCS8_PREFIX, random.bytes(SEED_BYTES)]);
  const privateKey = createPrivateKey({ key: der, format: "der", type: "pkcs8" });
  const spki = createPublicKey(privateKey).export({ type: "spki", format: "der" });
  return {
    publicKey: spki.subarray(-SEED_BYTES).toString("base64"),
    privateKey: der.toString("base64"),
  };
}
