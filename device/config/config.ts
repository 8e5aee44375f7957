import * as z from "zod";
import type { PartsPlan } from "../../hal/plan.ts";
import { claimToken } from "../../protocol/ids.ts";
import { displaySchema, keypadSchema, ledsSchema, readerSchema, sounderSchema } from "./parts-schema.ts";

/**
 * What an installer writes in punchbox.toml. Every key is documented here and nowhere else: the JSON Schema for editors
 * and the reference in docs are made from these descriptions.
 */

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
      backend: z
        .enum(["auto", "gpiochip", "onoff", "rpi-gpio"])
        .default("auto")
        .describe("How pins are reached: auto picks, and says what and why."),
    })
    .prefault({}),
  display: displaySchema,
  keypad: keypadSchema,
  sounder: sounderSchema.optional(),
  leds: ledsSchema.optional().describe("Green for taken, red for refused."),
  reader: readerSchema.optional().describe("Cards stand in for typing a number; the PIN is still asked for."),
  log: z
    .strictObject({ level: z.enum(["trace", "debug", "info", "warn", "error"]).default("info") })
    .prefault({}),
});
/** A checked config file: its tables, and the plan of its parts. */
export type Config = z.infer<typeof configSchema> & { readonly parts: PartsPlan };

/** JSON Schema (2020-12) of punchbox.toml, for editors. */
export function configJsonSchema(): unknown {
  return z.toJSONSchema(configSchema, { io: "input", target: "draft-2020-12" });
}
