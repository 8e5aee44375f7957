import { CodedError } from "../../protocol/errors.ts";
import type { PersonId } from "../../protocol/ids.ts";
import { requireAdmin, type Actor } from "../access.ts";
import { recordAudit } from "../audit/audit.ts";
import type { HubContext } from "../context.ts";
import { touchPerson } from "../kiosks/revision.ts";
import { requireActive } from "../people/people.ts";
import { theWorkspace } from "../workspace/workspace.ts";
import { countPinEdit } from "./edit-limit.ts";
import { openPin, proposePin, settleNewPin, storePin, type PinWarning } from "./pins.ts";
import { holderOf } from "./rules.ts";

/** Edit PIN of a person (PIN rule 6): Generate proposes, Save checks again and stores, Cancel needs nothing here. */

/**
 * Generate: a PIN for this person that nothing holds against now; nothing is stored. Rejects with CodedError
 * `person.unknown`, `person.inactive`, `pin.none-left`, `access.admins-only`.
 */
export async function proposePersonPin(
  context: HubContext,
  actor: Actor,
  person: PersonId,
): Promise<{ readonly pin: string }> {
  requireAdmin(actor);
  const { queries } = context.store;
  const row = await requireActive(queries, person);
  const { pinLength } = await theWorkspace(queries);
  const subject = { holder: holderOf(row.role), ownNumber: row.number };
  return { pin: await proposePin(context, queries, subject, pinLength) };
}

export interface SavedPin {
  /** False when it was the person's PIN already: then nothing happened. */
  readonly isNew: boolean;
  readonly warning: PinWarning | null;
}

/**
 * Save: gives a person this PIN, which closes their request and ends their waits (PIN rule 7). Saving the PIN that they
 * have does nothing (PIN case 7). Rejects with CodedError `person.unknown`, `person.inactive`, `access.admins-only`, or
 * as {@link storePin} does.
 */
export async function savePersonPin(
  context: HubContext,
  actor: Actor,
  person: PersonId,
  pin: string,
): Promise<SavedPin> {
  requireAdmin(actor);
  const present = await requireActive(context.store.queries, person);
  if (present.pin_index !== null && context.secrets.pins.indexes(pin).includes(present.pin_index)) {
    // It tells that they have it: an answer about a PIN like any other.
    await countPinEdit(context, actor);
    return { isNew: false, warning: null };
  }
  const { warning, result: rosters } = await storePin(
    context,
    actor,
    {
      owner: person,
      typed: pin,
      async subject(queries) {
        const row = await requireActive(queries, person);
        return { holder: holderOf(row.role), ownNumber: row.number };
      },
    },
    async (transaction, columns) => {
      await transaction.updateTable("people").set(columns).where("id", "=", person).execute();
      await settleNewPin(transaction, context, person);
      await recordAudit(transaction, context, { actor, action: "pin.changed", subject: person });
      return touchPerson(transaction, person, "access");
    },
  );
  context.changes.tell({ topics: ["people", "requests"], rosters });
  return { isNew: true, warning };
}

/**
 * Shows a person's PIN to an admin who asks, audited. Rejects with CodedError `pin.write-only` where PINs are not kept to
 * be shown, `pin.unreadable` where this one was set while they were not, `person.unknown`, `person.inactive`,
 * `access.admins-only`.
 */
export async function showPersonPin(
  context: HubContext,
  actor: Actor,
  person: PersonId,
): Promise<{ readonly pin: string }> {
  requireAdmin(actor);
  return context.store.transaction(async (transaction) => {
    refuseWriteOnly(await theWorkspace(transaction));
    const row = await requireActive(transaction, person);
    const pin = openPin(context, person, row);
    if (pin === null) throw unreadable();
    await recordAudit(transaction, context, { actor, action: "pin.shown", subject: person });
    return { pin };
  });
}

/** Throws CodedError `pin.write-only`. */
export function refuseWriteOnly(workspace: { readonly writeOnlyPins: boolean }): void {
  if (workspace.writeOnlyPins) {
    throw new CodedError(
      "pin.write-only",
      "PINs of this workspace are write-only: they are not kept to be shown",
    );
  }
}

export function unreadable(): CodedError {
  return new CodedError(
    "pin.unreadable",
    "this PIN was set while PINs were write-only: give a new one to see it",
  );
}
