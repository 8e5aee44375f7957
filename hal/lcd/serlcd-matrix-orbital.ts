import type { BacklightLevel } from "../ports.ts";
import type { SerialCommandSet } from "./serlcd-commands.ts";

const COMMAND = 0xfe;
const LIGHT_ON = 0x42;
const WRAP_ON = 0x43;
const LIGHT_OFF = 0x46;
const MOVE = 0x47;
const UNDERLINE_OFF = 0x4b;
const GLYPH = 0x4e;
const CONTRAST = 0x50;
const SCROLL_OFF = 0x52;
const BLOCK_OFF = 0x54;
const CLEAR = 0x58;
const BRIGHTNESS = 0x99;

/** More than a module waits for within any command: a glyph's number and eight rows. */
const ESCAPES = 5;
const BRIGHTNESSES: Readonly<Record<Exclude<BacklightLevel, "off">, number>> = { full: 255, dim: 40 };
/** The light stays on until it is switched off. */
const NO_TIMEOUT = 0;

/**
 * Matrix Orbital's command set (LK204-25 and LK162 user manuals, "Command summary"), which many serial backpacks share. Brightness
 * and contrast are set without being saved. A value for contrast that is high here is dark.
 */
export const MATRIX_ORBITAL: SerialCommandSet = {
  name: "Matrix Orbital display",
  largest: { columns: 20, rows: 4 },
  startUpMs: 1000,
  byteMs: 0.5,
  attention: {
    bytes: [
      ...Array.from({ length: ESCAPES }, () => [COMMAND, SCROLL_OFF]).flat(),
      ...[COMMAND, WRAP_ON, COMMAND, UNDERLINE_OFF, COMMAND, BLOCK_OFF],
    ],
    busyMs: 0,
  },
  clear: { bytes: [COMMAND, CLEAR], busyMs: 5 },
  contrast: (value) => ({ bytes: [COMMAND, CONTRAST, value], busyMs: 0 }),
  backlight: (level) => ({
    bytes:
      level === "off"
        ? [COMMAND, LIGHT_OFF]
        : [COMMAND, LIGHT_ON, NO_TIMEOUT, COMMAND, BRIGHTNESS, BRIGHTNESSES[level]],
    busyMs: 0,
  }),
  moveTo: (row, column) => [COMMAND, MOVE, column + 1, row + 1],
  character: (code) => [code],
  glyph: (slot, pattern) => ({ bytes: [COMMAND, GLYPH, slot, ...pattern], busyMs: 2 }),
  glyphBlanks: false,
};
