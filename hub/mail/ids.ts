import * as z from "zod";

export const mailId = z
  .string()
  .regex(/^[0-9a-hjkmnp-tv-z]{16}$/, "must be 16 characters of Crockford base 32")
  .brand<"MailId">();
export type MailId = z.infer<typeof mailId>;
