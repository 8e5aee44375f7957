import type { DisplaySize, Frame } from "../ports.ts";
import { charmapOf } from "./charmap.ts";
import { GLYPH_SLOTS } from "./chip-image.ts";
import { MAX_ECHO_CELLS } from "./frame-diff.ts";
import { GlyphSlots } from "./glyph-slots.ts";
import type { GlyphPattern } from "./glyphs.ts";

/** The newest frame, cell by cell from the top left, for a module that holds the glyphs that it says it holds. */
export class SerialText {
  readonly cells: number;
  /** 1 at cells of short changes, the echoes of keys, until they are shown. */
  readonly urgent: Uint8Array;
  readonly #size: DisplaySize;
  readonly #charmap = charmapOf("A00");
  readonly #slots = new GlyphSlots(this.#charmap);
  #characters: readonly string[];

  constructor(size: DisplaySize) {
    this.#size = size;
    this.cells = size.columns * size.rows;
    this.urgent = new Uint8Array(this.cells);
    this.#characters = Array<string>(this.cells).fill(" ");
  }

  /** Takes a frame; characters beyond the display's edge are left out. */
  take(frame: Frame): void {
    const before = this.#characters;
    const { columns, rows } = this.#size;
    this.#characters = Array.from({ length: rows }, (_, row) => {
      const letters = Array.from((frame.rows[row] ?? "").normalize("NFC")).slice(0, columns);
      return [...letters, ...Array<string>(columns - letters.length).fill(" ")];
    }).flat();
    this.#slots.allocate(this.#characters);
    let run = 0;
    for (let cell = 0; cell <= this.cells; cell++) {
      if (cell < this.cells && before[cell] !== this.#characters[cell]) run++;
      else {
        if (run <= MAX_ECHO_CELLS) this.urgent.fill(1, cell - run, cell);
        run = 0;
      }
    }
  }

  /** Codes by cell; a letter whose glyph is not held is the nearest plain one for now. */
  codes(holds: (slot: number, pattern: GlyphPattern) => boolean): Uint8Array {
    const missing = new Set<number>();
    for (const [slot, pattern] of this.#slots.inUse()) if (!holds(slot, pattern)) missing.add(slot);
    return Uint8Array.from(this.#characters, (character) => {
      const code = this.#slots.codeOf(character);
      return code < GLYPH_SLOTS && missing.has(code) ? this.#charmap.nearestCode(character) : code;
    });
  }

  /** Slots that the frame needs, with their patterns. */
  glyphs(): Iterable<readonly [slot: number, pattern: GlyphPattern]> {
    return this.#slots.inUse();
  }
}
