import { CodedError } from "../../protocol/errors.ts";
import type { TerminalId } from "../../protocol/ids.ts";
import { requireAdmin, type Actor } from "../access.ts";
import { recordAudit } from "../audit/audit.ts";
import type { HubContext } from "../context.ts";
import type { Queries } from "../store/schema.ts";
import { findTerminal, type Terminal } from "./terminals.ts";

/**
 * Unpair: the terminal gets no roster any more, hands in what it has recorded, and is told to forget everybody and its
 * keys. Does nothing to one that has no place already. Rejects with CodedError `terminal.unknown`, `access.admins-only`.
 */
export async function unpairTerminal(context: HubContext, actor: Actor, terminal: TerminalId): Promise<void> {
  requireAdmin(actor);
  const changed = await context.store.transaction(async (transaction) => {
    const row = await theTerminal(transaction, terminal);
    if (row.revoked === 1) return false;
    await transaction.updateTable("terminals").set({ revoked: 1 }).where("id", "=", terminal).execute();
    await recordAudit(transaction, context, { actor, action: "terminal.unpaired", subject: terminal });
    return true;
  });
  if (changed) context.changes.tell({ topics: ["terminals"], rosters: [], terminals: [terminal] });
}

/** Rejects with CodedError `terminal.unknown`. */
export async function theTerminal(queries: Queries, terminal: TerminalId): Promise<Terminal> {
  const row = await findTerminal(queries, terminal);
  if (row === null) throw new CodedError("terminal.unknown", "there is no such terminal");
  return row;
}

/** The terminal was sent the proof that its place is taken away. Notes the first time. */
export async function noteTold(context: HubContext, terminal: TerminalId): Promise<void> {
  await context.store.queries
    .updateTable("terminals")
    .set({ told_ms: context.wallClock.wallMs() })
    .where("id", "=", terminal)
    .where("told_ms", "is", null)
    .execute();
  context.changes.tell({ topics: ["terminals"], rosters: [] });
}
