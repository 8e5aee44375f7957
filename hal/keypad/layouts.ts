import type { KeypadLayout } from "../ports.ts";

/** The usual 16-key keypad, with A to D in a fourth column. */
export const LAYOUT_4X4: KeypadLayout = [
  ["1", "2", "3", "A"],
  ["4", "5", "6", "B"],
  ["7", "8", "9", "C"],
  ["*", "0", "#", "D"],
];

/** The usual 12-key keypad, as on a telephone. */
export const LAYOUT_4X3: KeypadLayout = [
  ["1", "2", "3"],
  ["4", "5", "6"],
  ["7", "8", "9"],
  ["*", "0", "#"],
];
