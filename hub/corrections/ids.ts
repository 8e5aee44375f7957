import * as z from "zod";

export const correctionId = z
  .string()
  .regex(/^[0-9a-hjkmnp-tv-z]{16}$/, "must be 16 characters of Crockford base 32")
  .brand<"CorrectionId">();
export type CorrectionId = z.infer<typeof correctionId>;
