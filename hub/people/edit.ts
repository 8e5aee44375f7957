import type { KioskId, PersonId } from "../../protocol/ids.ts";
import type { Language, Role } from "../../protocol/roster.ts";
import { requireAdmin, type Actor } from "../access.ts";
import { recordAudit } from "../audit/audit.ts";
import type { HubContext } from "../context.ts";
import { touchPerson } from "../kiosks/revision.ts";
import { pinRefused, settleNewPin, storePin } from "../pins/pins.ts";
import { clashProblem, holderOf } from "../pins/rules.ts";
import { useByOthers } from "../pins/uses.ts";
import { flag, type HubTransaction, type PeopleTable, type PinColumns } from "../store/schema.ts";
import { theWorkspace } from "../workspace/workspace.ts";
import { refuseTakenNumber, requireNumber } from "./numbers.ts";
import { requireActive, requireName, requireOtherOwner, thePerson } from "./people.ts";

/** What is left out stays as it is. */
export interface PersonChanges {
  readonly name?: string;
  readonly email?: string | null;
  readonly language?: Language | null;
  readonly moreTime?: boolean;
  readonly number?: string;
  readonly role?: Role;
}

export interface EditedPerson {
  /** The new PIN, to be shown once; null when they kept theirs. */
  readonly pin: string | null;
}

/**
 * Changes a person. A role that their PIN may not have (PIN rule 8) is refused, unless `newPin` asks for a generated PIN
 * in the same act (PIN case 1): both happen or neither. Rejects with CodedError `person.unknown`, `person.name`,
 * `person.number`, `person.number-taken`, `person.last-owner`, `person.inactive` (a new PIN for someone who can have
 * none), `access.admins-only`, or as {@link storePin} does.
 */
export async function editPerson(
  context: HubContext,
  actor: Actor,
  person: PersonId,
  changes: PersonChanges,
  newPin = false,
): Promise<EditedPerson> {
  requireAdmin(actor);
  if (changes.name !== undefined) requireName(changes.name);
  if (!newPin) {
    const rosters = await context.store.transaction((transaction) =>
      applyChanges(transaction, context, actor, person, changes, null),
    );
    context.changes.tell({ topics: ["people"], rosters });
    return { pin: null };
  }
  const { pin, result: rosters } = await storePin(
    context,
    actor,
    {
      owner: person,
      typed: null,
      async subject(queries) {
        const row = await requireActive(queries, person);
        return { holder: holderOf(changes.role ?? row.role), ownNumber: changes.number ?? row.number };
      },
    },
    (transaction, columns) => applyChanges(transaction, context, actor, person, changes, columns),
  );
  context.changes.tell({ topics: ["people", "requests"], rosters });
  return { pin };
}

async function applyChanges(
  transaction: HubTransaction,
  context: HubContext,
  actor: Actor,
  person: PersonId,
  changes: PersonChanges,
  newPin: PinColumns | null,
): Promise<readonly KioskId[]> {
  const row = await thePerson(transaction, person);
  const role = changes.role ?? row.role;
  const number = changes.number ?? row.number;
  if (number !== row.number) {
    requireNumber(number, await theWorkspace(transaction));
    await refuseTakenNumber(transaction, number, person);
  }
  if (role !== row.role) {
    await requireOtherOwner(transaction, row);
    if (newPin === null) await refusePinOfRole(transaction, row, role);
  }
  await transaction
    .updateTable("people")
    .set({
      name: changes.name ?? row.name,
      email: changes.email === undefined ? row.email : changes.email,
      language: changes.language === undefined ? row.language : changes.language,
      more_time: changes.moreTime === undefined ? row.more_time : flag(changes.moreTime),
      number,
      role,
      ...newPin,
    })
    .where("id", "=", person)
    .execute();
  if (newPin !== null) {
    await settleNewPin(transaction, context, person);
    await recordAudit(transaction, context, { actor, action: "pin.changed", subject: person });
  }
  const action = role === row.role ? "person.edited" : "person.role-changed";
  await recordAudit(transaction, context, { actor, action, subject: person });
  return touchPerson(transaction, person, role !== row.role || newPin !== null ? "access" : "shown");
}

/** PIN case 1: promotion to a clash, or demotion while sharing an admin's PIN, is refused. */
async function refusePinOfRole(transaction: HubTransaction, row: PeopleTable, role: Role): Promise<void> {
  const holder = holderOf(role);
  if (row.pin_index === null || holder === holderOf(row.role)) return;
  const clash = clashProblem(holder, await useByOthers(transaction, [row.pin_index], row.id));
  if (clash !== null) throw pinRefused(clash);
}
