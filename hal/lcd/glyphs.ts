import { GLYPH_ROWS } from "./chip-image.ts";

/**
 * 5x8 patterns of the letters that a ROM lacks, A00 most of them and A02 those of Central Europe: all of German, Spanish,
 * French, Polish, Croatian, Czech, Slovak and Romanian, in both cases. Most are a letter under a mark: two rows of mark,
 * then the letter, whose capitals are drawn six rows high to make room.
 */

/** Eight rows from the top, bit 4 the left dot. */
export type GlyphPattern = readonly number[];

/** Rows of dots, `#` set, top to bottom, separated by spaces. */
type Dots = string;

/** Marks of two rows, and the letters that are a body under one. */
const MARKED: readonly { readonly name: string; readonly dots: Dots; readonly letters: string }[] = [
  { name: "acute", dots: "...#. ..#..", letters: "ÁáĆćÉéÍíĹŃńÓóŔŕŚśÚúÝýŹź" },
  { name: "grave", dots: ".#... ..#..", letters: "ÀàÈèÌìÒòÙù" },
  { name: "circumflex", dots: "..#.. .#.#.", letters: "ÂâÊêÎîÔôÛû" },
  { name: "caron", dots: ".#.#. ..#..", letters: "ČčĎĚěŇňŘřŠšŤŽž" },
  { name: "breve", dots: "#...# .###.", letters: "Ăă" },
  { name: "diaeresis", dots: ".#.#. .....", letters: "ÄËëÏïÖÜŸÿ" },
  { name: "tilde", dots: ".##.# #.##.", letters: "ÃãÑÕõ" },
  { name: "ring", dots: "..##. ..##.", letters: "Ůů" },
  { name: "double acute", dots: "..#.# .#.#.", letters: "ŐőŰű" },
  { name: "dot", dots: "..#.. .....", letters: "İŻż" },
];

/** Letters of six rows for under a mark: capitals reach one row deeper than usual, small letters leave it empty. */
const BODIES: Readonly<Record<string, Dots>> = {
  A: ".###. #...# #...# ##### #...# #...#",
  C: ".###. #...# #.... #.... #...# .###.",
  D: "####. #...# #...# #...# #...# ####.",
  E: "##### #.... ####. #.... #.... #####",
  I: ".###. ..#.. ..#.. ..#.. ..#.. .###.",
  L: "#.... #.... #.... #.... #.... #####",
  N: "#...# ##..# #.#.# #..## #...# #...#",
  O: ".###. #...# #...# #...# #...# .###.",
  R: "####. #...# ####. #.#.. #..#. #...#",
  S: ".#### #.... .###. ....# ....# ####.",
  T: "##### ..#.. ..#.. ..#.. ..#.. ..#..",
  U: "#...# #...# #...# #...# #...# .###.",
  Y: "#...# #...# .#.#. ..#.. ..#.. ..#..",
  Z: "##### ...#. ..#.. .#... #.... #####",
  a: ".###. ....# .#### #...# .#### .....",
  c: ".###. #.... #.... #...# .###. .....",
  e: ".###. #...# ##### #.... .###. .....",
  i: ".##.. ..#.. ..#.. ..#.. .###. .....",
  n: "#.##. ##..# #...# #...# #...# .....",
  o: ".###. #...# #...# #...# .###. .....",
  r: "#.##. ##..# #.... #.... #.... .....",
  s: ".#### #.... .###. ....# ####. .....",
  u: "#...# #...# #...# #..## .##.# .....",
  y: "#...# #...# .#### ....# .###. .....",
  z: "##### ...#. ..#.. .#... ##### .....",
};

