import { CodedError } from "../../protocol/errors.ts";
import type { KioskId } from "../../protocol/ids.ts";
import type { Language } from "../../protocol/roster.ts";
import { requireAdmin, type Actor } from "../access.ts";
import { recordAudit } from "../audit/audit.ts";
import { forgetGuesses } from "../alarms/slow-guess.ts";
import type { HubContext } from "../context.ts";
import { requireTimeZone } from "../punches/days.ts";
import { flag, NO_PIN } from "../store/schema.ts";
import { refuseTakenName, requireKioskName, requirePaidPlan, theKiosk } from "./kiosks.ts";
import { touchSettings } from "./revision.ts";

/** What is left out stays as it is. */
export interface KioskChanges {
  readonly name?: string;
  readonly requiresPin?: boolean;
  /** IANA name. */
  readonly timeZone?: string;
  readonly language?: Language;
  readonly breakEnabled?: boolean;
}

/**
 * Changes a kiosk. Requires PIN turned on finds the Universal PIN that the kiosk always had (PIN case 6). Rejects with
 * CodedError `kiosk.unknown`, `kiosk.name`, `kiosk.name-taken`, `time-zone.unknown`, `plan.pin`, `access.admins-only`.
 */
export async function editKiosk(
  context: HubContext,
  actor: Actor,
  kiosk: KioskId,
  changes: KioskChanges,
): Promise<void> {
  requireAdmin(actor);
  if (changes.name !== undefined) requireKioskName(changes.name);
  if (changes.timeZone !== undefined) requireTimeZone(changes.timeZone);
  await context.store.transaction(async (transaction) => {
    const row = await theKiosk(transaction, kiosk);
    if (changes.name !== undefined) await refuseTakenName(transaction, changes.name, kiosk);
    const requiresPin = changes.requiresPin ?? row.requires_pin === 1;
    if (requiresPin && row.requires_pin === 0) await requirePaidPlan(transaction);
    await transaction
      .updateTable("kiosks")
      .set({
        name: changes.name ?? row.name,
        requires_pin: flag(requiresPin),
        // An admin has decided: there is nothing left to restore.
        requires_pin_lapsed: changes.requiresPin === undefined ? row.requires_pin_lapsed : 0,
        time_zone: changes.timeZone ?? row.time_zone,
        language: changes.language ?? row.language,
        break_enabled: changes.breakEnabled === undefined ? row.break_enabled : flag(changes.breakEnabled),
      })
      .where("id", "=", kiosk)
      .execute();
    await recordAudit(transaction, context, { actor, action: "kiosk.edited", subject: kiosk });
    await touchSettings(transaction, kiosk, flag(requiresPin) === row.requires_pin ? "shown" : "access");
  });
  context.changes.tell({ topics: ["kiosks"], rosters: [kiosk] });
}

/**
 * Deletes a kiosk: its name and its Universal PIN are free again (PIN rule 8), its punches stay. Rejects with CodedError
 * `kiosk.unknown`, `kiosk.has-terminals` while a terminal is paired with it, `access.admins-only`.
 */
export async function deleteKiosk(context: HubContext, actor: Actor, kiosk: KioskId): Promise<void> {
  requireAdmin(actor);
  await context.store.transaction(async (transaction) => {
    const row = await theKiosk(transaction, kiosk);
    const terminal = await transaction
      .selectFrom("terminals")
      .select("id")
      .where("kiosk", "=", kiosk)
      .where("revoked", "=", 0)
      .executeTakeFirst();
    if (terminal !== undefined) {
      throw new CodedError(
        "kiosk.has-terminals",
        "a terminal is paired with this kiosk: unpair or move it first",
      );
    }
    await transaction
      .updateTable("kiosks")
      .set({
        name: kiosk,
        deleted_name: row.name,
        deleted_ms: context.wallClock.wallMs(),
        requires_pin: 0,
        requires_pin_lapsed: 0,
        ...NO_PIN,
      })
      .where("id", "=", kiosk)
      .execute();
    await transaction
      .updateTable("kiosk_people")
      .set({ removed: 1, leaving: 0 })
      .where("kiosk", "=", kiosk)
      .execute();
    await transaction.deleteFrom("shelved_pins").where("owner", "=", kiosk).execute();
    await forgetGuesses(transaction, kiosk);
    // A token that was not used must not pair a terminal with nothing.
    await transaction
      .deleteFrom("claim_tokens")
      .where("kiosk", "=", kiosk)
      .where("used_by", "is", null)
      .execute();
    await recordAudit(transaction, context, { actor, action: "kiosk.deleted", subject: kiosk });
  });
  context.changes.tell({ topics: ["kiosks", "requests"], rosters: [] });
}
