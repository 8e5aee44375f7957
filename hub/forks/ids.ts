import * as z from "zod";

export const forkId = z
  .string()
  .regex(/^[0-9a-hjkmnp-tv-z]{16}$/, "must be 16 characters of Crockford base 32")
  .brand<"ForkId">();
export type ForkId = z.infer<typeof forkId>;
