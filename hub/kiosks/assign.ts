import { CodedError } from "../../protocol/errors.ts";
import type { KioskId, PersonId } from "../../protocol/ids.ts";
import { MAX_PEOPLE_PER_KIOSK } from "../../protocol/limits.ts";
import { requireAdmin, type Actor } from "../access.ts";
import { recordAudit } from "../audit/audit.ts";
import type { HubContext } from "../context.ts";
import { thePerson } from "../people/people.ts";
import { isPresent } from "../punches/presences.ts";
import { flag, type HubTransaction } from "../store/schema.ts";
import { theKiosk } from "./kiosks.ts";
import { nextRevision } from "./revision.ts";

/** Who may punch at which kiosk. */

/**
 * Lets a person punch at a kiosk. Does nothing when they may already. Rejects with CodedError `kiosk.unknown`,
 * `person.unknown`, `kiosk.full`, or `access.admins-only`.
 */
export async function assignPerson(
  context: HubContext,
  actor: Actor,
  kiosk: KioskId,
  person: PersonId,
): Promise<void> {
  requireAdmin(actor);
  const changed = await context.store.transaction(async (transaction) => {
    await theKiosk(transaction, kiosk);
    await thePerson(transaction, person);
    const present = await transaction
      .selectFrom("kiosk_people")
      .select("removed")
      .where("kiosk", "=", kiosk)
      .where("person", "=", person)
      .executeTakeFirst();
    if (present?.removed === 0) return false;
    const { count } = await transaction
      .selectFrom("kiosk_people")
      .select((expression) => expression.fn.countAll<number>().as("count"))
      .where("kiosk", "=", kiosk)
      .where("removed", "=", 0)
      .executeTakeFirstOrThrow();
    if (count >= MAX_PEOPLE_PER_KIOSK) {
      throw new CodedError("kiosk.full", `a kiosk has ${MAX_PEOPLE_PER_KIOSK} assignees at most`);
    }
    const revision = await nextRevision(transaction, kiosk);
    const assigned = {
      changed_revision: revision,
      access_revision: revision,
      removed: 0,
      leaving: 0,
    } as const;
    await transaction
      .insertInto("kiosk_people")
      .values({ kiosk, person, ...assigned })
      .onConflict((conflict) => conflict.columns(["kiosk", "person"]).doUpdateSet(assigned))
      .execute();
    await recordAudit(transaction, context, { actor, action: "kiosk.assigned", subject: person });
    return true;
  });
  if (changed) context.changes.tell({ topics: ["kiosks"], rosters: [kiosk] });
}

/**
 * Ends it; who is clocked in may still clock out there, once (PIN case 11). Does nothing when the person is not assigned.
 */
export async function unassignPerson(
  context: HubContext,
  actor: Actor,
  kiosk: KioskId,
  person: PersonId,
): Promise<void> {
  requireAdmin(actor);
  const changed = await context.store.transaction(async (transaction) => {
    const ended = await transaction
      .updateTable("kiosk_people")
      .set({ removed: 1, leaving: flag(await isPresent(transaction, person)) })
      .where("kiosk", "=", kiosk)
      .where("person", "=", person)
      .where("removed", "=", 0)
      .executeTakeFirst();
    if (ended.numUpdatedRows === 0n) return false;
    const revision = await nextRevision(transaction, kiosk);
    await transaction
      .updateTable("kiosk_people")
      .set({ changed_revision: revision, access_revision: revision })
      .where("kiosk", "=", kiosk)
      .where("person", "=", person)
      .execute();
    await recordAudit(transaction, context, { actor, action: "kiosk.unassigned", subject: person });
    return true;
  });
  if (changed) context.changes.tell({ topics: ["kiosks"], rosters: [kiosk] });
}

/** They have clocked out: ends what was left open at kiosks that they were unassigned from; returns those. */
export async function endLeaving(transaction: HubTransaction, person: PersonId): Promise<readonly KioskId[]> {
  const left = await transaction
    .selectFrom("kiosk_people")
    .select("kiosk")
    .where("person", "=", person)
    .where("leaving", "=", 1)
    .execute();
  for (const { kiosk } of left) {
    await transaction
      .updateTable("kiosk_people")
      .set({ leaving: 0, changed_revision: await nextRevision(transaction, kiosk) })
      .where("kiosk", "=", kiosk)
      .where("person", "=", person)
      .execute();
  }
  return left.map(({ kiosk }) => kiosk);
}
