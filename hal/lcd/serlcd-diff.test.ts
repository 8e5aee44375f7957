import fc from "fast-check";
import { expect, test } from "vitest";
import { cellWrites } from "./serlcd-diff.ts";

const CELLS = 32;
const MOVE_BYTES = 2;
const screen = fc.array(fc.constantFrom(0x20, 0x41, 0x42), { minLength: CELLS, maxLength: CELLS });
const marks = fc.array(fc.constantFrom(0, 1), { minLength: CELLS, maxLength: CELLS });
const place = fc.option(fc.nat(CELLS - 1));

/** Carries the writes out as a module does whose cursor wraps from row to row, and counts the bytes. */
function carryOut(
  held: readonly number[],
  writes: ReturnType<typeof cellWrites>,
  wanted: readonly number[],
  cursor: number | null,
) {
  const shown = [...held];
  let at = cursor;
  let bytes = 0;
  for (const { cell, move } of writes) {
    if (move) at = cell;
    expect(at).toBe(cell);
    shown[cell] = wanted[cell] ?? 0;
    at = cell + 1 < CELLS ? cell + 1 : null;
    bytes += (move ? MOVE_BYTES : 0) + 1;
  }
  return { shown, bytes };
}

test("the cells written make the screen that is wanted, from wherever the cursor stands, and cost no more than a move for each", () => {
  fc.assert(
    fc.property(screen, screen, marks, place, (held, wanted, urgent, cursor) => {
      const writes = cellWrites(held, wanted, urgent, cursor, MOVE_BYTES);
      const { shown, bytes } = carryOut(held, writes, wanted, cursor);
      expect(shown).toEqual(wanted);
      const changed = wanted.filter((code, cell) => code !== held[cell]).length;
      expect(bytes).toBeLessThanOrEqual(changed * (MOVE_BYTES + 1));
    }),
    { numRuns: 1000 },
  );
});

test("urgent cells are written before all others but those on the way", () => {
  fc.assert(
    fc.property(screen, screen, marks, place, (held, wanted, urgent, cursor) => {
      const cells = cellWrites(held, wanted, urgent, cursor, MOVE_BYTES).map(({ cell }) => cell);
      const first = cells.filter((cell) => held[cell] !== wanted[cell] && urgent[cell] === 1);
      const last = Math.max(-1, ...first.map((cell) => cells.indexOf(cell)));
      expect(last).toBeLessThan(MOVE_BYTES * first.length);
    }),
    { numRuns: 1000 },
  );
});

test("a single cell between two that change is written, where a cursor move would cost more", () => {
  const held = Array.from("abcdef", (letter) => letter.charCodeAt(0));
  const wanted = Array.from("aXcYeZ", (letter) => letter.charCodeAt(0));
  const urgent = new Uint8Array(6);
  expect(cellWrites(held, wanted, urgent, null, 2)).toEqual([
    { cell: 1, move: true },
    { cell: 2, move: false },
    { cell: 3, move: false },
    { cell: 4, move: false },
    { cell: 5, move: false },
  ]);
  expect(cellWrites(held, wanted, urgent, 0, 1).map(({ move }) => move)).toEqual([true, true, true]);
});
