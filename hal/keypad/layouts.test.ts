import { expect, test } from "vitest";
import type { KeypadLayout } from "../ports.ts";
import { LAYOUT_4X3, LAYOUT_4X4, problemOfLayout } from "./layouts.ts";

test.each<[string, KeypadLayout, number, number, RegExp | null]>([
  ["4x4", LAYOUT_4X4, 4, 4, null],
  ["4x3", LAYOUT_4X3, 4, 3, null],
  ["one key", [["#"]], 1, 1, null],
  [
    "with blanks",
    [
      ["1", null],
      [null, "2"],
    ],
    2,
    2,
    null,
  ],
  ["too few rows", LAYOUT_4X3, 5, 3, /5 rows and 3 columns/],
  ["a short row", [["1", "2"], ["3"]], 2, 2, /2 rows and 2 columns/],
  ["blanks only", [[null, null]], 1, 2, /no key/],
  ["a key twice", [["1", "2", "1"]], 1, 3, /the key 1 twice/],
  ["nothing", [], 0, 0, /1 to 8/],
  ["nine columns", [["1", "2", "3", "4", "5", "6", "7", "8", "9"]], 1, 9, /1 to 8/],
])("a layout %s is taken or refused with the reason", (_, layout, rows, columns, problem) => {
  const found = problemOfLayout(layout, rows, columns);
  if (problem === null) expect(found).toBeNull();
  else expect(found).toMatch(problem);
});
