/** Codes below this one show a pattern of CGRAM: slot `code & 7` (datasheet, table 5). */
export const CGRAM_CODES = 0x10;
/** Private code points that stand for CGRAM slots 0 to 7 in text read from the chip. */
const FIRST_GLYPH_CODE_POINT = 0xe000;

/** The first codes of every ROM, as text. */
export const CGRAM_CHARACTERS: readonly string[] = Array.from({ length: CGRAM_CODES }, (_, code) =>
  String.fromCharCode(FIRST_GLYPH_CODE_POINT + (code & 7)),
);
