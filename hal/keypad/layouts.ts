import type { KeyName, KeypadLayout } from "../ports.ts";

/** The usual 16-key keypad, with A to D in a fourth column. */
export const LAYOUT_4X4: readonly (readonly KeyName[])[] = [
  ["1", "2", "3", "A"],
  ["4", "5", "6", "B"],
  ["7", "8", "9", "C"],
  ["*", "0", "#", "D"],
];

/** The usual 12-key keypad, as on a telephone. */
export const LAYOUT_4X3: readonly (readonly KeyName[])[] = [
  ["1", "2", "3"],
  ["4", "5", "6"],
  ["7", "8", "9"],
  ["*", "0", "#"],
];

/** Most lines on either side of a matrix: 8 and 8 leave 12 of the header's 28 for the other parts. */
export const MAX_LINES_PER_SIDE = 8;

/**
 * What is wrong with a layout for a matrix of `rows` by `columns` lines, or null: a key for each crossing or a blank, each key
 * once at most (a key written twice is a slip far oftener than a key that is there twice), and at least one.
 */
export function problemOfLayout(layout: KeypadLayout, rows: number, columns: number): string | null {
  if (rows < 1 || columns < 1 || rows > MAX_LINES_PER_SIDE || columns > MAX_LINES_PER_SIDE)
    return `${rows} by ${columns} lines: 1 to ${MAX_LINES_PER_SIDE} of each are possible`;
  if (layout.length !== rows || layout.some((keys) => keys.length !== columns))
    return `the keypad's layout does not have ${rows} rows and ${columns} columns`;
  const keys = layout.flat().filter((key) => key !== null);
  if (keys.length === 0) return "the keypad's layout has no key";
  const twice = keys.find((key, index) => keys.indexOf(key) !== index);
  return twice === undefined ? null : `the keypad's layout has the key ${twice} twice`;
}
