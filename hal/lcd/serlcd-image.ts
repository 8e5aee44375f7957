import { GLYPH_SLOTS } from "./chip-image.ts";
import type { GlyphPattern } from "./glyphs.ts";

const UNKNOWN = -1;
const BLANK = 0x20;

interface HeldGlyph {
  readonly pattern: GlyphPattern;
  /** It has been sent twice: not ever again, for it blanks the glass. */
  readonly confirmed: boolean;
  readonly held: boolean;
}

/** What a serial module holds, as far as what was sent to it tells. */
export class SerialImage {
  /** Codes by cell from the top left. */
  readonly cells: Int16Array;
  readonly #glyphs: (HeldGlyph | null)[] = Array<null>(GLYPH_SLOTS).fill(null);
  /** The cell that the next character goes to; null when not known. */
  #cursor: number | null = null;

  constructor(cells: number) {
    this.cells = new Int16Array(cells).fill(UNKNOWN);
  }

  get cursor(): number | null {
    return this.#cursor;
  }

  /** Nothing is known any more of what shows; glyphs that were sent only once are doubtful too. */
  forget(): void {
    this.cells.fill(UNKNOWN);
    this.#cursor = null;
    for (const [slot, glyph] of this.#glyphs.entries()) {
      if (glyph !== null && !glyph.confirmed) this.#glyphs[slot] = { ...glyph, held: false };
    }
  }

  /** The module may have lost them, or be another one now. */
  forgetGlyphs(): void {
    this.#glyphs.fill(null);
  }

  blanked(): void {
    this.cells.fill(BLANK);
    this.#cursor = null;
  }

  wrote(cell: number, code: number): void {
    this.cells[cell] = code;
    this.#cursor = cell + 1;
  }

  recorded(slot: number, pattern: GlyphPattern): void {
    const confirmed = this.#glyphs[slot]?.pattern === pattern;
    this.#glyphs[slot] = { pattern, confirmed, held: true };
    this.#cursor = null;
  }

  holdsGlyph(slot: number, pattern: GlyphPattern): boolean {
    const glyph = this.#glyphs[slot] ?? null;
    return glyph !== null && glyph.held && glyph.pattern === pattern;
  }
}
