import { describe, expect, test } from "vitest";
import { FrameCodes } from "./frame-codes.ts";
import { geometryOf } from "./geometry.ts";

const GEOMETRY = geometryOf({ columns: 20, rows: 4 });

function makeCodes() {
  const codes = new FrameCodes(GEOMETRY, "A00");
  /** What the controller holds. */
  const held = new Uint8Array(codes.wanted.length).fill(0x20);
  const take = (...rows: string[]) => codes.take({ rows }, held);
  const paint = () => held.set(codes.wanted);
  const urgent = (glyphsInPlace = true) => {
    const marks = codes.urgent(glyphsInPlace);
    return GEOMETRY.inOrder.filter((address) => marks[address] === 1);
  };
  return { take, paint, urgent };
}

describe("what is urgent in a frame", () => {
  test("is a short change, not a long one", () => {
    const { take, paint, urgent } = makeCodes();
    take("a line of text");
    expect(urgent()).not.toContain(0);
    paint();
    take("a line of test");
    expect(urgent()).toEqual([12]);
  });

  test("stays so until it is painted, whatever comes after", () => {
    const { take, paint, urgent } = makeCodes();
    take("PIN ____", "*=back");
    paint();
    take("PIN ■___", "*=back");
    take("PIN ■■__", "*=back");
    expect(urgent()).toEqual([4, 5]);
    take("PIN ■■__", "another line of text");
    expect(urgent()).toEqual([4, 5]);
    paint();
    take("One moment", "another line of text");
    expect(urgent()).toEqual([]);
  });

  test("is no cell that shows a glyph which is not in place yet", () => {
    const { take, paint, urgent } = makeCodes();
    take("Kovac", "1");
    paint();
    take("Kovač", "2");
    expect(urgent()).toEqual([0x04, 0x40]);
    expect(urgent(false)).toEqual([0x40]);
  });
});
