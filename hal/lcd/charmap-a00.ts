/**
 * Unicode to codes of ROM A00 (HD44780U datasheet, table 4). Only exact or accepted look-alikes; what is missing is
 * drawn as a glyph (glyphs.ts) or falls back to the nearest plain letter.
 */

/** Characters outside ASCII that the ROM has, by code. */
const BEYOND_ASCII: readonly (readonly [code: number, characters: string])[] = [
  [0x5c, "¥"],
  [0x7e, "→"],
  [0x7f, "←"],
  [0xa5, "·•"],
  [0xdf, "°"],
  [0xe0, "α"],
  [0xe1, "ä"],
  // The ROM's beta is what every German text on such a display uses for sharp s.
  [0xe2, "βß"],
  [0xe3, "ε"],
  [0xe4, "µμ"],
  [0xe5, "σ"],
  [0xe6, "ρ"],
  [0xe8, "√"],
  [0xec, "¢"],
  [0xed, "£"],
  [0xee, "ñ"],
  [0xef, "ö"],
  [0xf2, "θ"],
  [0xf3, "∞"],
  [0xf4, "Ω"],
  [0xf5, "ü"],
  [0xf6, "Σ"],
  [0xf7, "π"],
  [0xfa, "千"],
  [0xfb, "万"],
  [0xfc, "円"],
  [0xfd, "÷"],
  [0xff, "█■"],
];

/** In the ROM these two places of ASCII hold ¥ and arrows. */
const ASCII_NOT_IN_ROM = "\\~";
const FIRST_ASCII = 0x20;
const LAST_ASCII = 0x7e;
/** Half-width katakana of JIS X 0201: U+FF61 is code 0xA1, in the same order. */
const FIRST_KATAKANA = 0xff61;
const LAST_KATAKANA = 0xff9f;
const FIRST_KATAKANA_CODE = 0xa1;

function buildMap(): ReadonlyMap<string, number> {
  const map = new Map<string, number>();
  for (let code = FIRST_ASCII; code <= LAST_ASCII; code++) {
    const character = String.fromCharCode(code);
    if (!ASCII_NOT_IN_ROM.includes(character)) map.set(character, code);
  }
  for (let point = FIRST_KATAKANA; point <= LAST_KATAKANA; point++) {
    map.set(String.fromCharCode(point), FIRST_KATAKANA_CODE + point - FIRST_KATAKANA);
  }
  for (const [code, characters] of BEYOND_ASCII) {
    for (const character of characters) map.set(character, code);
  }
  return map;
}

const CODES = buildMap();

/** Shown for a character that nothing resembles. */
const REPLACEMENT = "?";

/** Plain letters for what Unicode does not decompose, and signs for signs. One cell each: the layout is done already. */
const NEAREST: ReadonlyMap<string, string> = new Map([
  ["ł", "l"],
  ["Ł", "L"],
  ["đ", "d"],
  ["Đ", "D"],
  ["ð", "d"],
  ["Ð", "D"],
  ["ø", "o"],
  ["Ø", "O"],
  ["ħ", "h"],
  ["Ħ", "H"],
  ["ı", "i"],
  ["æ", "a"],
  ["Æ", "A"],
  ["œ", "o"],
  ["Œ", "O"],
  ["ẞ", "B"],
  ["þ", "p"],
  ["Þ", "P"],
  ["¿", "?"],
  ["¡", "!"],
  ["\\", "/"],
  ["~", "-"],
  ["‘", "'"],
  ["’", "'"],
  ["‚", ","],
  ["“", '"'],
  ["”", '"'],
  ["„", '"'],
  ["«", "<"],
  ["»", ">"],
  ["‹", "<"],
  ["›", ">"],
  ["–", "-"],
  ["—", "-"],
  ["…", "."],
  ["×", "x"],
  ["\u00a0", " "],
]);

/** The ROM's own code for a character (one code point, composed), or null. */
export function romCode(character: string): number | null {
  return CODES.get(character) ?? null;
}

/** The code of the plain character nearest to one that the ROM lacks; that of `?` where nothing is near. */
export function nearestCode(character: string): number {
  const plain = NEAREST.get(character) ?? character.normalize("NFD").charAt(0);
  return CODES.get(plain) ?? CODES.get(REPLACEMENT) ?? FIRST_ASCII;
}
