import type { TerminalId } from "../../protocol/ids.ts";
import type { Command } from "../../protocol/messages.ts";
import { requireAdmin, type Actor } from "../access.ts";
import { recordAudit, type AuditAction } from "../audit/audit.ts";
import type { HubContext } from "../context.ts";
import type { SessionRegistry } from "../session/registry.ts";
import { theTerminal } from "./unpair.ts";

const ACTIONS = {
  identify: "terminal.identified",
  unlock: "terminal.unlocked",
  restart: "terminal.restarted",
  resend: "terminal.resent",
} as const satisfies Readonly<Record<Command["act"], AuditAction>>;

/**
 * Has a connected terminal do something, and resolves with what it answers: "done", or the code of why not. Rejects with
 * CodedError `terminal.unknown`, `terminal.offline`, `terminal.busy`, `terminal.no-answer`, `access.admins-only`.
 */
export async function commandTerminal(
  context: HubContext,
  sessions: SessionRegistry,
  actor: Actor,
  terminal: TerminalId,
  command: Command,
): Promise<string> {
  requireAdmin(actor);
  await theTerminal(context.store.queries, terminal);
  const session = sessions.find(terminal);
  // What is audited was sent, though it may not have arrived.
  await context.store.transaction((transaction) =>
    recordAudit(transaction, context, { actor, action: ACTIONS[command.act], subject: terminal }),
  );
  return session.command(command);
}
