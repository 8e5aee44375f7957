import { CodedError } from "../../protocol/errors.ts";
import { requireAdmin, type Actor } from "../access.ts";
import { recordAudit } from "../audit/audit.ts";
import type { HubContext } from "../context.ts";
import type { MailId } from "./ids.ts";
import { UNCLAIMED } from "./due.ts";
import { MAIL_LIFE_MS } from "./limits.ts";
import { isWanted, withRequests, type MailOutlet } from "./list.ts";
import { recipients } from "./recipients.ts";

/**
 * Sends a mail again, or now: also one of which it is not known whether it was sent, for a person may decide that. Rejects
 * with CodedError `mail.unknown`, `mail.sent`, `mail.sending`, `mail.withdrawn`, `mail.no-server`.
 */
export async function retryMail(
  context: HubContext,
  actor: Actor,
  outlet: MailOutlet,
  mail: MailId,
): Promise<void> {
  requireAdmin(actor);
  await context.store.transaction(async (transaction) => {
    const row = await withRequests(transaction).where("mails.id", "=", mail).executeTakeFirst();
    if (row === undefined) throw new CodedError("mail.unknown", "there is no such mail");
    if (row.state === "sent") throw new CodedError("mail.sent", "this mail was sent");
    if (row.state === "sending") throw new CodedError("mail.sending", "this mail is being sent");
    if (!isWanted(row, await recipients(transaction))) {
      throw new CodedError(
        "mail.withdrawn",
        "its request was closed, or its reader is no owner or admin now",
      );
    }
    if (!outlet.hasServer) {
      throw new CodedError("mail.no-server", "this hub has no mail server: start it with --smtp");
    }
    const nowMs = context.wallClock.wallMs();
    await transaction
      .updateTable("mails")
      .set({ state: "waiting", tries: 0, next_try_ms: nowMs, give_up_ms: nowMs + MAIL_LIFE_MS, ...UNCLAIMED })
      .where("id", "=", mail)
      .execute();
    await recordAudit(transaction, context, { actor, action: "mail.retried", subject: mail });
  });
  context.changes.tell({ topics: ["mail"], rosters: [] });
}
