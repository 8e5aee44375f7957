import * as z from "zod";
import { kioskId, storeId, terminalId } from "../../protocol/ids.ts";
import { command, renewReason } from "../../protocol/terminal-facts.ts";
import { forkId } from "../forks/ids.ts";

/** Bodies of the HTTP API about what a terminal is told to do, and about ledgers with two histories. */

/** `unlock` ends slower tries; `resend` sends the events after `afterSeq` again, all of them with 0. */
export const commandRequest = command;
/** `done`, or the terminal's code of why not. */
export const commandBody = z.strictObject({ outcome: z.string() });

export const forkBody = z.strictObject({
  fork: forkId,
  terminal: terminalId,
  kiosk: kioskId,
  kioskName: z.string(),
  /** The ledger that has two histories. */
  store: storeId,
  /** Number of the other history's first event; null while none has come. */
  firstSeq: z.int().nullable(),
  /** Events of the other history that are here, and the punches among them. */
  events: z.int(),
  punches: z.int(),
  foundMs: z.int(),
  /** `fork`: two events have one number. `ended`: it went on, or came back, after another store had taken its place. */
  reason: renewReason,
  /** Null: open. The terminal gets no roster while a fork of it is. */
  settledMs: z.int().nullable(),
  /** Whether the other history's punches count; null: open. */
  counted: z.boolean().nullable(),
});
export const forksBody = z.strictObject({ forks: z.array(forkBody) });

export const settleForkRequest = z.strictObject({ count: z.boolean() });
