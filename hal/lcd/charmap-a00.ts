import { ASCII, type RomCodes } from "./rom-codes.ts";

/** Unicode to codes of ROM A00, Latin and Japanese (HD44780U datasheet, table 4). Only exact or accepted look-alikes. */

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
/** Half-width katakana of JIS X 0201: U+FF61 is code 0xA1, in the same order. */
const FIRST_KATAKANA = 0xff61;
const LAST_KATAKANA = 0xff9f;
const FIRST_KATAKANA_CODE = 0xa1;

export function a00Codes(): RomCodes {
  const codes = new Map<string, number>();
  for (const character of ASCII) {
    if (!ASCII_NOT_IN_ROM.includes(character)) codes.set(character, character.charCodeAt(0));
  }
  for (let point = FIRST_KATAKANA; point <= LAST_KATAKANA; point++) {
    codes.set(String.fromCharCode(point), FIRST_KATAKANA_CODE + point - FIRST_KATAKANA);
  }
  for (const [code, characters] of BEYOND_ASCII) {
    for (const character of characters) codes.set(character, code);
  }
  return codes;
}
