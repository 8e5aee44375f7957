import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { earlyDisplay } from "./early-display.ts";
import { ConfigError, parseConfig } from "./parse-config.ts";

const EXAMPLE = readFileSync(new URL("../../docs/punchbox.toml", import.meta.url), "utf8");

describe("the early display", () => {
  test("is the one that the checked config names", () => {
    expect(earlyDisplay(EXAMPLE)).toEqual(parseConfig(EXAMPLE, "punchbox.toml").parts.display);
    for (const size of ["16x2", "16x4", "40x2"]) {
      const other = EXAMPLE.replace('size = "20x4"', `size = "${size}"`);
      expect(earlyDisplay(other)).toEqual(parseConfig(other, "punchbox.toml").parts.display);
    }
  });

  test("is none where pins are to be reached in a way of the installer's choice", () => {
    expect(earlyDisplay(`${EXAMPLE}\n[gpio]\nbackend = "onoff"\n`)).toBeNull();
  });

  test.each([
    "",
    "[display",
    'display = "none"',
    "[[display]]",
    "display = 1979-05-27",
    'size = "constructor"',
  ])("is none where %j is all there is of it", (text) => {
    expect(earlyDisplay(text)).toBeNull();
  });

  test("of a size there is none of is none, whatever objects inherit", () => {
    for (const size of ["constructor", "__proto__", "toString", "20x5"]) {
      expect(earlyDisplay(EXAMPLE.replace('size = "20x4"', `size = "${size}"`))).toBeNull();
    }
  });

  test("is none, or one that the full check takes too, however the file is changed", () => {
    const lines = EXAMPLE.split("\n");
    const change = fc.record({
      line: fc.nat(lines.length - 1),
      text: fc.oneof(
        fc.string(),
        fc.constantFrom(
          'rs = "GPIO99"',
          "data = []",
          'data = ["GPIO1"]',
          'driver = "lcd"',
          "backlight = 15",
          "size = 4",
        ),
      ),
    });
    fc.assert(
      fc.property(fc.array(change, { maxLength: 3 }), (changes) => {
        const changed = [...lines];
        for (const { line, text } of changes) changed[line] = text;
        const early = earlyDisplay(changed.join("\n"));
        if (early === null) return;
        try {
          parseConfig(changed.join("\n"), "f");
        } catch (error) {
          // Something else in the file may be wrong, or one pin used twice; the display's own keys are good.
          if (!(error instanceof ConfigError)) throw error;
          const own = error.problems.filter(
            ({ field, message }) =>
              /^display\.(rs|e|data|size|driver|backlight)/.test(field) && !message.startsWith("uses"),
          );
          expect(own).toEqual([]);
        }
      }),
      { numRuns: 300 },
    );
  });
});
