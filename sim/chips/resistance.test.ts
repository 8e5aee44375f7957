import { describe, expect, test } from "vitest";
import { levelsThroughResistance } from "./resistance.ts";
import { NetBoard } from "./nets.ts";

const level = (board: NetBoard, net: number) => (board.levels >> net) & 1;

/** Net 0 driven low, nets 1 to 3 pulled up. */
function makeBoard() {
  const board = new NetBoard(8);
  board.setOutput(0, "open-drain", false);
  for (const net of [1, 2, 3]) board.setInput(net, "up");
  return board;
}

describe("contacts with resistance", () => {
  test("a good contact reads low against the computer's own pull-up, a very bad one does not", () => {
    for (const [ohms, reads] of [
      [200, 0],
      [10_000, 0],
      [200_000, 1],
    ] as const) {
      const board = makeBoard();
      board.closeSwitch(0, 1, ohms);
      expect(level(board, 1)).toBe(reads);
      board.openSwitch(0, 1, ohms);
      expect(level(board, 1)).toBe(1);
    }
  });

  test("between its thresholds an input keeps what it read", () => {
    // 40 kOhm against 50 kOhm is 1.5 V.
    const board = makeBoard();
    board.closeSwitch(0, 1, 40_000);
    expect(level(board, 1)).toBe(1);
    board.closeSwitch(0, 1);
    expect(level(board, 1)).toBe(0);
    board.openSwitch(0, 1);
    expect(level(board, 1)).toBe(0);
  });

  test("a path through three contacts has the resistance of all three", () => {
    const board = makeBoard();
    board.setInput(2, "none");
    for (const [one, other] of [
      [0, 1],
      [1, 2],
      [2, 3],
    ] as const)
      board.closeSwitch(one, other, 30_000);
    expect(level(board, 3)).toBe(1);
    board.openSwitch(1, 2, 30_000);
    board.closeSwitch(1, 2, 100);
    board.openSwitch(0, 1, 30_000);
    board.closeSwitch(0, 1, 100);
    board.openSwitch(2, 3, 30_000);
    board.closeSwitch(2, 3, 100);
    expect([1, 2, 3].map((net) => level(board, net))).toEqual([0, 0, 0]);
  });

  test("nets that nothing holds keep their charge through a contact", () => {
    const floating = { low: 0, high: 0, pullUp: 0, pullDown: 0, switches: [{ one: 0, other: 1, ohms: 100 }] };
    expect(levelsThroughResistance({ ...floating, group: 3, before: 3 })).toBe(3);
    expect(levelsThroughResistance({ ...floating, group: 3, before: 0 })).toBe(0);
  });

  test("a switch that is not closed cannot be opened", () => {
    expect(() => makeBoard().openSwitch(0, 1, 100)).toThrow(RangeError);
  });
});

describe("rise time", () => {
  test("what a pull-up raises reads high only after it; what is driven, at once", () => {
    let nowMs = 0;
    const board = new NetBoard(4, { nowMs: () => nowMs, us: 14 });
    board.setOutput(0, "push-pull", false);
    board.setInput(1, "up");
    nowMs = 1;
    board.closeSwitch(0, 1);
    board.openSwitch(0, 1);
    expect(level(board, 1)).toBe(0);
    nowMs += 0.013;
    expect(level(board, 1)).toBe(0);
    nowMs += 0.0011;
    expect(level(board, 1)).toBe(1);
    board.write(1, 1);
    expect(level(board, 0)).toBe(1);
  });
});
