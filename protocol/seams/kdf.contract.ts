import { describe, expect, test } from "vitest";
import { KDF_BYTES, SALT_BYTES, type Kdf } from "../seams.ts";

/** What every {@link Kdf} does, whatever it costs. */
export function describeKdf(name: string, kdf: Kdf): void {
  describe(`Kdf: ${name}`, () => {
    const salt = new Uint8Array(SALT_BYTES).fill(1);

    test("derives the same bytes from the same PIN and salt, as many as promised", async () => {
      const derived = await kdf.derive("4821", salt);
      expect(derived).toHaveLength(KDF_BYTES);
      expect(await kdf.derive("4821", salt)).toEqual(derived);
    });

    test("derives other bytes from another PIN or another salt", async () => {
      const derived = await kdf.derive("4821", salt);
      expect(await kdf.derive("4822", salt)).not.toEqual(derived);
      expect(await kdf.derive("4821", new Uint8Array(SALT_BYTES).fill(2))).not.toEqual(derived);
    });

    test("works on several at once", async () => {
      const pins = ["1", "2", "3", "4"];
      const together = await Promise.all(pins.map((pin) => kdf.derive(pin, salt)));
      for (const [index, pin] of pins.entries()) expect(await kdf.derive(pin, salt)).toEqual(together[index]);
    });
  });
}
