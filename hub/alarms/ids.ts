import * as z from "zod";

export const alarmId = z
  .string()
  .regex(/^[0-9a-hjkmnp-tv-z]{16}$/, "must be 16 characters of Crockford base 32")
  .brand<"AlarmId">();
export type AlarmId = z.infer<typeof alarmId>;
