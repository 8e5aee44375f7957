export const GLYPH_BYTES = 8;
const GLYPHS = 8;

export interface SerLcdLight {
  readonly red: number;
  readonly green: number;
  readonly blue: number;
}

/** What a SerLCD keeps without power. Bytes that change wear its EEPROM, others are not written (firmware 1.1 and later). */
export class SerLcdSettings {
  baudRate = 9600;
  contrast = 5;
  light: SerLcdLight = { red: 255, green: 255, blue: 255 };
  messages = true;
  /** Rows of each glyph; never written bytes are 0xFF. */
  readonly glyphs: readonly number[][] = Array.from({ length: GLYPHS }, () =>
    Array<number>(GLYPH_BYTES).fill(0xff),
  );
  /** Bytes written in its life. */
  written = 0;

  /** Keeps these; returns how many bytes changed. */
  store(changes: { baudRate?: number; contrast?: number; light?: SerLcdLight }): number {
    const { baudRate = this.baudRate, contrast = this.contrast, light = this.light } = changes;
    const before = [this.baudRate, this.contrast, this.light.red, this.light.green, this.light.blue];
    const after = [baudRate, contrast, light.red, light.green, light.blue];
    Object.assign(this, { baudRate, contrast, light });
    return this.#count(before, after);
  }

  storeGlyph(slot: number, rows: readonly number[]): number {
    const glyph = this.glyphs[slot] ?? [];
    const changed = this.#count(glyph, rows);
    glyph.splice(0, GLYPH_BYTES, ...rows);
    return changed;
  }

  #count(before: readonly number[], after: readonly number[]): number {
    const changed = after.filter((byte, at) => byte !== before[at]).length;
    this.written += changed;
    return changed;
  }
}
