import { GLYPH_SLOTS } from "./chip-image.ts";
import { glyphOf, type GlyphPattern } from "./glyphs.ts";
import { charmapOf, type Charmap } from "./charmap.ts";

/**
 * Which letters the eight custom glyphs show. Slots are given from the frame: a letter that has one keeps it, a new one
 * takes the slot that was used least recently and is not needed now. Letters beyond eight fall back to plain ones.
 */
export class GlyphSlots {
  readonly #charmap: Charmap;
  readonly #letters: (string | null)[] = Array<null>(GLYPH_SLOTS).fill(null);
  readonly #lastUse: number[] = Array<number>(GLYPH_SLOTS).fill(0);
  #frames = 0;

  constructor(charmap: Charmap = charmapOf("A00")) {
    this.#charmap = charmap;
  }

  /** Gives slots to a frame's characters (in order of appearance, repetitions allowed); call once for each new frame. */
  allocate(characters: Iterable<string>): void {
    this.#frames++;
    const wanted = new Set<string>();
    for (const character of characters) {
      if (wanted.size === GLYPH_SLOTS) break;
      if (this.#charmap.romCode(character) === null && glyphOf(character) !== undefined)
        wanted.add(character);
    }
    for (const [slot, letter] of this.#letters.entries()) {
      if (letter !== null && wanted.delete(letter)) this.#lastUse[slot] = this.#frames;
    }
    for (const letter of wanted) {
      const slot = this.#leastRecentlyUsed();
      this.#letters[slot] = letter;
      this.#lastUse[slot] = this.#frames;
    }
  }

  /** The code that shows a character: the ROM's, a slot's, or the nearest plain letter's. */
  codeOf(character: string): number {
    const code = this.#charmap.romCode(character);
    if (code !== null) return code;
    const slot = this.#letters.indexOf(character);
    return slot >= 0 && this.#lastUse[slot] === this.#frames ? slot : this.#charmap.nearestCode(character);
  }

  /** Slots that the latest frame needs, with their patterns. */
  *inUse(): Generator<readonly [slot: number, pattern: GlyphPattern]> {
    for (const [slot, letter] of this.#letters.entries()) {
      const pattern = letter === null ? undefined : glyphOf(letter);
      if (pattern !== undefined && this.#lastUse[slot] === this.#frames) yield [slot, pattern];
    }
  }

  #leastRecentlyUsed(): number {
    let oldest = 0;
    for (let slot = 1; slot < GLYPH_SLOTS; slot++) {
      if ((this.#lastUse[slot] ?? 0) < (this.#lastUse[oldest] ?? 0)) oldest = slot;
    }
    return oldest;
  }
}
