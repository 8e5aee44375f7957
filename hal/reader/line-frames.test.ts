import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { BROKEN_OFF_MS, MAX_CARD_LENGTH } from "./card-frames.ts";
import { LineFrames } from "./line-frames.ts";

const bytesOf = (text: string) => Buffer.from(text, "latin1");
const cardsIn = (text: string) => new LineFrames().push(bytesOf(text), 0);

const LONGEST = "1".repeat(MAX_CARD_LENGTH);

describe("lines of a card reader", () => {
  test.each([
    ["CR and LF", "0008075634\r\n"],
    ["CR", "0008075634\r"],
    ["LF", "0008075634\n"],
    ["start and end of text around it", "\x020008075634\r\n\x03"],
  ])("give a card each with %s", (_, line) => {
    expect(cardsIn(line + line)).toEqual(["0008075634", "0008075634"]);
  });

  test("give upper case, and nothing for empty lines", () => {
    expect(cardsIn("\r\n04a2b7\n\n\r\r04A2B8\r\n")).toEqual(["04A2B7", "04A2B8"]);
  });

  test("that are as long as a card number may be are a card, and longer ones are dropped as a whole", () => {
    const lines = new LineFrames();
    expect(lines.push(bytesOf(`${LONGEST}\r\n${LONGEST}2\r\n12\r\n`), 0)).toEqual([LONGEST, "12"]);
    expect(lines.dropped).toBe(1);
  });

  test("with anything but letters and digits in them are dropped, and counted once each", () => {
    const lines = new LineFrames();
    expect(lines.push(bytesOf("12 34\r\n\xff\xff\r\n12\x0034\r\n55\r\n"), 0)).toEqual(["55"]);
    expect(lines.dropped).toBe(3);
  });

  test("that break off are not finished by what comes after a silence", () => {
    const lines = new LineFrames();
    expect(lines.push(bytesOf("123"), 0)).toEqual([]);
    expect(lines.push(bytesOf("456\r\n"), BROKEN_OFF_MS + 1)).toEqual(["456"]);
    expect(lines.push(bytesOf("?"), BROKEN_OFF_MS + 2)).toEqual([]);
    expect(lines.push(bytesOf("789\r\n"), 3 * BROKEN_OFF_MS)).toEqual(["789"]);
    expect(lines.dropped).toBe(2);
  });

  test("give the same cards however their bytes are split, and only whole good lines", () => {
    const byte = fc.oneof(fc.integer({ min: 0, max: 255 }), fc.constantFrom(13, 10, 2, 3, 0x31, 0x61));
    fc.assert(
      fc.property(
        fc.array(byte, { maxLength: 120 }),
        fc.array(fc.nat(30), { maxLength: 20 }),
        (values, cuts) => {
          const all = Buffer.from(values);
          const lines = new LineFrames();
          const pieces: string[] = [];
          let at = 0;
          for (const length of [...cuts, all.length]) {
            pieces.push(...lines.push(all.subarray(at, at + length), 0));
            at += length;
          }
          // The same rule said another way.
          const good = all
            .toString("latin1")
            .replaceAll(/[\x02\x03]/g, "")
            .split(/[\r\n]/)
            .slice(0, -1)
            .filter((line) => /^[0-9A-Za-z]{1,20}$/.test(line))
            .map((line) => line.toUpperCase());
          expect(pieces).toEqual(good);
        },
      ),
      { numRuns: 500 },
    );
  });

  test("without an end take no more memory than a card", () => {
    const lines = new LineFrames();
    for (let count = 0; count < 1000; count++) expect(lines.push(bytesOf("7".repeat(1000)), 0)).toEqual([]);
    expect(lines.push(bytesOf("\r\n42\r\n"), 0)).toEqual(["42"]);
    expect(lines.dropped).toBe(1);
  });
});
