import * as z from "zod";

/**
 * Identifiers are 16 lower-case characters of Crockford's base 32 (80 random bits): short on screen and in logs,
 * safe in URLs, with no I, L, O, U to misread.
 */
export const ID_LENGTH = 16;
const CROCKFORD = "0123456789abcdefghjkmnpqrstvwxyz";
const idPattern = /^[0-9a-hjkmnp-tv-z]{16}$/;
const idSchema = z.string().regex(idPattern, "must be 16 characters of Crockford base 32");

export const personId = idSchema.brand<"PersonId">();
export const kioskId = idSchema.brand<"KioskId">();
export const terminalId = idSchema.brand<"TerminalId">();
/** Names one life of a terminal's ledger; new when the card is re-imaged (design section 8). */
export const storeId = idSchema.brand<"StoreId">();
export const bootId = idSchema.brand<"BootId">();
/** Position in a store's ledger: 1, 2, 3 ... without gaps. */
export const eventSeq = z.int().min(1).max(Number.MAX_SAFE_INTEGER).brand<"EventSeq">();

export type PersonId = z.infer<typeof personId>;
export type KioskId = z.infer<typeof kioskId>;
export type TerminalId = z.infer<typeof terminalId>;
export type StoreId = z.infer<typeof storeId>;
export type BootId = z.infer<typeof bootId>;
export type EventSeq = z.infer<typeof eventSeq>;

/** A claim token: 128 bits in Crockford base 32, grouped for reading aloud or not at all. */
export const claimToken = z
  .string()
  .regex(/^[0-9a-hjkmnp-tv-z]{26}$/, "must be 26 characters of Crockford base 32");
export const CLAIM_TOKEN_LENGTH = 26;

/** Crockford base 32 of the leading `5 * length` bits of `bytes`. */
export function crockford(bytes: Uint8Array, length: number): string {
  let bits = 0;
  let bitCount = 0;
  let text = "";
  for (const byte of bytes) {
    bits = (bits << 8) | byte;
    bitCount += 8;
    while (bitCount >= 5 && text.length < length) {
      bitCount -= 5;
      text += CROCKFORD.charAt((bits >> bitCount) & 31);
    }
    bits &= (1 << bitCount) - 1;
  }
  if (text.length < length)
    throw new RangeError(`${bytes.length} bytes are too few for ${length} characters`);
  return text;
}

/** Makes a fresh identifier: `makeId(personId, random)`. */
export function makeId<Id extends string>(
  schema: { parse(value: unknown): Id },
  random: { bytes(length: number): Uint8Array },
): Id {
  return schema.parse(crockford(random.bytes(10), ID_LENGTH));
}
