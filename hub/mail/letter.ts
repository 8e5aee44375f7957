import * as z from "zod";

/** What a mail says, apart from how it looks: text and HTML are made of the same letter (compose.ts). */

export const letter = z.strictObject({
  subject: z.string(),
  paragraphs: z.array(z.string()),
  /** What the reader can do about it, and where on the hub's page: what stands behind the # of its address. */
  action: z.strictObject({ label: z.string(), view: z.string() }),
  /** Who writes. */
  footer: z.string(),
});
export type Letter = z.infer<typeof letter>;
