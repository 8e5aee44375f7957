import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ChipImage } from "./chip-image.ts";
import { frameDiff, urgentDiff } from "./frame-diff.ts";
import { DDRAM_SPAN, geometryOf } from "./geometry.ts";
import { DATA_FLAG, type LcdByte } from "./lcd-bus.ts";

const SIZES = [
  { columns: 20, rows: 4 },
  { columns: 16, rows: 2 },
  { columns: 40, rows: 2 },
  { columns: 16, rows: 4 },
];

/** What bytes cost over a PCF8574 at 100 kHz: four bus bytes each, one more for a change of RS. */
function busBytes(bytes: readonly LcdByte[]): number {
  let select = DATA_FLAG;
  let cost = 0;
  for (const byte of bytes) {
    cost += 4;
    if ((byte & DATA_FLAG) !== select) cost++;
    select = byte & DATA_FLAG;
  }
  return cost;
}

describe("a difference of frames", () => {
  const full = (code: number) => new Uint8Array(DDRAM_SPAN).fill(code);
  const geometry = geometryOf({ columns: 20, rows: 4 });

  test("is empty for equal frames", () => {
    expect(frameDiff(full(1), full(1), geometry, 0)).toEqual([]);
  });

  test("repaints 20x4 with a single cursor move, and none when the counter stands right", () => {
    expect(frameDiff(full(1), full(2), geometry, null)).toHaveLength(81);
    expect(frameDiff(full(1), full(2), geometry, 0x40)).toHaveLength(80);
  });

  test("moves to a changed cell and writes it", () => {
    const wanted = full(1);
    wanted[0x45] = 7;
    expect(frameDiff(full(1), wanted, geometry, 0)).toEqual([0x80 | 0x45, DATA_FLAG | 7]);
    expect(frameDiff(full(1), wanted, geometry, 0x45)).toEqual([DATA_FLAG | 7]);
  });

  test("writes over one unchanged cell, but moves over two", () => {
    const wanted = full(1);
    wanted[3] = wanted[5] = 7;
    expect(frameDiff(full(1), wanted, geometry, 3)).toEqual([DATA_FLAG | 7, DATA_FLAG | 1, DATA_FLAG | 7]);
    wanted[5] = 1;
    wanted[6] = 7;
    expect(frameDiff(full(1), wanted, geometry, 3)).toEqual([DATA_FLAG | 7, 0x80 | 6, DATA_FLAG | 7]);
  });

  test("writes the echo of a key before a line of text that changes with it", () => {
    const wanted = full(1);
    wanted.fill(2, 0x14, 0x1c);
    wanted[0x44] = 7;
    expect(frameDiff(full(1), wanted, geometry, 0x14).slice(0, 2)).toEqual([0x80 | 0x44, DATA_FLAG | 7]);
    expect(frameDiff(full(1), wanted, geometry, 0x14)).toHaveLength(2 + 1 + 8);
  });

  test("writes urgent cells before all others, wherever the counter stands", () => {
    const wanted = full(2);
    wanted[0x45] = 7;
    const urgent = new Uint8Array(DDRAM_SPAN);
    urgent[0x45] = 1;
    const bytes = frameDiff(full(1), wanted, geometry, 0x14, urgent);
    expect(bytes.slice(0, 2)).toEqual([0x80 | 0x45, DATA_FLAG | 7]);
    expect(urgentDiff(full(1), wanted, geometry, 0x14, urgent)).toEqual(bytes.slice(0, 2));
    expect(bytes).toHaveLength(2 + 79);
  });

  test("never writes a cell that does not show", () => {
    const narrow = geometryOf({ columns: 16, rows: 2 });
    const wanted = full(1);
    wanted[0x0f] = wanted[0x40] = 7;
    expect(frameDiff(full(1), wanted, narrow, null)).toEqual([
      0x80 | 0x0f,
      DATA_FLAG | 7,
      0x80 | 0x40,
      DATA_FLAG | 7,
    ]);
  });

  test("does not bridge a cell that does not show", () => {
    const odd = geometryOf({ columns: 39, rows: 2 });
    const wanted = full(1);
    wanted[0x26] = wanted[0x40] = 7;
    expect(frameDiff(full(1), wanted, odd, 0x26)).toEqual([DATA_FLAG | 7, 0x80 | 0x40, DATA_FLAG | 7]);
  });

  test("turns any frame into any other, on every glass, for no more than a cursor move and a write of each cell", () => {
    const cells = fc.array(fc.constantFrom(1, 2, 3), { minLength: DDRAM_SPAN, maxLength: DDRAM_SPAN });
    fc.assert(
      fc.property(
        fc.constantFrom(...SIZES),
        cells,
        cells,
        fc.option(fc.nat({ max: 0x27 })),
        (size, held, wanted, start) => {
          const glass = geometryOf(size);
          const image = new ChipImage();
          for (const [address, code] of held.entries()) image.ddram[address] = code;
          if (start !== null) image.apply(0x80 | start);
          const bytes = frameDiff(image.ddram, wanted, glass, start);
          let changed = 0;
          for (const address of glass.inOrder) if (held[address] !== wanted[address]) changed++;
          for (const byte of bytes) image.apply(byte);
          expect(glass.inOrder.filter((address) => image.ddram[address] !== wanted[address])).toEqual([]);
          // The plainest way: a move to each changed cell.
          expect(busBytes(bytes)).toBeLessThanOrEqual(10 * changed);
          expect(bytes.length).toBeLessThanOrEqual(2 * changed);
        },
      ),
    );
  });
});

describe("the geometry of a glass", () => {
  test("knows the addresses of four rows", () => {
    const { addresses } = geometryOf({ columns: 20, rows: 4 });
    expect([addresses[0], addresses[20], addresses[40], addresses[60]]).toEqual([0x00, 0x40, 0x14, 0x54]);
  });

  test.each([
    [20, 3],
    [41, 2],
    [21, 4],
    [0, 2],
    [2.5, 2],
  ])("refuses %ix%i", (columns, rows) => {
    expect(() => geometryOf({ columns, rows })).toThrow(RangeError);
  });
});
