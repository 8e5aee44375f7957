import fc from "fast-check";
import { expect, test } from "vitest";
import { doubtfulRows } from "./ghosts.ts";

const ROWS = 4;
const COLUMNS = 4;
const readings = fc.array(fc.nat({ max: 2 ** COLUMNS - 1 }), { minLength: ROWS, maxLength: ROWS });

/** Rows and columns that are joined, as masks: found by merging until nothing changes. */
function groupsOf(reading: readonly number[]) {
  let groups = reading
    .map((columns, row) => ({ rows: 1 << row, columns }))
    .filter(({ columns }) => columns !== 0);
  for (let round = 0; round < ROWS; round++) {
    const merged: typeof groups = [];
    for (const group of groups) {
      const joined = merged.find(({ columns }) => (columns & group.columns) !== 0);
      if (joined === undefined) merged.push(group);
      else {
        joined.rows |= group.rows;
        joined.columns |= group.columns;
      }
    }
    groups = merged;
  }
  return groups;
}

const several = (mask: number) => (mask & (mask - 1)) !== 0;

test("a row is in doubt exactly when its group has two rows and two columns", () => {
  fc.assert(
    fc.property(readings, (reading) => {
      const expected = reading.map((_, row) =>
        groupsOf(reading).some(({ rows, columns }) => (rows >> row) & 1 && several(rows) && several(columns)),
      );
      expect(doubtfulRows(reading)).toEqual(expected);
    }),
  );
});

test("a row that is not in doubt has the same closed contacts in every way to come by its reading", () => {
  /** What a matrix without diodes reads: every row of a group reads all of the group's columns. */
  const seen = (closed: readonly number[]) => {
    const groups = groupsOf(closed);
    return closed.map((_, row) => groups.find(({ rows }) => (rows >> row) & 1)?.columns ?? 0);
  };
  const ways = new Map<string, number[][]>();
  for (let each = 0; each < 2 ** 9; each++) {
    const closed = [each & 7, (each >> 3) & 7, (each >> 6) & 7];
    const reading = seen(closed).join();
    ways.set(reading, [...(ways.get(reading) ?? []), closed]);
  }
  expect(ways.size).toBeLessThan(2 ** 9);
  for (const [text, sets] of ways) {
    const reading = text.split(",").map(Number);
    for (const [row, doubtful] of doubtfulRows(reading).entries()) {
      const rows = new Set(sets.map((closed) => closed[row]));
      expect(doubtful || rows.size === 1).toBe(true);
    }
  }
});

test("rows that share one column, and one row with many keys, are not in doubt", () => {
  expect(doubtfulRows([0b0001, 0b0001, 0b0001, 0b1110])).toEqual([false, false, false, false]);
});
