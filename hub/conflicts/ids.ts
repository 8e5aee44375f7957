import * as z from "zod";

export const conflictId = z
  .string()
  .regex(/^[0-9a-hjkmnp-tv-z]{16}$/, "must be 16 characters of Crockford base 32")
  .brand<"ConflictId">();
export type ConflictId = z.infer<typeof conflictId>;
