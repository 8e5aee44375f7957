import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { minimumBytes, type Ring } from "./lcd-minimum.ts";

/** Dijkstra over every state there is: which cells are done, and where the counter stands (`cells` is elsewhere). */
function bruteForce({ changed, known, counter }: Ring): number {
  const cells = changed.length;
  const goal = changed.reduce((mask, each, cell) => (each ? mask | (1 << cell) : mask), 0);
  const best = new Map<number, number>();
  const queue: [cost: number, done: number, at: number][] = [[0, 0, counter ?? cells]];
  for (;;) {
    queue.sort(([one], [other]) => one - other);
    const [cost = 0, done = 0, at = 0] = queue.shift() ?? [];
    if ((done & goal) === goal) return goal === 0 ? 0 : cost + 1;
    const state = done * (cells + 1) + at;
    if ((best.get(state) ?? Infinity) <= cost) continue;
    best.set(state, cost);
    for (let to = 0; to < cells; to++) if (to !== at) queue.push([cost + 6, done, to]);
    if (at < cells && (changed[at] === true || known[at] === true)) {
      queue.push([cost + 4, done | (1 << at), (at + 1) % cells]);
    }
  }
}

describe("the fewest bus bytes for a change", () => {
  const cells = (changed: string, counter: number | null = null): Ring => ({
    changed: Array.from(changed, (each) => each === "x"),
    known: Array.from(changed, () => true),
    counter,
  });

  test("are those of a move and a write, of a write alone where the counter stands, and none for no change", () => {
    expect(minimumBytes([cells("..x.....")])).toBe(11);
    expect(minimumBytes([cells("..x.....", 2)])).toBe(5);
    expect(minimumBytes([cells("........", 2)])).toBe(0);
  });

  test("write over one cell, move over two, and go on from the end to the beginning", () => {
    expect(minimumBytes([cells("x.x.....")])).toBe(1 + 6 + 12);
    expect(minimumBytes([cells("x..x....")])).toBe(1 + 2 * 6 + 8);
    expect(minimumBytes([cells("x......x")])).toBe(1 + 6 + 8);
    expect(minimumBytes([cells("xxxxxxxx", 3)])).toBe(1 + 32);
  });

  test("add up over both memories, one of which the counter can stand in", () => {
    expect(minimumBytes([cells("xx...", 0), cells("x....")])).toBe(1 + 8 + 10);
  });

  test("are what trying everything finds", () => {
    const ring = fc.integer({ min: 3, max: 7 }).chain((length) =>
      fc.record({
        changed: fc.array(fc.boolean(), { minLength: length, maxLength: length }),
        known: fc.array(fc.boolean(), { minLength: length, maxLength: length }),
        counter: fc.option(fc.nat({ max: length - 1 })),
      }),
    );
    fc.assert(
      fc.property(ring, (each) => {
        expect(minimumBytes([each])).toBe(bruteForce(each));
      }),
    );
  });
});
