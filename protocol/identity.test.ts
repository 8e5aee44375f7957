import { describe, expect, test } from "vitest";
import { generateTerminalKeyPair, signBytes, verifyBytes } from "./identity.ts";

const bytes = Buffer.from("what is signed");

describe("a terminal's key", () => {
  test("signs what only its public key verifies, also after more keys than are kept parsed", () => {
    const one = generateTerminalKeyPair();
    const other = generateTerminalKeyPair();
    const signature = signBytes(one.privateKey, bytes);
    for (let count = 0; count < 1_100; count += 1) {
      const { publicKey } = generateTerminalKeyPair();
      expect(verifyBytes(publicKey, bytes, signature)).toBe(false);
    }
    expect(verifyBytes(one.publicKey, bytes, signature)).toBe(true);
    expect(verifyBytes(other.publicKey, bytes, signature)).toBe(false);
    expect(signBytes(one.privateKey, bytes)).toBe(signature);
  });

  test("refuses what is no key, however often", () => {
    for (const key of ["", "no key", Buffer.alloc(31).toString("base64")]) {
      expect(() => verifyBytes(key, bytes, "")).toThrow();
      expect(() => verifyBytes(key, bytes, "")).toThrow();
      expect(() => signBytes(key, bytes)).toThrow();
    }
  });
});
