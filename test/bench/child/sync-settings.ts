import * as z from "zod";
import { bootId, terminalId } from "../../../protocol/ids.ts";

/** What a terminal's process of the bench is told, as its one argument, and what it says of itself, a line of JSON. */
export const syncSettings = z.object({
  /** The ledger's file. */
  path: z.string(),
  hubUrl: z.string(),
  terminal: terminalId,
  /** base64, as protocol/identity.ts has them. */
  terminalKey: z.string(),
  publicKey: z.string(),
  privateKey: z.string(),
  boot: bootId,
  /** It ends once nothing waits to be sent, or once a roster came. */
  until: z.enum(["drained", "roster"]),
});
export type SyncSettings = z.infer<typeof syncSettings>;

/** Instants are milliseconds of the monotonic clock, which all processes share. */
export const syncReport = z.object({
  /** The first batch, or the first message of a roster, was about to be sent or had come. */
  beganMs: z.number(),
  /** The last acknowledgement, or the roster, was in the ledger. */
  endedMs: z.number(),
  /** Connections that were made. */
  links: z.int(),
  /** The last event of each batch, in the order sent. */
  batchEnds: z.array(z.int()),
  /** The longest that one turn of the event loop took the thread of keys and display, meanwhile and while nothing was to do. */
  longestTurnMs: z.number(),
  longestIdleTurnMs: z.number(),
});
export type SyncReport = z.infer<typeof syncReport>;
