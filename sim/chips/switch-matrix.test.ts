import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { LAYOUT_4X4 } from "../../hal/keypad/layouts.ts";
import { VirtualScheduler } from "../world/virtual-scheduler.ts";
import { NetBoard } from "./nets.ts";
import { SwitchMatrix, type Bounce } from "./switch-matrix.ts";

const ROWS = [0, 1, 2, 3];
const COLUMNS = [4, 5, 6, 7];

function makeMatrix(uniform: () => number, bounce?: Bounce) {
  const scheduler = new VirtualScheduler();
  const nets = new NetBoard(8);
  for (const row of ROWS) nets.setOutput(row, "open-drain", true);
  for (const column of COLUMNS) nets.setInput(column, "up");
  const matrix = new SwitchMatrix({
    nets,
    scheduler,
    random: { uniform },
    layout: LAYOUT_4X4,
    rows: ROWS,
    columns: COLUMNS,
    ...(bounce === undefined ? {} : { bounce }),
  });
  const lowColumns = () => COLUMNS.filter((column) => (nets.levels & (1 << column)) === 0);
  return { scheduler, nets, matrix, lowColumns };
}

describe("a simulated switch matrix", () => {
  test("shorts the row and the column of a pressed key", () => {
    const { nets, matrix, lowColumns, scheduler } = makeMatrix(() => 0.5);
    nets.write(1 << 1, 0);
    matrix.press("6");
    scheduler.runUntil(20);
    expect(lowColumns()).toEqual([6]);
    matrix.release("6");
    scheduler.runUntil(40);
    expect(lowColumns()).toEqual([]);
  });

  test("shows a ghost at the fourth corner of a rectangle", () => {
    const { nets, matrix, lowColumns, scheduler } = makeMatrix(() => 0.5);
    for (const key of ["1", "2", "4"] as const) matrix.press(key);
    scheduler.runUntil(20);
    nets.write(1 << 1, 0);
    expect(lowColumns()).toEqual([4, 5]);
  });

  test("bounces, but never longer than its worst, and comes to rest where the finger is", () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 0, max: 0.999999, noNaN: true }), { minLength: 1 }),
        fc.boolean(),
        (chances, held) => {
          let drawn = 0;
          const uniform = () => chances[drawn++ % chances.length] ?? 0;
          const { nets, matrix, lowColumns, scheduler } = makeMatrix(uniform, { meanMs: 5, worstMs: 10 });
          nets.write(1, 0);
          let lastChangeMs = 0;
          nets.watch(0xf0, () => (lastChangeMs = scheduler.nowMs()));
          matrix.press("1");
          scheduler.runUntil(12);
          if (!held) matrix.release("1");
          scheduler.runUntil(40);
          expect(lastChangeMs).toBeLessThanOrEqual(held ? 10.001 : 22.001);
          expect(lowColumns()).toEqual(held ? [4] : []);
          expect(scheduler.pending).toBe(0);
        },
      ),
    );
  });

  test("takes a press of a pressed key, and a release of a free one, for nothing", () => {
    const { matrix, scheduler } = makeMatrix(() => 0.9);
    matrix.release("5");
    expect(scheduler.pending).toBe(0);
    matrix.press("5");
    scheduler.runUntil(20);
    matrix.press("5");
    expect(scheduler.pending).toBe(0);
  });

  test("refuses a layout without nets for it", () => {
    const { nets, scheduler } = makeMatrix(() => 0);
    const options = { nets, scheduler, random: { uniform: () => 0 }, layout: LAYOUT_4X4, columns: COLUMNS };
    expect(() => new SwitchMatrix({ ...options, rows: [0] })).toThrow(RangeError);
  });
});
