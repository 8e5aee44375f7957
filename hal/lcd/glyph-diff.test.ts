import { describe, expect, test } from "vitest";
import { ChipImage } from "./chip-image.ts";
import { glyphDiff } from "./glyph-diff.ts";

const ONE = [1, 2, 3, 4, 5, 6, 7, 8];
const OTHER = [1, 2, 3, 4, 5, 6, 7, 9];

describe("a difference of glyphs", () => {
  test("sets the address once for patterns that follow one another", () => {
    const image = new ChipImage();
    expect(glyphDiff(image, [[2, ONE]])).toHaveLength(9);
    expect(
      glyphDiff(image, [
        [2, ONE],
        [3, OTHER],
      ]),
    ).toHaveLength(17);
    expect(
      glyphDiff(image, [
        [2, ONE],
        [4, OTHER],
      ]),
    ).toHaveLength(18);
  });

  test("sends only rows that differ from what the controller holds", () => {
    const image = new ChipImage();
    for (const byte of glyphDiff(image, [[2, ONE]])) image.apply(byte);
    expect(glyphDiff(image, [[2, ONE]])).toEqual([]);
    expect(glyphDiff(image, [[2, OTHER]])).toEqual([0x40 | 23, 0x100 | 9]);
  });

  test("goes on where a transaction ended, without setting the address again", () => {
    const image = new ChipImage();
    const bytes = glyphDiff(image, [[0, ONE]]);
    for (const byte of bytes.slice(0, 8)) image.apply(byte);
    expect(glyphDiff(image, [[0, ONE]])).toEqual(bytes.slice(8));
  });

  test("sends everything once nothing is known any more", () => {
    const image = new ChipImage();
    for (const byte of glyphDiff(image, [[0, ONE]])) image.apply(byte);
    image.forget();
    expect(glyphDiff(image, [[0, ONE]])).toHaveLength(9);
  });
});
