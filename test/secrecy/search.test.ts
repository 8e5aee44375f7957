import { describe, expect, test } from "vitest";
import { SeededRandom } from "../../sim/world/seeded-random.ts";
import { findInBytes, findInJson, findInLines, findInText, type Secrets } from "./search.ts";

const SECRETS: Secrets = { pins: ["7306"], typed: ["10387306"] };

describe("the search for PINs finds", () => {
  test.each([
    ["alone", "7306"],
    ["in quotes", '"7306"'],
    ["in a sentence", "wrong PIN 7306."],
    ["behind a sign", "pin=7306 "],
    ["digit by digit", "keys 7 3 0 6"],
    ["as a list", '["7","3","0","6"]'],
    ["between dashes", "7-3-0-6"],
    ["in a query", "/people?pin=7306&x=1"],
  ])("one in text, %s", (_how, text) => {
    expect(findInText(text.replace("pin=7306", "pin: 7306"), SECRETS)).toEqual(["7306"]);
  });

  test("a number with its PIN behind it, wherever it stands", () => {
    expect(findInText("x10387306y", SECRETS)).toEqual(["10387306"]);
  });

  test.each([
    ["a string", { detail: "7306" }],
    ["a number", { code: 7306 }],
    ["a field's name", { "7306": true }],
    ["a list of keys", { pressed: ["1", "7", "3", "0", "6"] }],
    ["JSON within JSON", { body: JSON.stringify({ payload: { was: "7306" } }) }],
    ["something deep", [[{ a: [{ b: "PIN 7306" }] }]]],
  ])("one in JSON: %s", (_how, value) => {
    expect(findInJson(value, SECRETS)).toContain("7306");
  });

  test("one that is spread over lines, as a field or in a sentence", () => {
    const asField = ["7", "3", "0", "6"].map((pressed) => JSON.stringify({ level: 20, pressed }));
    expect(findInLines(asField, SECRETS)).toEqual(["7306"]);
    const asNumber = [7, 3, 0, 6].map((digit) => JSON.stringify({ digit }));
    expect(findInLines(asNumber, SECRETS)).toEqual(["7306"]);
    const inSentence = ["7", "3", "0", "6"].flatMap((key) => [`key ${key} is down`, "and up again"]);
    expect(findInLines(inSentence, SECRETS)).toEqual(["7306"]);
  });

  test("one among a file's bytes", () => {
    expect(findInBytes(Buffer.from('\x00\xff"7306"\x01', "latin1"), SECRETS)).toEqual(["7306"]);
    expect(findInBytes(Buffer.from("\x007306\x00", "latin1"), SECRETS)).toEqual(["7306"]);
  });
});

describe("the search for PINs is not fooled by", () => {
  test.each([
    ["a hash", "ab7306cd"],
    ["base 64", "x7306/=="],
    ["the end of base 64", "7306=="],
    ["an instant", "1795373062"],
    ["a fraction", "12.7306"],
    ["a part of an address", "10.0.7306.1"],
  ])("%s", (_what, text) => {
    expect(findInText(text, SECRETS)).toEqual([]);
  });

  test("times in JSON", () => {
    expect(findInJson({ workedMs: 7306, time: 7306, holdMs: [7306] }, SECRETS)).toEqual([]);
  });

  test("two million random bytes, raw, hexadecimal or in base 64", () => {
    const bytes = Buffer.from(new SeededRandom(1).bytes(2_000_000));
    for (const form of [bytes, Buffer.from(bytes.toString("hex")), Buffer.from(bytes.toString("base64"))]) {
      expect(findInBytes(form, { pins: ["7306"], typed: ["10387306"] })).toEqual([]);
    }
  });
});
