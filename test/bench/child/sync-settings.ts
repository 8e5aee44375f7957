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
  /** How often something is measured. */
  rounds: z.int().min(1),
});
export type SyncSettings = z.infer<typeof syncSettings>;

/** Of drain.ts. Instants are milliseconds of the monotonic clock, which all processes share. */
export const drainReport = z.object({
  /** The first batch was about to be read. */
  beganMs: z.number(),
  /** The last acknowledgement was in the ledger. */
  endedMs: z.number(),
  /** Connections that were made. */
  links: z.int(),
  /** The last event of each batch, in the order sent. */
  batchEnds: z.array(z.int()),
});
export type DrainReport = z.infer<typeof drainReport>;

/** Of cold-roster.ts: one round. */
export const coldRound = z.object({
  /** From the first message of the roster to its being on disk. */
  rosterMs: z.number(),
  /** Parsing the same messages, and inserting the same rows in one transaction. */
  bareMs: z.number(),
  /** The longest turn of the event loop until the terminal knew everyone, and of a loop that has nothing to do. */
  longestTurnMs: z.number(),
  longestIdleTurnMs: z.number(),
  people: z.int(),
});
export const coldReport = z.array(coldRound);
export type ColdReport = z.infer<typeof coldReport>;
