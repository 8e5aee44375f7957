import { CodedError } from "../../protocol/errors.ts";
import type { PersonId } from "../../protocol/ids.ts";
import { requireAdmin, type Actor } from "../access.ts";
import { recordAudit } from "../audit/audit.ts";
import type { HubContext } from "../context.ts";
import { touchPerson } from "../kiosks/revision.ts";
import { endForgetting, settleNewPin, storePin } from "../pins/pins.ts";
import { holderOf } from "../pins/rules.ts";
import { isPresent } from "../punches/presences.ts";
import { NO_PIN, type HubTransaction } from "../store/schema.ts";
import { dropTakenCard } from "./cards.ts";
import { requireOtherOwner, thePerson } from "./people.ts";

/** Who left, and who came back (PIN case 7). Nobody is deleted: punches name them. */

/**
 * Deactivates a person: their PIN is free for others at once, and rosters drop them, after they clocked out where they
 * are in (PIN case 11). Does nothing when they are not active. Rejects with CodedError `person.unknown`,
 * `person.last-owner`, or `access.admins-only`.
 */
export async function deactivatePerson(context: HubContext, actor: Actor, person: PersonId): Promise<void> {
  requireAdmin(actor);
  const rosters = await context.store.transaction(async (transaction) => {
    const row = await thePerson(transaction, person);
    if (row.active === 0) return null;
    await requireOtherOwner(transaction, row);
    const freed = (await isPresent(transaction, person)) ? { pin_index: null, pin_sealed: null } : NO_PIN;
    await transaction
      .updateTable("people")
      .set({ active: 0, ...freed })
      .where("id", "=", person)
      .execute();
    await endForgetting(transaction, context, person);
    await transaction.deleteFrom("shelved_pins").where("owner", "=", person).execute();
    await recordAudit(transaction, context, { actor, action: "person.deactivated", subject: person });
    return touchPerson(transaction, person, "access");
  });
  if (rosters !== null) context.changes.tell({ topics: ["people", "requests"], rosters });
}

/**
 * Brings a person back, with a new PIN to be shown once, at the kiosks that they were assigned to, and with their card
 * unless someone else has it by now. Rejects with CodedError `person.unknown`, `person.active`, `access.admins-only`, or as {@link storePin} does.
 */
export async function reactivatePerson(
  context: HubContext,
  actor: Actor,
  person: PersonId,
): Promise<{ readonly pin: string }> {
  requireAdmin(actor);
  const { pin, result: rosters } = await storePin(
    context,
    actor,
    {
      owner: person,
      typed: null,
      async subject(queries) {
        const row = await thePerson(queries, person);
        if (row.active === 1) throw new CodedError("person.active", "this person is active already");
        return { holder: holderOf(row.role), ownNumber: row.number };
      },
    },
    async (transaction, columns) => {
      await dropTakenCard(transaction, context, actor, person);
      await transaction
        .updateTable("people")
        .set({ active: 1, ...columns })
        .where("id", "=", person)
        .execute();
      await settleNewPin(transaction, context, person);
      await recordAudit(transaction, context, { actor, action: "person.reactivated", subject: person });
      return touchPerson(transaction, person, "access");
    },
  );
  context.changes.tell({ topics: ["people"], rosters });
  return { pin };
}

/** Someone who was let in to leave has left: nothing of their PIN stays. */
export async function forgetLeaver(transaction: HubTransaction, person: PersonId): Promise<void> {
  await transaction
    .updateTable("people")
    .set(NO_PIN)
    .where("id", "=", person)
    .where("active", "=", 0)
    .execute();
}