/** Letters of their own shape: strokes, hooks, cedillas, commas below, carons beside, ligatures. */
const DRAWN: Readonly<Record<string, Dots>> = {
  Å: "..#.. .#.#. ..#.. .###. #...# ##### #...# .....",
  å: "..#.. .#.#. ..#.. .###. ....# .#### #...# .####",
  Ą: ".###. #...# #...# ##### #...# #...# ...#. ...##",
  ą: "..... ..... .###. ....# .#### #...# .#### ...##",
  Ę: "##### #.... ####. #.... #.... ##### ...#. ...##",
  ę: "..... ..... .###. #...# ##### #.... .###. ..##.",
  Ł: "#.... #.#.. ##... #.... #.... #.... ##### .....",
  ł: ".##.. ..#.. ..##. .##.. ..#.. ..#.. .###. .....",
  Đ: ".###. .#..# .#..# ###.# .#..# .#..# .###. .....",
  ĺ: "..### .##.. ..#.. ..#.. ..#.. ..#.. .###. .....",
  đ: "...#. ..### ...#. .###. #..#. #..#. .###. .....",
  ď: "...## ...#. ...#. .###. #..#. #..#. .###. .....",
  ť: ".#..# .#.#. ###.. .#... .#... .#.#. ..#.. .....",
  Ľ: "#..#. #.#.. #.... #.... #.... #.... ##### .....",
  ľ: "##..# .#.#. .#... .#... .#... .#... ###.. .....",
  Ç: ".###. #...# #.... #.... #...# .###. ..#.. .##..",
  ç: "..... ..... .###. #.... #...# .###. ..#.. .##..",
  Ș: ".#### #.... .###. ....# ....# ####. ..#.. .#...",
  ș: "..... ..... .#### #.... .###. ....# ####. .#...",
  Ț: "##### ..#.. ..#.. ..#.. ..#.. ..... ..#.. .#...",
  ț: ".#... .#... ###.. .#... .#..# ..##. ..... ..#..",
  Æ: ".#### #.#.. #.#.. ##### #.#.. #.#.. #.### .....",
  æ: "..... ..... ##.#. ..#.# .#### #.#.. .#.## .....",
  Œ: ".#### #.#.. #.#.. #.### #.#.. #.#.. .#### .....",
  œ: "..... ..... .#.#. #.#.# #.### #.#.. .#.## .....",
  ẞ: ".###. #...# #..#. #.##. #...# #...# #.##. .....",
  Ø: ".###. #..## #.#.# #.#.# #.#.# ##..# .###. .....",
  ø: "..... ..... .##.# #..#. #.#.# .#..# #.##. .....",
  "¿": "..#.. ..... ..#.. .#... #.... #...# .###. .....",
  "¡": "..#.. ..... ..... ..#.. ..#.. ..#.. ..#.. .....",
  "\\": "..... #.... .#... ..#.. ...#. ....# ..... .....",
  "■": "##### ##### ##### ##### ##### ##### ##### .....",
  "€": "..### .#... ####. .#... ####. .#... ..### .....",
};

/** Romanian is also written with cedillas, in older texts. */
const SAME_SHAPE: readonly (readonly [letter: string, as: string])[] = [
  ["Ş", "Ș"],
  ["ş", "ș"],
  ["Ţ", "Ț"],
  ["ţ", "ț"],
];

function pattern(dots: Dots): GlyphPattern {
  const rows = dots
    .split(" ")
    .map((row) => Number.parseInt(row.replaceAll("#", "1").replaceAll(".", "0"), 2));
  if (rows.length !== GLYPH_ROWS) throw new RangeError(`a glyph has ${GLYPH_ROWS} rows, not ${rows.length}`);
  return rows;
}

function buildGlyphs(): ReadonlyMap<string, GlyphPattern> {
  const patterns = new Map<string, GlyphPattern>();
  for (const { dots, letters } of MARKED) {
    for (const letter of letters) {
      const body = BODIES[letter.normalize("NFD").charAt(0)] ?? "";
      patterns.set(letter, pattern(`${dots} ${body}`));
    }
  }
  for (const [letter, dots] of Object.entries(DRAWN)) patterns.set(letter, pattern(dots));
  for (const [letter, as] of SAME_SHAPE) {
    const shape = patterns.get(as);
    if (shape !== undefined) patterns.set(letter, shape);
  }
  return patterns;
}

let built: ReadonlyMap<string, GlyphPattern> | null = null;

/** Made at the first letter that needs one: a first frame in plain letters should not wait for it. */
function glyphs(): ReadonlyMap<string, GlyphPattern> {
  built ??= buildGlyphs();
  return built;
}

/** The pattern of a letter (one code point, composed), or undefined: the ROM has it, or nobody drew it. */
export function glyphOf(character: string): GlyphPattern | undefined {
  return glyphs().get(character);
}

/** Every letter that has a glyph. */
export function glyphLetters(): readonly string[] {
  return [...glyphs().keys()];
}

/** The letter whose glyph has exactly these rows: how an observer reads a CGRAM slot as text. */
export function letterOfGlyph(rows: readonly number[]): string | undefined {
  for (const [letter, shape] of glyphs()) {
    if (shape.every((row, index) => row === rows[index])) return letter;
  }
  return undefined;
}
