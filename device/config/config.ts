import * as z from "zod";
import { bcm, HIGHEST_HEADER_BCM } from "../../hal/ports.ts";
import { claimToken } from "../../protocol/ids.ts";

/**
 * What an installer writes in punchbox.toml. Every key is documented here and nowhere else: the JSON Schema for editors
 * and the reference in docs are made from these descriptions.
 */

/** Pins are written as `GPIO17`, so that a bare number can never be taken for a header position. */
const pin = z
  .string()
  .regex(/^GPIO[0-9]{1,2}$/, `must be a pin as "GPIO17"`)
  .refine((text) => Number(text.slice(4)) <= HIGHEST_HEADER_BCM, `must be GPIO0 to GPIO${HIGHEST_HEADER_BCM}`)
  .transform((text) => bcm(Number(text.slice(4))));

const displaySize = z.enum(["20x4", "16x2"]).default("20x4").describe("Columns and rows of the display.");

const gpioDisplay = z.strictObject({
  driver: z.literal("hd44780-gpio").describe("HD44780 wired to six pins, 4-bit, R/W to ground."),
  size: displaySize,
  rs: pin.describe("Register select."),
  e: pin.describe("Enable."),
  data: z.tuple([pin, pin, pin, pin]).describe("D4, D5, D6, D7."),
  backlight: pin.optional().describe("Pin that switches the backlight, if any."),
});

const keypad = z
  .strictObject({
    layout: z
      .enum(["4x4", "4x3"])
      .default("4x4")
      .describe("4x4 has A to D; every function works without them."),
    rows: z.array(pin).length(4).describe("Row pins, top to bottom."),
    columns: z.array(pin).min(3).max(4).describe("Column pins, left to right."),
  })
  .refine((value) => value.columns.length === (value.layout === "4x4" ? 4 : 3), {
    message: "must be four pins for layout 4x4, three for 4x3",
    path: ["columns"],
  });

export const configSchema = z.strictObject({
  time_zone: z
    .string()
    .min(1)
    .max(64)
    .default("UTC")
    .describe("IANA name, used until the kiosk's own is known."),
  hub: z.strictObject({
    url: z.url({ protocol: /^wss?$/ }).describe("The hub's address: ws://host:port/terminal or wss://..."),
    claim_token: claimToken.optional().describe("From the hub's page; used once, then worthless."),
  }),
  data: z
    .strictObject({ folder: z.string().min(1).default("/var/lib/punchbox").describe("Ledger and identity.") })
    .prefault({}),
  gpio: z
    .strictObject({
      backend: z.enum(["gpiochip"]).default("gpiochip").describe("How pins are reached."),
    })
    .prefault({}),
  display: z.discriminatedUnion("driver", [gpioDisplay]),
  keypad,
  sounder: z.strictObject({ pin: pin.describe("Active buzzer.") }).optional(),
  log: z
    .strictObject({ level: z.enum(["trace", "debug", "info", "warn", "error"]).default("info") })
    .prefault({}),
});
export type Config = z.infer<typeof configSchema>;

/** JSON Schema (2020-12) of punchbox.toml, for editors. */
export function configJsonSchema(): unknown {
  return z.toJSONSchema(configSchema, { io: "input", target: "draft-2020-12" });
}
