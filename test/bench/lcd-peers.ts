import type { DisplaySize } from "../../hal/ports.ts";
import type { Rows } from "./lcd-morning.ts";

/**
 * What others put on the wires for a change of frames, as models of cost: what their sources do per byte for the controller,
 * times how many of those a change takes. Text is as wide as the display; nobody but us is charged for custom glyphs.
 */
export interface Cost {
  /** Bytes on the I2C bus, addresses included; for a driver of GPIO lines, writes to lines. */
  readonly busBytes: number;
  /** How long it takes at 100 kHz, waits of its own included. */
  readonly durationUs: number;
}

export type Peer = (before: Rows, after: Rows, size: DisplaySize) => Cost;

/** One transaction of one byte at 100 kHz: two bytes of nine bits, start and stop. */
const SINGLE_BYTE_US = 200;

const times = (count: number, each: Cost): Cost => ({
  busBytes: count * each.busBytes,
  durationUs: count * each.durationUs,
});

/** How many rows differ: all of these rewrite a row from its beginning. */
function changedRows(before: Rows, after: Rows, { rows }: DisplaySize): number {
  let changed = 0;
  for (let row = 0; row < rows; row++) if ((before[row] ?? "") !== (after[row] ?? "")) changed++;
  return changed;
}

/**
 * RPLCD 1.3 (RPLCD/i2c.py, RPLCD/lcd.py): four single-byte transactions a nibble, and 102 us asleep after each nibble. It
 * remembers what shows, but steps over a character that stays by setting the cursor, which costs the same as writing it.
 */
const RPLCD_BYTE: Cost = { busBytes: 8 * 2, durationUs: 8 * SINGLE_BYTE_US + 2 * 102 };
export const rplcd: Peer = (before, after, size) =>
  times(changedRows(before, after, size) * (1 + size.columns), RPLCD_BYTE);

/**
 * ESPHome (components/lcd_base, lcd_pcf8574): three single-byte transactions a nibble and 101 us after it. Each update draws
 * everything, changed or not, in two lines with a cursor move each.
 */
const ESPHOME_BYTE: Cost = { busBytes: 6 * 2, durationUs: 6 * SINGLE_BYTE_US + 2 * 101 };
export const esphome: Peer = (_before, _after, { columns, rows }) => times(columns * rows + 2, ESPHOME_BYTE);
/** `update_interval` of a display, as it comes. */
export const ESPHOME_UPDATE_MS = 1_000;

/**
 * Linux charlcd over hd44780.c, its lines on gpio-pcf857x with the lines of a nibble set at once: three single-byte
 * transactions and 60 us a nibble, 45 us after a character, 120 us after an instruction. A row is a cursor move before,
 * its characters, and a cursor move at its end.
 */
const CHARLCD_NIBBLES: Cost = { busBytes: 6 * 2, durationUs: 6 * SINGLE_BYTE_US + 2 * 60 };
export const charlcd: Peer = (before, after, size) => {
  const rows = changedRows(before, after, size);
  const { busBytes, durationUs } = times(rows * (2 + size.columns), CHARLCD_NIBBLES);
  return { busBytes, durationUs: durationUs + rows * (2 * 120 + size.columns * 45) };
};

/**
 * npm lcd 3.1.1 (lcd.js) on sysfs: 13 writes to line files a byte, and the main thread spins 43 us after a character, 41 us
 * after an instruction with its nibbles' own. Rows that changed are printed anew.
 */
export const npmLcd: Peer = (before, after, size) => {
  const rows = changedRows(before, after, size);
  return {
    busBytes: 13 * rows * (1 + size.columns),
    durationUs: rows * (39 + 2 + size.columns * (43 + 2)),
  };
};
