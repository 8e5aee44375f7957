import { createHmac, timingSafeEqual } from "node:crypto";
import type { KioskId, PersonId } from "./ids.ts";
import type { PinVerifier } from "./roster.ts";
import { KDF_BYTES, SALT_BYTES } from "./seams.ts";

/**
 * PIN verifiers (design section 7): one slow hash per PIN change, then one cheap HMAC per terminal. A verifier is
 * useless without the key of the terminal it was made for, and says nothing about the same PIN at another terminal.
 */

/** argon2id cost (RFC 9106; the OWASP minimum): 19 MiB, two passes, one lane. */
export const ARGON2_COST = { memoryKiB: 19 * 1024, passes: 2, lanes: 1 } as const;

/** Whose PIN: a person's, or the kiosk's Universal PIN. */
export type PinOwner = PersonId | "universal";

/** `HMAC-SHA-256(terminal key, slow hash || owner || kiosk)`, with lengths fixed by the types and a label in front. */
export function deriveVerifier(
  terminalKey: Uint8Array,
  slowHash: Uint8Array,
  owner: PinOwner,
  kiosk: KioskId,
): Uint8Array {
  if (slowHash.length !== KDF_BYTES) throw new RangeError(`a slow hash has ${KDF_BYTES} bytes`);
  return createHmac("sha256", terminalKey)
    .update("punchbox verifier v1\0")
    .update(slowHash)
    .update(`${owner}\0${kiosk}`)
    .digest();
}

export function encodeVerifier(salt: Uint8Array, verifier: Uint8Array): PinVerifier {
  return { salt: Buffer.from(salt).toString("base64"), verifier: Buffer.from(verifier).toString("base64") };
}

export function saltOf(pin: PinVerifier): Uint8Array {
  return new Uint8Array(Buffer.from(pin.salt, "base64"));
}

/** Constant-time comparison of a freshly derived verifier with a stored one. */
export function verifierMatches(pin: PinVerifier, derived: Uint8Array): boolean {
  const expected = Buffer.from(pin.verifier, "base64");
  return expected.length === derived.length && timingSafeEqual(expected, derived);
}

/** For a check that cannot succeed but must cost the same as one that can: no such PIN, or one that does not apply. */
export const DUMMY_SALT: Uint8Array = new Uint8Array(SALT_BYTES);
