import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { NetBoard } from "./nets.ts";

const level = (board: NetBoard, net: number) => (board.levels >> net) & 1;

describe("a board of nets", () => {
  test("lets a driven low win over a pull-up, through any chain of closed switches", () => {
    const board = new NetBoard();
    board.setOutput(0, "open-drain", false);
    for (const net of [1, 2, 3]) board.setInput(net, "up");
    board.closeSwitch(0, 1);
    board.closeSwitch(1, 2);
    expect([1, 2, 3].map((net) => level(board, net))).toEqual([0, 0, 1]);
    board.openSwitch(0, 1);
    expect([1, 2, 3].map((net) => level(board, net))).toEqual([1, 1, 1]);
    expect(board.contention).toBe(0);
  });

  test("counts an output that drives high what another drives low, and reads low", () => {
    const board = new NetBoard();
    board.setOutput(0, "push-pull", true);
    board.setOutput(1, "push-pull", false);
    expect(board.contention).toBe(0);
    board.closeSwitch(0, 1);
    expect(board.contention).toBe(1);
    expect(level(board, 0)).toBe(0);
  });

  test("keeps the charge of a net that nothing holds", () => {
    const board = new NetBoard();
    board.setOutput(5, "push-pull", true);
    board.setInput(5, "none");
    expect(level(board, 5)).toBe(1);
    board.setInput(5, "down");
    board.setInput(5, "none");
    expect(level(board, 5)).toBe(0);
  });

  test("needs both of two parallel switches open to part two nets", () => {
    const board = new NetBoard();
    board.setOutput(0, "push-pull", false);
    board.setInput(1, "up");
    board.closeSwitch(0, 1);
    board.closeSwitch(1, 0);
    board.openSwitch(0, 1);
    expect(level(board, 1)).toBe(0);
    board.openSwitch(0, 1);
    expect(level(board, 1)).toBe(1);
    expect(() => board.openSwitch(0, 1)).toThrow(RangeError);
  });

  test("tells a watcher of all changes of one instant together, and nothing after it stopped watching", () => {
    const board = new NetBoard();
    for (const net of [3, 4, 5]) board.setOutput(net, "push-pull", false);
    const seen: [number, number][] = [];
    const stop = board.watch((1 << 3) | (1 << 4), (changed, levels) => seen.push([changed, levels]));
    board.write((1 << 3) | (1 << 4) | (1 << 5), (1 << 3) | (1 << 5));
    board.write(1 << 5, 0);
    expect(seen).toEqual([[(1 << 3) | (1 << 5), (1 << 3) | (1 << 5)]]);
    stop();
    board.write(1 << 3, 0);
    expect(seen).toHaveLength(1);
  });

  test("leaves inputs alone when a write names them", () => {
    const board = new NetBoard();
    board.setInput(2, "up");
    board.write(1 << 2, 0);
    expect(level(board, 2)).toBe(1);
  });

  test("refuses nets that are not there", () => {
    const board = new NetBoard(8);
    expect(() => board.setInput(8, "up")).toThrow(RangeError);
    expect(() => board.closeSwitch(0, -1)).toThrow(RangeError);
    expect(() => new NetBoard(32)).toThrow(RangeError);
  });

  test("settles every net as its whole group of shorted nets demands, in whatever order things happen", () => {
    const COUNT = 6;
    const net = fc.nat({ max: COUNT - 1 });
    const act = fc.oneof(
      fc.record({ does: fc.constant("low" as const), net }),
      fc.record({ does: fc.constant("release" as const), net }),
      fc.record({ does: fc.constant("toggle" as const), net, other: net }),
    );
    fc.assert(
      fc.property(fc.array(act, { maxLength: 40 }), (acts) => {
        const board = new NetBoard(COUNT);
        const low = new Set<number>();
        const closed = new Set<string>();
        for (let each = 0; each < COUNT; each++) {
          board.setOutput(each, "open-drain", true);
          board.setBoardPull(each, "up");
        }
        for (const each of acts) {
          if (each.does === "toggle") {
            if (each.net === each.other) continue;
            const pair = [each.net, each.other].sort().join();
            if (closed.delete(pair)) board.openSwitch(each.net, each.other);
            else {
              closed.add(pair);
              board.closeSwitch(each.net, each.other);
            }
          } else {
            board.write(1 << each.net, each.does === "low" ? 0 : 1 << each.net);
            if (each.does === "low") low.add(each.net);
            else low.delete(each.net);
          }
        }
        // Spread the lows along closed switches until nothing changes.
        const reached = new Set(low);
        for (let round = 0; round < COUNT; round++) {
          for (const pair of closed) {
            const [one = 0, other = 0] = pair.split(",").map(Number);
            if (reached.has(one)) reached.add(other);
            if (reached.has(other)) reached.add(one);
          }
        }
        for (let each = 0; each < COUNT; each++) expect(level(board, each)).toBe(reached.has(each) ? 0 : 1);
      }),
    );
  });
});
