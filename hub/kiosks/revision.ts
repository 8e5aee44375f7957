import type { KioskId, PersonId } from "../../protocol/ids.ts";
import type { HubTransaction } from "../store/schema.ts";

/**
 * Roster revisions: a kiosk counts its changes, and each assignee carries the count of their last one, so that a
 * terminal which names the revision it has gets exactly what changed since.
 */

/** Counts one change of `kiosk` and returns the new revision. */
export async function nextRevision(transaction: HubTransaction, kiosk: KioskId): Promise<number> {
  const row = await transaction
    .updateTable("kiosks")
    .set((expression) => ({ roster_revision: expression("roster_revision", "+", 1) }))
    .where("id", "=", kiosk)
    .returning("roster_revision")
    .executeTakeFirstOrThrow();
  return row.roster_revision;
}

/**
 * Something that rosters carry about `person` changed: counts it at every kiosk they are assigned to, and returns
 * those kiosks, for {@link Changes.tell} after the commit.
 */
export async function touchPerson(
  transaction: HubTransaction,
  person: PersonId,
): Promise<readonly KioskId[]> {
  const assignments = await transaction
    .selectFrom("kiosk_people")
    .select("kiosk")
    .where("person", "=", person)
    .where("removed", "=", 0)
    .execute();
  const kiosks = assignments.map((assignment) => assignment.kiosk);
  for (const kiosk of kiosks) {
    await transaction
      .updateTable("kiosk_people")
      .set({ changed_revision: await nextRevision(transaction, kiosk) })
      .where("kiosk", "=", kiosk)
      .where("person", "=", person)
      .execute();
  }
  return kiosks;
}
