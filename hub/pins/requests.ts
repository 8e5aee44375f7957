import type { KioskId, PersonId } from "../../protocol/ids.ts";
import type { Queries } from "../store/schema.ts";

export interface PinRequestListing {
  readonly person: PersonId;
  readonly name: string;
  readonly kiosk: KioskId;
  readonly atMs: number;
}

/** Open "Forgot your PIN?" requests (PIN rule 7), oldest first; at most one a person. */
export async function listOpenRequests(queries: Queries): Promise<PinRequestListing[]> {
  const rows = await queries
    .selectFrom("pin_requests")
    .innerJoin("people", "people.id", "pin_requests.person")
    .select(["pin_requests.person", "pin_requests.kiosk", "pin_requests.at_ms", "people.name"])
    .where("pin_requests.closed_ms", "is", null)
    .orderBy("pin_requests.at_ms")
    .orderBy("pin_requests.id")
    .execute();
  return rows.map((row) => ({ person: row.person, name: row.name, kiosk: row.kiosk, atMs: row.at_ms }));
}
