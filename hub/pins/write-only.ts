import { requireAdmin, type Actor } from "../access.ts";
import { recordAudit } from "../audit/audit.ts";
import type { HubContext } from "../context.ts";
import { flag } from "../store/schema.ts";
import { theWorkspace } from "../workspace/workspace.ts";

/**
 * Write-only PINs: turned on, every kept PIN is destroyed; what checks them stays, and they work on. Turned off, PINs are
 * kept again from their next change. Backups made before have what they had. Rejects with CodedError
 * `access.admins-only`.
 */
export async function setWriteOnlyPins(context: HubContext, actor: Actor, isOn: boolean): Promise<void> {
  requireAdmin(actor);
  const isChanged = await context.store.transaction(async (transaction) => {
    if ((await theWorkspace(transaction)).writeOnlyPins === isOn) return false;
    await transaction
      .updateTable("workspace")
      .set({ write_only_pins: flag(isOn) })
      .execute();
    if (isOn) {
      await transaction.updateTable("people").set({ pin_sealed: null }).execute();
      await transaction.updateTable("kiosks").set({ pin_sealed: null }).execute();
      await transaction.updateTable("shelved_pins").set({ pin_sealed: null }).execute();
    }
    const action = isOn ? "workspace.pins-write-only" : "workspace.pins-readable";
    await recordAudit(transaction, context, { actor, action, subject: null });
    return true;
  });
  if (isChanged) context.changes.tell({ topics: ["workspace"], rosters: [] });
}
