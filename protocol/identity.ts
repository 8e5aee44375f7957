import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  sign,
  verify,
  type KeyObject,
} from "node:crypto";
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

/** Keys kept parsed: parsing takes longer than signing. A terminal has one, a hub one for each terminal it hears from. */
const MAX_KEYS_KEPT = 1_024;

const privateKeys = keptParsed((text) =>
  createPrivateKey({ key: Buffer.from(text, "base64"), format: "der", type: "pkcs8" }),
);
const publicKeys = keptParsed((text) => {
  const der = Buffer.concat([SPKI_PREFIX, Buffer.from(text, "base64")]);
  return createPublicKey({ key: der, format: "der", type: "spki" });
});

/** Signs with a private key as {@link generateTerminalKeyPair} made it; returns base64. */
export function signBytes(privateKey: string, bytes: Uint8Array): string {
  return sign(null, bytes, privateKeys(privateKey)).toString("base64");
}

export function verifyBytes(publicKey: string, bytes: Uint8Array, signature: string): boolean {
  return verify(null, bytes, publicKeys(publicKey), Buffer.from(signature, "base64"));
}

/** `parse`, with its latest answers kept; the one that was parsed first makes way. What does not parse is not kept. */
function keptParsed(parse: (text: string) => KeyObject): (text: string) => KeyObject {
  const kept = new Map<string, KeyObject>();
  return (text) => {
    const known = kept.get(text);
    if (known !== undefined) return known;
    const key = parse(text);
    if (kept.size >= MAX_KEYS_KEPT) {
      for (const first of kept.keys()) {
        kept.delete(first);
        break;
      }
    }
    kept.set(text, key);
    return key;
  };
}

/** What a terminal signs to prove itself: the hub's nonce, and which terminal it says it is. */
export function challengeBytes(terminal: TerminalId, nonce: string): Uint8Array {
  return Buffer.from(`punchbox challenge v1\n${terminal}\n${nonce}\n`, "utf8");
}
