import * as z from "zod";
import { parsePin } from "../../hal/header.ts";
import { KEY_NAMES, type DisplaySize, type KeyName, type KeypadLayout } from "../../hal/ports.ts";

/** The tables of punchbox.toml that say which parts there are and how they are wired. `parts-plan.ts` makes a plan of them. */

const pin = z
  .string()
  .transform((text, context) => {
    const parsed = parsePin(text);
    if ("line" in parsed) return parsed.line;
    context.addIssue({ code: "custom", message: parsed.problem });
    return z.NEVER;
  })
  .describe('A pin by its BCM number, "GPIO17", or by its place on the header, "pin 11".');

const PWM_PINS = ["GPIO12", "GPIO13", "GPIO18", "GPIO19"] as const;
const PWM_LINES: readonly number[] = [12, 13, 18, 19];
const pwmPin = pin.refine((line) => PWM_LINES.includes(line), `must be one of ${PWM_PINS.join(", ")}`);

const SIZES = {
  "20x4": { columns: 20, rows: 4 },
  "16x2": { columns: 16, rows: 2 },
  "16x4": { columns: 16, rows: 4 },
  "40x2": { columns: 40, rows: 2 },
} as const satisfies Readonly<Record<string, DisplaySize>>;

/** Sizes by the name that they have in config files and on the market. */
export const DISPLAY_SIZES: ReadonlyMap<string, DisplaySize> = new Map(Object.entries(SIZES));

const size = z
  .enum(["20x4", "16x2", "16x4", "40x2"])
  .default("20x4")
  .describe("Columns and rows of the display.")
  .transform((name): DisplaySize => SIZES[name]);

const rom = z
  .enum(["A00", "A02"])
  .default("A00")
  .describe("Character ROM of the controller: A00 (Japanese, nearly all that are sold) or A02 (European).");

/** Backlights go out a while after the last key. */
const idle = z
  .strictObject({
    after_minutes: z.number().min(1).max(1440).default(10),
    backlight: z.enum(["dim", "off"]).default("dim").describe("dim is full where a part can only switch."),
  })
  .optional()
  .describe(
    "What becomes of the backlight when nobody has touched a key for a while; the next key lights it.",
  );

const glass = { size, rom, idle };
const wires = {
  rs: pin.describe("Register select."),
  e: pin.describe("Enable."),
  data: z.tuple([pin, pin, pin, pin]).describe("D4, D5, D6, D7."),
  backlight: pin.optional().describe("Pin that switches the backlight, if any."),
};

export const gpioDisplay = z.strictObject({
  driver: z.literal("hd44780-gpio").describe("HD44780 wired to six pins, 4-bit, R/W to ground."),
  ...glass,
  ...wires,
});

export const npmLcd = z.strictObject({
  driver: z.literal("npm-lcd").describe("The same wires, driven by the npm package lcd through sysfs."),
  ...glass,
  ...wires,
});

const output = z.int().min(0).max(7);
const backpackPins = z
  .strictObject({
    rs: output,
    rw: output,
    e: output,
    backlight: output,
    data: z.tuple([output, output, output, output]),
    backlight_active_high: z.boolean().default(true),
  })
  .refine(
    ({ rs, rw, e, backlight, data }) => new Set([rs, rw, e, backlight, ...data]).size === 8,
    "must give each of the eight outputs, 0 to 7, once",
  );

const i2cDisplay = z.strictObject({
  driver: z.literal("hd44780-i2c").describe("HD44780 behind a PCF8574 backpack."),
  ...glass,
  bus: z.int().min(0).max(31).default(1).describe("N of /dev/i2c-N; the header's is 1."),
  address: z
    .int()
    .refine(
      (address) => (address >= 0x20 && address <= 0x27) || (address >= 0x38 && address <= 0x3f),
      "must be 0x20 to 0x27 (PCF8574) or 0x38 to 0x3f (PCF8574A); punchbox doctor finds it",
    )
    .default(0x27)
    .describe("As soldered on the backpack; punchbox doctor finds it."),
  clock_hz: z
    .union([z.literal(100_000), z.literal(400_000)])
    .default(100_000)
    .describe("Clock that the bus has (dtparam=i2c_arm_baudrate); the PCF8574 is made for 100000."),
  pin_map: backpackPins
    .optional()
    .describe("Which output of the PCF8574 leads where, if the backpack is an unusual one."),
});

const serialPath = z
  .string()
  .regex(/^\/dev\/[\w./:+-]+$/, 'must be a port as "/dev/ttyAMA0" or "/dev/serial/by-id/..."')
  .describe("Serial port: /dev/serial0 is the header's, USB ones have steady names in /dev/serial/by-id.");
const baudRate = z
  .literal([1200, 2400, 4800, 9600, 14_400, 19_200, 38_400, 57_600, 115_200])
  .default(9600)
  .describe("Bits per second.");

