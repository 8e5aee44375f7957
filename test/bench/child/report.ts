import * as z from "zod";

/** What a measured process says of itself, as one line of JSON. Instants are milliseconds of the monotonic clock. */
export const terminalReport = z.strictObject({
  /** The last character of the first frame was in the display's chip; null when a later frame overtook it. */
  firstFrameMs: z.number().nullable(),
  /** Bus time up to then, and the controller's execution of each byte. */
  busUs: z.number(),
  /** The terminal took keys. */
  readyMs: z.number(),
  /** Rules of the datasheet that were broken: must be 0. */
  violations: z.number(),
  rssBytes: z.number(),
  /** What the display showed once the last person of the roster had been found by their number; empty where not asked. */
  found: z.array(z.string()),
});
export type TerminalReport = z.infer<typeof terminalReport>;

export const plainReport = z.strictObject({
  /** Everything was loaded; in an empty process, its first statement ran. */
  loadedMs: z.number(),
  rssBytes: z.number(),
});
export type PlainReport = z.infer<typeof plainReport>;
