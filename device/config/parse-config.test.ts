import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { LAYOUT_4X4 } from "../../hal/keypad/layouts.ts";
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
    expect(config.parts).toEqual({
      gpio: "auto",
      display: {
        driver: "hd44780-gpio",
        size: { columns: 20, rows: 4 },
        rom: "A00",
        rs: 7,
        e: 8,
        data: [25, 24, 23, 18],
      },
      keypad: { layout: LAYOUT_4X4, rows: [5, 6, 13, 19], columns: [12, 16, 20, 21] },
      sounder: null,
      leds: null,
      reader: null,
    });
    expect(config.data.folder).toBe("/var/lib/punchbox");
  });

  test("with a wrong pin is refused, naming line and field and what would be right", () => {
    expect(problemsOf(GOOD.replace('"GPIO24"', '"24"'))).toEqual([
      { line: 9, field: "display.data.1", message: 'must be a pin as "GPIO17" or "pin 11"' },
    ]);
  });

  test("that uses one pin twice is refused, naming both uses", () => {
    expect(problemsOf(GOOD.replace('"GPIO12"', '"GPIO5"'))).toEqual([
      {
        line: 12,
        field: "keypad.columns.0",
        message: "uses GPIO5 (pin 29), which keypad.rows.0 uses already",
      },
    ]);
    expect(problemsOf(GOOD.replace('"GPIO12"', '"pin 29"'))).toHaveLength(1);
  });

  test("that uses a line which the Pi needs itself is refused, saying for what", () => {
    const [problem] = problemsOf(GOOD.replace('"GPIO12"', '"GPIO0"'));
    expect(problem?.message).toBe(
      "uses GPIO0 (pin 27), which the Pi keeps for the ID EEPROM of add-on boards",
    );
    expect(problemsOf(GOOD.replace('"GPIO12"', '"pin 3"'))[0]?.message).toContain("which is the I2C bus");
  });

  test("that puts a reader on the header's serial port cannot use its lines for anything else", () => {
    const reader = '[reader]\ndriver = "rdm6300"\npath = "/dev/serial0"\n';
    expect(problemsOf(GOOD.replace('"GPIO12"', '"GPIO15"') + reader)).toEqual([
      {
        line: 12,
        field: "keypad.columns.0",
        message: "uses GPIO15 (pin 10), which reader.path uses already as part of /dev/serial0",
      },
    ]);
    expect(problemsOf(GOOD.replace('"GPIO12"', '"GPIO15"'))).toEqual([]);
  });

  test("that gives display and reader one serial port is refused", () => {
    const text = GOOD.replace(/rs = .*\ne = .*\ndata = .*/, 'path = "/dev/ttyUSB0"').replace(
      "hd44780-gpio",
      "serlcd",
    );
    const reader = '[reader]\ndriver = "lines"\npath = "/dev/ttyUSB0"\n';
    expect(problemsOf(text + reader)).toEqual([
      { line: 13, field: "reader.path", message: "uses /dev/ttyUSB0, which display.path uses already" },
    ]);
  });

  test("may name an unusual backpack, a PWM sounder with a quiet night, lights, a reader, an own layout", () => {
    const text = `
[hub]
url = "ws://127.0.0.1:8080/terminal"
[display]
driver = "hd44780-i2c"
size = "16x4"
rom = "A02"
address = 0x3f
idle = { after_minutes = 5, backlight = "off" }
pin_map = { rs = 6, rw = 5, e = 4, backlight = 7, data = [0, 1, 2, 3], backlight_active_high = false }
[keypad]
layout = ["12", ".0"]
rows = ["GPIO5", "pin 31"]
columns = ["GPIO16", "GPIO20"]
[sounder]
driver = "pwm"
pin = "GPIO18"
night = { from = "22:00", to = "06:00" }
[leds]
green = "GPIO17"
red = "GPIO4"
[reader]
driver = "lines"
path = "/dev/serial/by-id/usb-reader-0"
`;
    const { parts, display, sounder } = parseConfig(text, "f");
    expect(parts).toEqual({
      gpio: "auto",
      display: {
        driver: "hd44780-i2c",
        size: { columns: 16, rows: 4 },
        rom: "A02",
        bus: 1,
        address: 0x3f,
        clockHz: 100_000,
        pins: { rs: 6, rw: 5, e: 4, backlight: 7, data: [0, 1, 2, 3], backlightActiveHigh: false },
      },
      keypad: {
        layout: [
          ["1", "2"],
          [null, "0"],
        ],
        rows: [5, 6],
        columns: [16, 20],
      },
      sounder: { driver: "pwm", pin: 18, frequencyHz: 2700 },
      leds: { green: 17, red: 4 },
      reader: { driver: "lines", path: "/dev/serial/by-id/usb-reader-0", baudRate: 9600 },
    });
    expect(display.idle).toEqual({ after_minutes: 5, backlight: "off" });
    expect(sounder?.night).toEqual({ from: 22 * 60, to: 6 * 60, volume: "quiet" });
  });

  test.each([
    ['["12", "3"]', "all of one length"],
    ['["11", "22"]', "each once at most"],
    ['["1x", "23"]', "each once at most"],
    ['"5x5"', "rows of keys"],
    ["5", "rows of keys"],
    ['["123", "456"]', "must be 2 pins for this layout"],
  ])("with the keypad layout %s is refused", (layout, message) => {
    const text = GOOD.replace("[keypad]", `[keypad]\nlayout = ${layout}`);
    expect(problemsOf(text).map((problem) => problem.message)).toContainEqual(
      expect.stringContaining(message),
    );
  });

  test("with a PWM sounder on a pin that has no PWM is refused, naming those that do", () => {
    const text = `${GOOD}[sounder]\ndriver = "pwm"\npin = "GPIO17"\n`;
    expect(problemsOf(text)[0]?.message).toBe("must be one of GPIO12, GPIO13, GPIO18, GPIO19");
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
