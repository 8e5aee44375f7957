import type { Queries } from "../store/schema.ts";
import { LISTED_OF_PERSON, listingsOf, thePerson, type PersonListing } from "./people.ts";
import type { KioskId, PersonId } from "../../protocol/ids.ts";

/** People by number, at most `most`, those after the number `after` (null: from the first on). */
export async function listPeopleAfter(
  queries: Queries,
  after: string | null,
  most: number,
): Promise<PersonListing[]> {
  let selected = queries.selectFrom("people").select(LISTED_OF_PERSON).orderBy("number").limit(most);
  if (after !== null) selected = selected.where("number", ">", after);
  return listingsOf(queries, await selected.execute());
}

/** Assignees of a kiosk, likewise. */
export async function listAssigneesAfter(
  queries: Queries,
  kiosk: KioskId,
  after: string | null,
  most: number,
): Promise<PersonListing[]> {
  let selected = queries
    .selectFrom("people")
    .select(LISTED_OF_PERSON)
    .where("id", "in", (assigned) =>
      assigned
        .selectFrom("kiosk_people")
        .select("person")
        .where("kiosk_people.kiosk", "=", kiosk)
        .where("kiosk_people.removed", "=", 0),
    )
    .orderBy("number")
    .limit(most);
  if (after !== null) selected = selected.where("number", ">", after);
  return listingsOf(queries, await selected.execute());
}

/** Rejects with CodedError `person.unknown`. */
export async function showPerson(queries: Queries, person: PersonId): Promise<PersonListing> {
  const [listing] = await listingsOf(queries, [await thePerson(queries, person)]);
  if (listing === undefined) throw new RangeError("a row has its listing");
  return listing;
}
