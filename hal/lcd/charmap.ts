import type { CharacterRom } from "../plan.ts";
import { a00Codes } from "./charmap-a00.ts";
import { a02Codes } from "./charmap-a02.ts";

/**
 * From text to the codes of a controller's character ROM. What the ROM lacks is drawn as a glyph (glyphs.ts), of which eight
 * fit at a time, or falls back to the nearest plain letter. Another ROM is another table in {@link charmapOf}.
 */
export interface Charmap {
  /** The ROM's own code for a character, or null. */
  readonly romCode: (character: string) => number | null;
  /** The code of the plain character nearest to one that the ROM lacks; that of `?` where nothing is near. */
  readonly nearestCode: (character: string) => number;
}

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
  ["■", "#"],
  ["█", "#"],
  ["→", ">"],
  ["←", "<"],
  ["·", "."],
  ["•", "."],
  ["\u00a0", " "],
]);

/** The map of a ROM. Made once for each, when it is first asked for. */
export function charmapOf(rom: CharacterRom): Charmap {
  const known = MADE.get(rom);
  if (known !== undefined) return known;
  const codes = rom === "A00" ? a00Codes() : a02Codes();
  const charmap: Charmap = {
    romCode: (character) => codes.get(character) ?? null,
    nearestCode(character) {
      const plain = NEAREST.get(character) ?? character.normalize("NFD").charAt(0);
      return codes.get(plain) ?? REPLACEMENT.charCodeAt(0);
    },
  };
  MADE.set(rom, charmap);
  return charmap;
}

const MADE = new Map<CharacterRom, Charmap>();
