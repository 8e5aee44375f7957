import { CodedError } from "../../protocol/errors.ts";
import { requireAdmin, type Actor } from "../access.ts";
import { recordAudit } from "../audit/audit.ts";
import type { HubContext } from "../context.ts";
import { orderOfEvent } from "../punches/order.ts";
import { rederive } from "../punches/rederive.ts";
import type { Decision } from "../store/history-schema.ts";
import type { ConflictId } from "./ids.ts";

/**
 * Settles a conflict, once and for good; whoever wants it otherwise later makes a correction. Rejects with CodedError
 * `conflict.unknown`, `conflict.settled`, `access.admins-only`.
 */
export async function settleConflict(
  context: HubContext,
  actor: Actor,
  conflict: ConflictId,
  decision: Decision,
  reason: string | null,
): Promise<void> {
  requireAdmin(actor);
  const rosters = await context.store.transaction(async (transaction) => {
    const row = await transaction
      .selectFrom("conflicts")
      .selectAll()
      .where("id", "=", conflict)
      .executeTakeFirst();
    if (row === undefined) throw new CodedError("conflict.unknown", "there is no such conflict");
    if (row.settled_ms !== null) {
      throw new CodedError("conflict.settled", "this conflict is settled already: make a correction instead");
    }
    await transaction
      .updateTable("conflicts")
      .set({
        settled_ms: context.wallClock.wallMs(),
        decision,
        settled_by: actor.person,
        reason: reason === "" ? null : reason,
      })
      .where("id", "=", conflict)
      .execute();
    await recordAudit(transaction, context, { actor, action: "conflict.settled", subject: row.person });
    const fromMs = await orderOfEvent(transaction, row);
    return fromMs === null ? [] : rederive(transaction, context, new Map([[row.person, fromMs]]));
  });
  context.changes.tell({ topics: ["conflicts", "punches", "presence"], rosters: [...rosters] });
}
