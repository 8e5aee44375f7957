import { CodedError } from "../../protocol/errors.ts";
import type { KioskId } from "../../protocol/ids.ts";
import { requireAdmin, type Actor } from "../access.ts";
import { recordAudit } from "../audit/audit.ts";
import { forgetGuesses } from "../alarms/slow-guess.ts";
import type { HubContext } from "../context.ts";
import { countPinEdit } from "../pins/edit-limit.ts";
import { refuseWriteOnly, unreadable, type SavedPin } from "../pins/person-pin.ts";
import { openPin, proposePin, storePin } from "../pins/pins.ts";
import type { KiosksTable, Queries } from "../store/schema.ts";
import { theWorkspace } from "../workspace/workspace.ts";
import { KIOSK_SUBJECT, theKiosk } from "./kiosks.ts";
import { touchSettings } from "./revision.ts";

/** A kiosk's Universal PIN, edited as a person's PIN is, and only while Requires PIN is on (PIN rule 6). */

/**
 * Generate: a Universal PIN that nothing holds against now; nothing is stored. Rejects with CodedError `kiosk.unknown`,
 * `kiosk.requires-pin-off`, `pin.none-left`, `access.admins-only`.
 */
export async function proposeUniversalPin(
  context: HubContext,
  actor: Actor,
  kiosk: KioskId,
): Promise<{ readonly pin: string }> {
  requireAdmin(actor);
  const { queries } = context.store;
  await requiringPin(queries, kiosk);
  const { pinLength } = await theWorkspace(queries);
  return { pin: await proposePin(context, queries, KIOSK_SUBJECT, pinLength) };
}

/**
 * Save: the same again does nothing. Rejects with CodedError `kiosk.unknown`, `kiosk.requires-pin-off`,
 * `access.admins-only`, or as {@link storePin} does.
 */
export async function saveUniversalPin(
  context: HubContext,
  actor: Actor,
  kiosk: KioskId,
  pin: string,
): Promise<SavedPin> {
  requireAdmin(actor);
  const present = await requiringPin(context.store.queries, kiosk);
  if (present.pin_index !== null && context.secrets.pins.indexes(pin).includes(present.pin_index)) {
    await countPinEdit(context, actor);
    return { isNew: false, warning: null };
  }
  const { warning } = await storePin(
    context,
    actor,
    {
      owner: kiosk,
      typed: pin,
      async subject(queries) {
        await requiringPin(queries, kiosk);
        return KIOSK_SUBJECT;
      },
    },
    async (transaction, columns) => {
      await transaction.updateTable("kiosks").set(columns).where("id", "=", kiosk).execute();
      await transaction.deleteFrom("shelved_pins").where("owner", "=", kiosk).execute();
      await forgetGuesses(transaction, kiosk);
      await recordAudit(transaction, context, {
        actor,
        action: "kiosk.universal-pin-changed",
        subject: kiosk,
      });
      await touchSettings(transaction, kiosk, "access");
    },
  );
  context.changes.tell({ topics: ["kiosks", "requests"], rosters: [kiosk] });
  return { isNew: true, warning };
}

/**
 * Shows a kiosk's Universal PIN to an admin who asks, audited. Rejects with CodedError `pin.write-only`,
 * `pin.unreadable`, `kiosk.unknown`, `kiosk.requires-pin-off`, `access.admins-only`.
 */
export async function showUniversalPin(
  context: HubContext,
  actor: Actor,
  kiosk: KioskId,
): Promise<{ readonly pin: string }> {
  requireAdmin(actor);
  return context.store.transaction(async (transaction) => {
    refuseWriteOnly(await theWorkspace(transaction));
    const pin = openPin(context, kiosk, await requiringPin(transaction, kiosk));
    if (pin === null) throw unreadable();
    await recordAudit(transaction, context, { actor, action: "kiosk.universal-pin-shown", subject: kiosk });
    return { pin };
  });
}

async function requiringPin(queries: Queries, kiosk: KioskId): Promise<KiosksTable> {
  const row = await theKiosk(queries, kiosk);
  if (row.requires_pin === 0) {
    throw new CodedError(
      "kiosk.requires-pin-off",
      "this kiosk does not ask for PINs: turn Requires PIN on to see or change its Universal PIN",
    );
  }
  return row;
}