const serialDisplay = z.strictObject({
  driver: z
    .enum(["serlcd", "matrix-orbital"])
    .describe("A module on a serial port: SparkFun's SerLCD, or one with Matrix Orbital's commands."),
  size: z
    .enum(["20x4", "16x2"])
    .default("20x4")
    .transform((name): DisplaySize => SIZES[name]),
  idle,
  path: serialPath,
  baud_rate: baudRate,
  contrast: z
    .int()
    .min(0)
    .max(255)
    .optional()
    .describe("As the module counts: 0 is the darkest on a SerLCD, the lightest on a Matrix Orbital."),
});

export const displaySchema = z.discriminatedUnion("driver", [gpioDisplay, i2cDisplay, npmLcd, serialDisplay]);

const LAYOUT_NAMES = {
  "4x4": ["123A", "456B", "789C", "*0#D"],
  "4x3": ["123", "456", "789", "*0#"],
} as const;
const MAX_KEYPAD_LINES = 8;

const isKey = (letter: string): letter is KeyName => KEY_NAMES.some((key) => key === letter);
/** Stands for a crossing without a key. */
const BLANK = ".";
const keysOf = (rows: readonly string[]): KeypadLayout =>
  rows.map((row) => row.split("").map((letter) => (isKey(letter) ? letter : null)));

const layout = z
  .union([z.string(), z.array(z.string()).min(1).max(MAX_KEYPAD_LINES)], {
    error: 'must be "4x4", "4x3" or rows of keys as ["123", "456", "789", "*0#"]',
  })
  .prefault("4x4")
  .transform((given, context): KeypadLayout => {
    if (given === "4x4" || given === "4x3") return keysOf(LAYOUT_NAMES[given]);
    const rows = typeof given === "string" ? [] : given;
    const keys = rows.flatMap((row) => row.split("")).filter((letter) => letter !== BLANK);
    const width = rows[0]?.length ?? 0;
    if (width < 1 || width > MAX_KEYPAD_LINES || rows.some((row) => row.length !== width)) {
      const message = `must be "4x4", "4x3" or rows of keys, all of one length up to ${MAX_KEYPAD_LINES}`;
      context.addIssue({ code: "custom", message });
      return z.NEVER;
    }
    if (!keys.every(isKey) || new Set(keys).size < keys.length) {
      context.addIssue({
        code: "custom",
        message: `must be made of ${KEY_NAMES.join("")}, each once at most, and ${BLANK} where there is no key`,
      });
      return z.NEVER;
    }
    return keysOf(rows);
  })
  .describe('4x4, 4x3 (every function works without A to D), or rows of keys: ["123", "456", "789", "*0#"].');

const keypadPins = z.array(pin).min(1).max(MAX_KEYPAD_LINES);

export const keypadSchema = z
  .strictObject({
    layout,
    rows: keypadPins.describe("Row pins, top to bottom."),
    columns: keypadPins.describe("Column pins, left to right."),
  })
  .superRefine(({ layout: keys, rows, columns }, context) => {
    const due = { rows: keys.length, columns: keys[0]?.length ?? 0 };
    for (const [field, given] of [
      ["rows", rows],
      ["columns", columns],
    ] as const) {
      if (given.length === due[field]) continue;
      context.addIssue({
        code: "custom",
        path: [field],
        message: `must be ${due[field]} pins for this layout`,
      });
    }
  });

const time = z
  .string()
  .regex(/^([01][0-9]|2[0-3]):[0-5][0-9]$/, 'must be a time as "22:00"')
  .transform((text) => Number(text.slice(0, 2)) * 60 + Number(text.slice(3)));

const night = z
  .strictObject({
    from: time.describe("Local time at which it becomes quiet."),
    to: time.describe("Local time at which it ends."),
    volume: z.enum(["quiet", "off"]).default("quiet"),
  })
  .refine(({ from, to }) => from !== to, { message: "must differ from from", path: ["to"] })
  .optional()
  .describe("When the sounder is quiet; may go over midnight.");

/** Most piezo discs are loudest near it. */
const USUAL_FREQUENCY_HZ = 2700;

const activeSounder = z.strictObject({
  driver: z.literal("active").describe("A buzzer that beeps by itself."),
  pin: pin.describe("High is loud."),
  night,
});
const pwmSounder = z.strictObject({
  driver: z.literal("pwm").describe("A bare disc or coil, on a pin with PWM; needs dtoverlay=pwm."),
  pin: pwmPin,
  frequency_hz: z.int().min(100).max(10_000).default(USUAL_FREQUENCY_HZ),
  night,
});
export const sounderSchema = z.discriminatedUnion("driver", [activeSounder, pwmSounder]);

export const ledsSchema = z.strictObject({ green: pin, red: pin });

export const readerSchema = z.strictObject({
  driver: z
    .enum(["rdm6300", "lines"])
    .describe("rdm6300: the 125 kHz module. lines: digits and a line end, as most USB readers send."),
  path: serialPath,
  baud_rate: baudRate,
});
