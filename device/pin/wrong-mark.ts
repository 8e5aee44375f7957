import { createHmac, timingSafeEqual } from "node:crypto";
import type { PersonId } from "../../protocol/ids.ts";

/**
 * A mark names a wrong PIN that was tried on someone without saying which (design section 7): who does not have the terminal's
 * key can test no PIN against it, and it means nothing for anybody else.
 */

/** `HMAC-SHA-256(terminal key, label || slow hash || person)`, base64; the slow hash is under the salt of the person's own PIN. */
export function wrongMark(terminalKey: Uint8Array, slowHash: Uint8Array, person: PersonId): string {
  return createHmac("sha256", terminalKey)
    .update("punchbox wrong pin v1\0")
    .update(slowHash)
    .update(person)
    .digest("base64");
}

/** Whether a mark is among those known. Looks at all of them, whichever it is. */
export function isKnownMark(mark: string, known: readonly string[]): boolean {
  const wanted = Buffer.from(mark);
  const equal = known.filter((each) => {
    const other = Buffer.from(each);
    return other.length === wanted.length && timingSafeEqual(other, wanted);
  });
  return equal.length > 0;
}
