import { describe, expect, test } from "vitest";
import { hmacKdf } from "../../sim/world/hmac-kdf.ts";
import { argon2Kdf } from "./argon2.ts";
import { describeKdf } from "./kdf.contract.ts";

describeKdf("argon2id", argon2Kdf);
describeKdf("the seeded world's HMAC", hmacKdf);

describe("argon2id", () => {
  test("refuses a salt of another length, for a short one would be a weak one", async () => {
    await expect(argon2Kdf.derive("4821", new Uint8Array(8))).rejects.toThrow(RangeError);
  });

  test("derives what any other argon2id of this cost does", async () => {
    // Computed with the argon2Sync of Node 24.21's crypto, same parameters: verifiers must outlive the package.
    const reference = "ee1c656b418e08ab974b4c25d5e59de64d8c19d4e14c0757d6d4bf1fc31bf822";
    const derived = await argon2Kdf.derive("4821", new Uint8Array(16).fill(1));
    expect(Buffer.from(derived).toString("hex")).toBe(reference);
  });
});
