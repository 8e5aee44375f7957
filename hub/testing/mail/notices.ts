import { makeId, personId, type KioskId, type PersonId } from "../../../protocol/ids.ts";
import { queueNotice, type Notice } from "../../mail/queue.ts";
import { addTestPerson, type AnyHub } from "../hub.ts";
import { aKiosk } from "../people.ts";

/** Notices and who reads them, for tests of mail. */

/** Notes the notice, in a transaction of its own. */
export function tell(hub: AnyHub, notice: Notice): Promise<void> {
  return hub.context.store.transaction((transaction) => queueNotice(transaction, hub.context, notice));
}

export interface Forgotten {
  readonly request: string;
  readonly person: PersonId;
  readonly kiosk: KioskId;
  readonly notice: Notice;
}

/** Somebody forgot their PIN: the request, and the notice of it. */
export async function forgetPin(hub: AnyHub, name = "Ana Kovač", at?: KioskId): Promise<Forgotten> {
  const { person } = await addTestPerson(hub, { name });
  const kiosk = at ?? (await aKiosk(hub, { name: "Westside Bar" })).kiosk;
  const request: string = makeId(personId, hub.context.random);
  const atMs = hub.context.wallClock.wallMs();
  const notice: Notice = { kind: "forgot-pin", request, person, kiosk, atMs };
  await hub.context.store.queries
    .insertInto("pin_requests")
    .values({ id: request, person, kiosk, at_ms: atMs, closed_ms: null })
    .execute();
  await tell(hub, notice);
  return { request, person, kiosk, notice };
}

export async function closeRequest(hub: AnyHub, { request }: Forgotten): Promise<void> {
  await hub.context.store.queries
    .updateTable("pin_requests")
    .set({ closed_ms: hub.context.wallClock.wallMs() })
    .where("id", "=", request)
    .execute();
}

/** Owners and admins with these addresses. */
export async function readersAt(hub: AnyHub, ...addresses: readonly string[]): Promise<PersonId[]> {
  const people: PersonId[] = [];
  for (const email of addresses) {
    people.push((await addTestPerson(hub, { name: `Who reads ${email}`, role: "admin", email })).person);
  }
  return people;
}
