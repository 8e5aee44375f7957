import type { CharacterRom } from "../plan.ts";
import type { Frame } from "../ports.ts";
import { GLYPH_SLOTS } from "./chip-image.ts";
import { charmapOf } from "./charmap.ts";
import { echoCells } from "./frame-diff.ts";
import { DDRAM_SPAN, type Geometry } from "./geometry.ts";
import { GlyphSlots } from "./glyph-slots.ts";
import type { GlyphPattern } from "./glyphs.ts";

const BLANK = 0x20;

/** The newest frame as codes by DDRAM address, with the glyphs it needs, and which of its cells are urgent. */
export class FrameCodes {
  /** Codes wanted, by DDRAM address. */
  readonly wanted = new Uint8Array(DDRAM_SPAN).fill(BLANK);
  readonly #geometry: Geometry;
  readonly #slots: GlyphSlots;
  #before = new Uint8Array(DDRAM_SPAN);
  /**
   * 1 at addresses of short changes: echoes of keys, whether they came with the newest frame or, not painted yet, with
   * one before it.
   */
  readonly #urgent = new Uint8Array(DDRAM_SPAN);

  constructor(geometry: Geometry, rom: CharacterRom) {
    this.#geometry = geometry;
    this.#slots = new GlyphSlots(charmapOf(rom));
  }

  /** Takes a frame; characters beyond the display's edge are left out. `held` is what the controller holds already. */
  take(frame: Frame, held: ArrayLike<number>): void {
    const { size, addresses } = this.#geometry;
    const characters = Array.from({ length: size.rows }, (_, row) =>
      lettersOf(frame.rows[row] ?? "").slice(0, size.columns),
    );
    this.#slots.allocate(characters.flat());
    this.#before.set(this.wanted);
    for (const address of addresses) {
      if (this.wanted[address] === held[address]) this.#urgent[address] = 0;
    }
    for (const [cell, address] of addresses.entries()) {
      const character = characters[Math.floor(cell / size.columns)]?.[cell % size.columns];
      this.wanted[address] = character === undefined ? BLANK : this.#slots.codeOf(character);
    }
    for (const address of echoCells(this.#before, this.wanted, this.#geometry)) this.#urgent[address] = 1;
  }

  /** Slots that the frame needs, with their patterns. */
  glyphs(): Iterable<readonly [slot: number, pattern: GlyphPattern]> {
    return this.#slots.inUse();
  }

  /** 1 at addresses that go before others; without cells that show a glyph, where glyphs are not in place yet. */
  urgent(glyphsInPlace: boolean): ArrayLike<number> {
    if (glyphsInPlace) return this.#urgent;
    return this.#urgent.map((urgent, address) => ((this.wanted[address] ?? 0) < GLYPH_SLOTS ? 0 : urgent));
  }
}

/** Normalising loads its tables at its first use, which takes as long as painting a frame: not for plain letters. */
function lettersOf(text: string): string[] {
  return Array.from(/[^ -~]/.test(text) ? text.normalize("NFC") : text);
}
