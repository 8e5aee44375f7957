import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { BROKEN_OFF_MS } from "./card-frames.ts";
import { Rdm6300Frames } from "./rdm6300-frames.ts";

/** A frame as a logic analyser shows it; the card says 0008075634 and 123,14706. */
const FRAME = "\x026F007B39725F\x03";
const CARD = "6F007B3972";

const bytesOf = (text: string) => Buffer.from(text, "latin1");
const cardsIn = (text: string) => new Rdm6300Frames().push(bytesOf(text), 0);

/** A card's five bytes and its right frame, worked out here again. */
const framed = fc.uint8Array({ minLength: 5, maxLength: 5 }).map((bytes) => {
  const card = Buffer.from(bytes).toString("hex").toUpperCase();
  const sum = bytes.reduce((one, other) => one ^ other, 0);
  return { card, frame: `\x02${card}${sum.toString(16).toUpperCase().padStart(2, "0")}\x03` };
});
/** Noise that likes to look like a frame. */
const noise = fc
  .array(fc.oneof(fc.integer({ min: 0, max: 255 }), fc.constantFrom(2, 3, 0x30, 0x41, 0x46)), {
    maxLength: 40,
  })
  .map((bytes) => Buffer.from(bytes));

describe("frames of an RDM6300", () => {
  test("give the ten digits of the card, whose last eight are the number printed on it", () => {
    expect(cardsIn(FRAME)).toEqual([CARD]);
    expect(String(Number.parseInt(CARD.slice(2), 16)).padStart(10, "0")).toBe("0008075634");
    expect([CARD.slice(4, 6), CARD.slice(6)].map((part) => Number.parseInt(part, 16))).toEqual([123, 14706]);
  });

  test("give upper case for small letters", () => {
    expect(cardsIn(FRAME.toLowerCase())).toEqual([CARD]);
  });

  test.each([
    ["a wrong checksum", "\x026F007B39725E\x03"],
    ["a letter that is no digit", "\x026F007B397G5F\x03"],
    ["a digit too few", "\x026F007B3975F\x03"],
    ["a digit too many", "\x026F007B397200\x03"],
    ["no start", "6F007B39725F\x03"],
    ["a new start in the middle", "\x026F007B\x0239725F\x03"],
    ["another end", "\x026F007B39725F\x04"],
  ])("with %s are no card", (_, frame) => {
    expect(cardsIn(frame)).toEqual([]);
  });

  test("that follow a broken one are read, and the broken one is counted", () => {
    const frames = new Rdm6300Frames();
    expect(frames.push(bytesOf(`\x026F007B\x02${FRAME}${FRAME.replace("5F", "5E")}${FRAME}`), 0)).toEqual([
      CARD,
      CARD,
    ]);
    expect(frames.dropped).toBe(3);
  });

  test("that break off are not finished by what comes after a silence", () => {
    const frames = new Rdm6300Frames();
    frames.push(bytesOf(FRAME.slice(0, 6)), 0);
    expect(frames.push(bytesOf(FRAME.slice(6)), BROKEN_OFF_MS + 1)).toEqual([]);
    expect(frames.push(bytesOf(FRAME), 2 * BROKEN_OFF_MS)).toEqual([CARD]);
    expect(frames.dropped).toBe(1);
  });

  test("give the same cards however their bytes are split", () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(noise, framed), { maxLength: 4 }),
        fc.array(fc.nat(60), { maxLength: 20 }),
        (parts, cuts) => {
          const all = Buffer.concat(parts.flatMap(([before, { frame }]) => [before, bytesOf(frame)]));
          const whole = new Rdm6300Frames().push(all, 0);
          const frames = new Rdm6300Frames();
          const pieces: string[] = [];
          let at = 0;
          for (const length of cuts) {
            pieces.push(...frames.push(all.subarray(at, at + length), 0));
            at += length;
          }
          pieces.push(...frames.push(all.subarray(at), 0));
          expect(pieces).toEqual(whole);
          // A frame is read whatever noise came before it: its start begins anew.
          expect(whole).toEqual(expect.arrayContaining(parts.map(([, { card }]) => card)));
        },
      ),
    );
  });

  test("make no card of noise, unless its checksum is right", () => {
    fc.assert(
      fc.property(noise, (bytes) => {
        for (const card of new Rdm6300Frames().push(bytes, 0)) {
          const text = bytes.toString("latin1").toUpperCase();
          const sum = Buffer.from(card, "hex").reduce((one, other) => one ^ other, 0);
          const digits = sum.toString(16).toUpperCase().padStart(2, "0");
          expect(text).toContain(`\x02${card}${digits}\x03`);
        }
      }),
      { numRuns: 1000 },
    );
  });

  test("with one bit turned over never give another card", () => {
    fc.assert(
      fc.property(framed, fc.nat(13), fc.nat(7), ({ card, frame }, at, bit) => {
        const bytes = bytesOf(frame);
        bytes[at] = (bytes[at] ?? 0) ^ (1 << bit);
        const cards = new Rdm6300Frames().push(bytes, 0);
        // The bit between small and capital letters changes nothing.
        if (cards.length > 0) expect(cards).toEqual([card]);
      }),
      { numRuns: 1000 },
    );
  });
});
