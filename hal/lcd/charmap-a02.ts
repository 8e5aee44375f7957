import { ASCII, type RomCodes } from "./rom-codes.ts";

/**
 * Unicode to codes of ROM A02, Western European and Cyrillic (HD44780U datasheet, table 4). Only exact or accepted
 * look-alikes.
 */

/** 0x10 to 0x1F, in the table's order. */
const SIGNS = "▶◀“”⏫⏬●↲↑↓→←≤≥▲▼";
/** 0x7F to 0x9F: a house, the Cyrillic capitals that Latin lacks, Greek, notes. */
const BEYOND_ASCII = "⌂БДЖЗИЙЛПУЦЧШЩЪЫЭα♪ΓπΣσ♬τ🔔θΩδ∞♥ε∩";
/** 0xA0 to 0xFF: Latin-1 but for a few places, which are named below. */
const FIRST_LATIN_1 = 0xa0;
const LAST_LATIN_1 = 0xff;
const NOT_LATIN_1: readonly (readonly [code: number, characters: string])[] = [
  [0xa0, "‖"],
  [0xa8, "ƒ"],
  [0xac, "Ю"],
  [0xad, "Я"],
  [0xb8, "ω"],
  [0xd8, "ΦФ"],
];
/** A stroke above and a pair of letters, which no text here uses. */
const UNNAMED = [0xaf, 0xb4];
/** Drawn alike: what else may be shown by a code. */
const ALIKE: readonly (readonly [code: number, characters: string])[] = [
  [0x16, "•"],
  [0x92, "Г"],
  [0xb5, "μ"],
  [0xd0, "Đ"],
  [0xdf, "β"],
];
/** Cyrillic capitals that look like Latin ones have no places of their own. */
const LIKE_LATIN = "АВЕКМНОРСТХ";
const LATIN = "ABEKMHOPCTX";

export function a02Codes(): RomCodes {
  const codes = new Map<string, number>();
  const place = (first: number, characters: Iterable<string>): void => {
    let code = first;
    for (const character of characters) codes.set(character, code++);
  };
  for (const character of ASCII) codes.set(character, character.charCodeAt(0));
  place(0x10, SIGNS);
  place(0x7f, BEYOND_ASCII);
  const other = new Set([...NOT_LATIN_1.map(([code]) => code), ...UNNAMED]);
  for (let code = FIRST_LATIN_1; code <= LAST_LATIN_1; code++) {
    if (!other.has(code)) codes.set(String.fromCharCode(code), code);
  }
  for (const [code, characters] of [...NOT_LATIN_1, ...ALIKE]) {
    for (const character of characters) codes.set(character, code);
  }
  for (const [index, cyrillic] of Array.from(LIKE_LATIN).entries()) {
    codes.set(cyrillic, LATIN.charCodeAt(index));
  }
  return codes;
}
