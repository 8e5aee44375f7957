import { SET_CGRAM, GLYPH_ROWS, type ChipImage } from "./chip-image.ts";
import type { GlyphPattern } from "./glyphs.ts";
import { DATA_FLAG, type LcdByte } from "./lcd-bus.ts";

/**
 * Bytes that bring the slots' patterns into CGRAM, row by row where the controller does not hold them yet. A transaction
 * may end anywhere in it: what is left is what the next call returns.
 */
export function glyphDiff(
  image: ChipImage,
  slots: Iterable<readonly [slot: number, pattern: GlyphPattern]>,
): LcdByte[] {
  const bytes: LcdByte[] = [];
  let counter = image.cgramAddress;
  for (const [slot, pattern] of slots) {
    for (const [row, dots] of pattern.entries()) {
      if (image.holdsGlyphRow(slot, row, dots)) continue;
      const address = slot * GLYPH_ROWS + row;
      if (counter !== address) bytes.push(SET_CGRAM | address);
      bytes.push(DATA_FLAG | dots);
      counter = address + 1;
    }
  }
  return bytes;
}
