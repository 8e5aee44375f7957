import type { KioskId } from "../../protocol/ids.ts";
import { requireAdmin, type Actor } from "../access.ts";
import { recordAudit } from "../audit/audit.ts";
import type { HubContext } from "../context.ts";
import { requirePaidPlan } from "../kiosks/kiosks.ts";
import { touchSettings } from "../kiosks/revision.ts";
import type { HubTransaction, Plan } from "../store/schema.ts";
import { planHasPin, theWorkspace } from "./workspace.ts";

/** PIN rule 2: what becomes of Requires PIN when the plan changes. No PIN changes with it. */

/**
 * Changes the plan. A downgrade to a plan without PIN turns Requires PIN off everywhere; an upgrade turns nothing on (see
 * {@link restoreRequiresPin}). Resolves with the kiosks where it was turned off. Rejects with CodedError
 * `access.admins-only`.
 */
export async function changePlan(context: HubContext, actor: Actor, plan: Plan): Promise<readonly KioskId[]> {
  requireAdmin(actor);
  const lapsed = await context.store.transaction(async (transaction) => {
    if ((await theWorkspace(transaction)).plan === plan) return null;
    await transaction.updateTable("workspace").set({ plan }).execute();
    await recordAudit(transaction, context, { actor, action: "workspace.plan-changed", subject: null });
    return planHasPin(plan) ? [] : switchRequiresPin(transaction, "lapse");
  });
  if (lapsed === null) return [];
  context.changes.tell({ topics: ["workspace", "kiosks"], rosters: lapsed });
  return lapsed;
}

/**
 * The one click after an upgrade: Requires PIN is on again where a downgrade turned it off, with the same PINs. Resolves
 * with those kiosks. Rejects with CodedError `plan.pin`, `access.admins-only`.
 */
export async function restoreRequiresPin(context: HubContext, actor: Actor): Promise<readonly KioskId[]> {
  requireAdmin(actor);
  const restored = await context.store.transaction(async (transaction) => {
    await requirePaidPlan(transaction);
    const kiosks = await switchRequiresPin(transaction, "restore");
    for (const kiosk of kiosks) {
      await recordAudit(transaction, context, {
        actor,
        action: "kiosk.requires-pin-restored",
        subject: kiosk,
      });
    }
    return kiosks;
  });
  context.changes.tell({ topics: ["kiosks"], rosters: restored });
  return restored;
}

async function switchRequiresPin(
  transaction: HubTransaction,
  how: "lapse" | "restore",
): Promise<readonly KioskId[]> {
  const isLapse = how === "lapse";
  const rows = await transaction
    .selectFrom("kiosks")
    .select("id")
    .where(isLapse ? "requires_pin" : "requires_pin_lapsed", "=", 1)
    .orderBy("id")
    .execute();
  for (const { id } of rows) {
    await transaction
      .updateTable("kiosks")
      .set({ requires_pin: isLapse ? 0 : 1, requires_pin_lapsed: isLapse ? 1 : 0 })
      .where("id", "=", id)
      .execute();
    await touchSettings(transaction, id, "access");
  }
  return rows.map(({ id }) => id);
}
