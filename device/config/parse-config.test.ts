import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { CodedError } from "../../protocol/errors.ts";
import { configJsonSchema } from "./config.ts";
import { ConfigError, parseConfig, type ConfigProblem } from "./parse-config.ts";

const GOOD = `
time_zone = "Europe/Zagreb"
[hub]
url = "ws://127.0.0.1:8080/terminal"
[display]
driver = "hd44780-gpio"
rs = "GPIO7"
e = "GPIO8"
data = ["GPIO25", "GPIO24", "GPIO23", "GPIO18"]
[keypad]
rows = ["GPIO5", "GPIO6", "GPIO13", "GPIO19"]
columns = ["GPIO12", "GPIO16", "GPIO20", "GPIO21"]
`;

function problemsOf(text: string): readonly ConfigProblem[] {
  try {
    parseConfig(text, "punchbox.toml");
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
  return [];
}

describe("a config file", () => {
  test("with the pins of a 20x4 display and a 4x4 keypad needs nothing else", () => {
    const config = parseConfig(GOOD, "punchbox.toml");
    expect(config.display).toMatchObject({ driver: "hd44780-gpio", size: "20x4", rs: 7 });
    expect(config.keypad).toMatchObject({ layout: "4x4", rows: [5, 6, 13, 19] });
    expect(config.data.folder).toBe("/var/lib/punchbox");
  });

  test("with a wrong pin is refused, naming line and field and what would be right", () => {
    expect(problemsOf(GOOD.replace('"GPIO24"', '"24"'))).toEqual([
      { line: 9, field: "display.data.1", message: 'must be a pin as "GPIO17"' },
    ]);
  });

  test("that uses one pin twice is refused, naming both uses", () => {
    expect(problemsOf(GOOD.replace('"GPIO12"', '"GPIO5"'))).toEqual([
      { line: 12, field: "keypad.columns.0", message: "uses GPIO5, which keypad.rows.0 uses already" },
    ]);
  });

  test("with a key that does not exist is refused at that key's line", () => {
    expect(problemsOf(`${GOOD}layuot = "4x3"\n`)).toEqual([
      { line: 13, field: "keypad.layuot", message: "is not a key here" },
    ]);
  });

  test("with a missing table is refused with the field that is due", () => {
    expect(problemsOf("")).toContainEqual({ line: 1, field: "keypad", message: "is missing" });
  });

  test("that is not TOML is refused with its line", () => {
    expect(problemsOf('[hub]\nurl = "ws://x\n')).toEqual([expect.objectContaining({ line: 2, field: "" })]);
  });

  test("never has its values in an error: a claim token is one", () => {
    const token = "claim-token-that-is-wrong";
    const text = GOOD.replace("[display]", `claim_token = "${token}"\n[display]`);
    expect(() => parseConfig(text, "f")).toThrow(ConfigError);
    expect(problemsOf(text).some(({ message }) => message.includes(token))).toBe(false);
    const unclosed = problemsOf(`[hub]\nclaim_token = "${token}`);
    expect(unclosed).toHaveLength(1);
    expect(unclosed[0]?.message).not.toContain(token);
  });

  test("of any text is parsed or refused with a coded error", () => {
    const line = fc.oneof(
      fc.string(),
      fc.constantFrom(
        "[hub]",
        "[display]",
        "[[keypad]]",
        'driver = "hd44780-i2c"',
        "rows = [1, 2",
        "a.b = {c = 1}",
        "x = nan",
      ),
    );
    fc.assert(
      fc.property(fc.array(line, { maxLength: 12 }), (lines) => {
        try {
          parseConfig(lines.join("\n"), "f");
        } catch (error) {
          expect(error).toBeInstanceOf(CodedError);
        }
      }),
    );
  });

  test("has a JSON Schema in which every table is described", () => {
    expect(configJsonSchema()).toMatchObject({
      type: "object",
      properties: { display: {}, keypad: {}, hub: {} },
    });
  });
});
