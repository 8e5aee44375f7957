import { createPrivateKey, createPublicKey, generateKeyPairSync, sign, verify } from "node:crypto";
import type { TerminalId } from "./ids.ts";

/**
 * A terminal is its Ed25519 key (RFC 8032). Public keys travel as the 32 raw bytes, private keys rest as PKCS #8 DER;
 * both base64. The DER prefixes are those of RFC 8410.
 */
const SPKI_PREFIX = Buffer.from("302a300506032b6570032100", "hex");

export interface TerminalKeyPair {
  readonly publicKey: string;
  readonly privateKey: string;
}

export function generateTerminalKeyPair(): TerminalKeyPair {
  const pair = generateKeyPairSync("ed25519");
  const spki = pair.publicKey.export({ type: "spki", format: "der" });
  return {
    publicKey: spki.subarray(SPKI_PREFIX.length).toString("base64"),
    privateKey: pair.privateKey.export({ type: "pkcs8", format: "der" }).toString("base64"),
  };
}

/** Signs with a private key as {@link generateTerminalKeyPair} made it; returns base64. */
export function signBytes(privateKey: string, bytes: Uint8Array): string {
  const key = createPrivateKey({ key: Buffer.from(privateKey, "base64"), format: "der", type: "pkcs8" });
  return sign(null, bytes, key).toString("base64");
}

export function verifyBytes(publicKey: string, bytes: Uint8Array, signature: string): boolean {
  const der = Buffer.concat([SPKI_PREFIX, Buffer.from(publicKey, "base64")]);
  const key = createPublicKey({ key: der, format: "der", type: "spki" });
  return verify(null, bytes, key, Buffer.from(signature, "base64"));
}

/** What a terminal signs to prove itself: the hub's nonce, and which terminal it says it is. */
export function challengeBytes(terminal: TerminalId, nonce: string): Uint8Array {
  return Buffer.from(`punchbox challenge v1\n${terminal}\n${nonce}\n`, "utf8");
}
