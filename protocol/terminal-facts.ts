import * as z from "zod";

/** What is said of a terminal and told it, in the words that the admin's page shares with the wire; apart from the messages, which need Node. */

/** How full the terminal's disk is: "low" while a reserve is still there for the last punches, "full" once it is used. */
export const diskState = z.enum(["well", "low", "full"]);
export type DiskState = z.infer<typeof diskState>;

/** What an admin can have a connected terminal do; nothing of it is kept for one that is away. */
export const command = z.discriminatedUnion("act", [
  /** Says on its display, by its light and by sound, which one it is. */
  z.object({ act: z.literal("identify") }),
  /** Ends the slow checking that many wrong PINs brought about. Waits of a person are lifted by the roster. */
  z.object({ act: z.literal("unlock") }),
  z.object({ act: z.literal("restart") }),
  /** Sends its events again from after this one on, as far as it has them. */
  z.object({ act: z.literal("resend"), afterSeq: z.int().min(0) }),
]);
export type Command = z.infer<typeof command>;

/** Why a store cannot go on. */
export const renewReason = z.enum([
  /** Another event came under a number that is used: two histories of one store. */
  "fork",
  /** Another store has taken this one's place already. */
  "ended",
]);
export type RenewReason = z.infer<typeof renewReason>;
