import { createCipheriv, createDecipheriv, createSecretKey, hkdfSync } from "node:crypto";
import { CodedError } from "../../protocol/errors.ts";
import type { Random } from "../../protocol/seams.ts";

/**
 * What the roster rests under (design section 7): who has the card alone reads no name of it and can try no PIN. As good
 * as the way that the terminal key itself is kept.
 */
export interface RosterCipher {
  /** `place` says which table and row this is for: it opens there and nowhere else. */
  seal(place: string, plain: string): Uint8Array;
  /** Throws CodedError `roster.sealed` for what another key sealed, for another place, or what was damaged. */
  open(place: string, sealed: Uint8Array): string;
}

/** AES-256-GCM (NIST SP 800-38D): 96 bits of nonce, all 128 of the tag. */
const CIPHER = "aes-256-gcm";
const KEY_BYTES = 32;
const TAG_BYTES = 16;
/**
 * Nonces are random: good for 2^32 seals under one key (SP 800-38D section 8.3). A terminal makes a few for each punch, and
 * a counter on the card would go back with the card's content.
 */
const NONCE_BYTES = 12;

/** The key is HKDF-SHA-256 (RFC 5869) of the terminal key, under a label of its own. */
export function rosterCipher(terminalKey: Uint8Array, random: Random): RosterCipher {
  const derived = hkdfSync("sha256", terminalKey, new Uint8Array(), "punchbox roster at rest v1", KEY_BYTES);
  const key = createSecretKey(new Uint8Array(derived));
  return {
    seal(place, plain) {
      const nonce = random.bytes(NONCE_BYTES);
      const cipher = createCipheriv(CIPHER, key, nonce, { authTagLength: TAG_BYTES });
      cipher.setAAD(Buffer.from(place));
      return Buffer.concat([nonce, cipher.update(plain, "utf8"), cipher.final(), cipher.getAuthTag()]);
    },

    open(place, sealed) {
      try {
        const decipher = createDecipheriv(CIPHER, key, sealed.subarray(0, NONCE_BYTES), {
          authTagLength: TAG_BYTES,
        });
        decipher.setAAD(Buffer.from(place));
        decipher.setAuthTag(sealed.subarray(-TAG_BYTES));
        const plain = decipher.update(sealed.subarray(NONCE_BYTES, -TAG_BYTES));
        return Buffer.concat([plain, decipher.final()]).toString("utf8");
      } catch (cause) {
        throw new CodedError(
          "roster.sealed",
          "the roster on the card does not open with this terminal's key",
          {
            cause,
          },
        );
      }
    },
  };
}
