import type { PresenceState } from "../../protocol/events.ts";
import type { KioskId, PersonId } from "../../protocol/ids.ts";
import { endLeaving } from "../kiosks/assign.ts";
import { touchPeople } from "../kiosks/revision.ts";
import { forgetLeaver } from "../people/activity.ts";
import type { HubTransaction } from "../store/schema.ts";

/** What follows from new presences for rosters, and for who was let in to leave: answers the kiosks concerned. */
export async function tellPresences(
  transaction: HubTransaction,
  states: ReadonlyMap<PersonId, PresenceState>,
): Promise<ReadonlySet<KioskId>> {
  const people = [...states.keys()].sort();
  const rosters = new Set<KioskId>(await touchPeople(transaction, people));
  const out = people.filter((person) => states.get(person) === "out");
  if (out.length === 0) return rosters;
  const inactive = await transaction
    .selectFrom("people")
    .select("id")
    .where("id", "in", out)
    .where("active", "=", 0)
    .orderBy("id")
    .execute();
  for (const { id } of inactive) await forgetLeaver(transaction, id);
  const leaving = await transaction
    .selectFrom("kiosk_people")
    .select("person")
    .distinct()
    .where("person", "in", out)
    .where("leaving", "=", 1)
    .orderBy("person")
    .execute();
  for (const { person } of leaving) {
    for (const kiosk of await endLeaving(transaction, person)) rosters.add(kiosk);
  }
  return rosters;
}
