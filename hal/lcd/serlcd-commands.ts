import type { BacklightLevel, DisplaySize } from "../ports.ts";
import type { GlyphPattern } from "./glyphs.ts";

/** Bytes for a module, and for how long after the last of them it is busy and may lose what is sent. */
export interface SerialCommand {
  readonly bytes: readonly number[];
  readonly busyMs: number;
}

/**
 * What a serial display module understands: all that differs from one make to another. Text wraps from each row to the next one
 * below. Rows and columns count from 0.
 */
export interface SerialCommandSet {
  /** For messages. */
  readonly name: string;
  readonly largest: DisplaySize;
  /** After power-on the module hears nothing for so long. */
  readonly startUpMs: number;
  /** What the module itself needs for a byte of text; a faster port is no use. */
  readonly byteMs: number;
  /**
   * Gets a module to listen that may be in the middle of anything, switches the display on and the cursor off. Leaves text and light
   * alone; where the cursor is afterwards is not known.
   */
  readonly attention: SerialCommand;
  /** Blanks everywhere; the cursor is not known afterwards. */
  readonly clear: SerialCommand;
  contrast(value: number): SerialCommand;
  backlight(level: BacklightLevel): SerialCommand;
  moveTo(row: number, column: number): readonly number[];
  /** Shows a code of the ROM, or 0 to 7 for a glyph, and moves on by one. */
  character(code: number): readonly number[];
  glyph(slot: number, pattern: GlyphPattern): SerialCommand;
  /**
   * Whether a glyph's arrival blanks the glass: then it is not sent with every resync, and the module has to keep it without power. The
   * cursor is not known after a glyph in any case.
   */
  readonly glyphBlanks: boolean;
}

/** The setting prefix, which doubled is itself, and the prefix of the controller's own instructions. */
const SETTING = 0x7c;
const COMMAND = 0xfe;

const CONTRAST = 0x18;
const FIRST_GLYPH = 0x1b;
const FIRST_GLYPH_CHARACTER = 0x23;
const BACKLIGHT_RGB = 0x2b;
const CLEAR = 0x2d;
const MESSAGES_OFF = 0x2f;
/** Does nothing after either prefix: a command or setting that no firmware has. */
const NOTHING = 0x3f;
/** More than a module waits for within any command: a glyph's eight rows. */
const ESCAPES = 5;

/** Instructions of the HD44780 (datasheet, table 6): two lines, count up, display on without cursor. */
const FUNCTION_SET = 0x28;
const ENTRY_MODE = 0x06;
const DISPLAY_ON = 0x0c;
const SET_ADDRESS = 0x80;
/** Addresses of rows 0 to 3 in the module's own count, whatever its width. */
const ROW_ADDRESSES = [0, 64, 20, 84] as const;

/** 0 to 255 for red, green and blue alike; dim is enough to read by in the dark. */
const LIGHT: Readonly<Record<BacklightLevel, number>> = { full: 255, dim: 40, off: 0 };

const CLEAR_MS = 5;
/** A byte of EEPROM (ATmega328P, "EEPROM write from CPU": 3.4 ms). */
const EEPROM_BYTE_MS = 3.4;
/** After a glyph it writes eight bytes of EEPROM and initialises its controller anew, 135 ms of which are waiting. */
const GLYPH_MS = 200;
/** Firmware before 1.2 shows "Contrast Set" for half a second; from 1.2 on not when messages are off. */
const CONTRAST_MS = 600;
/** Its start: three times the controller's initialisation and half a second of splash screen. */
const START_UP_MS = 1500;
/** An ATmega328P at 11 MHz that moves pins one by one and places the cursor anew at each row. */
const BYTE_MS = 0.8;

/**
 * SparkFun SerLCD with the AVR controller (OpenLCD firmware from 1.1 on, 16x2 and 20x4). Source: SparkFun's "AVR-Based Serial
 * Enabled LCDs Hookup Guide", firmware overview, and the firmware itself. What an installer should know:
 *
 * - It keeps light, contrast and glyphs in its EEPROM (made for 100,000 writes of a byte). When that is worn out nothing is lost but
 *   what it shows until the driver has set it up again.
 * - With its RX line low for two seconds at power-on it forgets all settings and stops. A host whose pins are not driven yet can
 *   do that: a resistor of 10 kOhm from RX to the module's supply prevents it.
 * - Recording a glyph blanks the glass for 0.2 s, so a letter is shown plain until nobody has changed anything for a moment.
 * - Its own size is set by a jumper on its back.
 */
export const SERLCD: SerialCommandSet = {
  name: "SerLCD",
  largest: { columns: 20, rows: 4 },
  startUpMs: START_UP_MS,
  byteMs: BYTE_MS,
  attention: {
    bytes: [
      ...Array.from({ length: ESCAPES }, () => [COMMAND, NOTHING]).flat(),
      ...[SETTING, MESSAGES_OFF],
      ...[COMMAND, FUNCTION_SET, COMMAND, ENTRY_MODE, COMMAND, DISPLAY_ON],
    ],
    busyMs: EEPROM_BYTE_MS,
  },
  clear: { bytes: [SETTING, CLEAR], busyMs: CLEAR_MS },
  contrast: (value) => ({ bytes: [SETTING, CONTRAST, value], busyMs: CONTRAST_MS }),
  backlight: (level) => ({
    bytes: [SETTING, BACKLIGHT_RGB, LIGHT[level], LIGHT[level], LIGHT[level]],
    busyMs: 3 * EEPROM_BYTE_MS,
  }),
  moveTo: (row, column) => [COMMAND, SET_ADDRESS | ((ROW_ADDRESSES[row] ?? 0) + column)],
  character(code) {
    if (code < FIRST_GLYPH_CHARACTER - FIRST_GLYPH) return [SETTING, FIRST_GLYPH_CHARACTER + code];
    return code === SETTING ? [SETTING, SETTING] : [code];
  },
  glyph: (slot, pattern) => ({ bytes: [SETTING, FIRST_GLYPH + slot, ...pattern], busyMs: GLYPH_MS }),
  glyphBlanks: true,
};
