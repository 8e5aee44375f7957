import type { KioskId, PersonId } from "../../protocol/ids.ts";
import type { Queries } from "../store/schema.ts";

export interface PinRequestListing {
  readonly person: PersonId;
  readonly name: string;
  readonly kiosk: KioskId;
  /** Also of one that was deleted since. */
  readonly kioskName: string;
  readonly atMs: number;
}

/** Open "Forgot your PIN?" requests (PIN rule 7), oldest first; at most one a person. */
export async function listOpenRequests(queries: Queries): Promise<PinRequestListing[]> {
  const rows = await queries
    .selectFrom("pin_requests")
    .innerJoin("people", "people.id", "pin_requests.person")
    .innerJoin("kiosks", "kiosks.id", "pin_requests.kiosk")
    .select(["pin_requests.person", "pin_requests.kiosk", "pin_requests.at_ms", "people.name"])
    .select((expression) =>
      expression.fn.coalesce("kiosks.deleted_name", "kiosks.name").$notNull().as("kiosk_name"),
    )
    .where("pin_requests.closed_ms", "is", null)
    .orderBy("pin_requests.at_ms")
    .orderBy("pin_requests.id")
    .execute();
  return rows.map((row) => ({
    person: row.person,
    name: row.name,
    kiosk: row.kiosk,
    kioskName: row.kiosk_name,
    atMs: row.at_ms,
  }));
}
