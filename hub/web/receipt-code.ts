/** Receipt codes as people write them down and read them out. Pure. */

/** Characters of a code (protocol/chain.ts). */
const CODE = /^[0-9a-hjkmnp-tv-z]{8}$/;

/**
 * The code that was typed, as Crockford's base 32 reads it: case and what stands between do not matter, O is 0, I and L
 * are 1 (crockford.com/base32.html). Null: it can be none.
 */
export function readReceiptCode(typed: string): string | null {
  const code = typed
    .toLowerCase()
    .replaceAll(/[^0-9a-z]/g, "")
    .replaceAll("o", "0")
    .replaceAll(/[il]/g, "1");
  return CODE.test(code) ? code : null;
}
