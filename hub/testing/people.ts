import type { PersonId, TerminalId } from "../../protocol/ids.ts";
import { HUB_ACTOR, type Actor } from "../access.ts";
import { assignPerson } from "../kiosks/assign.ts";
import { createKiosk, type CreatedKiosk, type NewKiosk } from "../kiosks/kiosks.ts";
import type { KioskId } from "../../protocol/ids.ts";
import { addTestPerson, type AnyHub } from "./hub.ts";
import type { AddedPerson, NewPerson } from "../people/people.ts";
import { crockford } from "../../protocol/ids.ts";
import { expect } from "vitest";

/** What an error with this code equals. */
export const refusal = (code: string): Error => expect.objectContaining({ code }) as Error;

/** An owner who is there to do things, with a PIN that no test types. */
export async function anOwner(hub: AnyHub): Promise<Actor> {
  const { person } = await addTestPerson(hub, {
    name: "Olga Owner",
    role: "owner",
    number: "1000",
    pin: "7193",
  });
  return { person, role: "owner" };
}

export async function aKiosk(hub: AnyHub, wanted: Partial<NewKiosk> = {}): Promise<CreatedKiosk> {
  return createKiosk(hub.context, HUB_ACTOR, {
    name: `Kiosk ${crockford(hub.context.random.bytes(5), 8)}`,
    requiresPin: true,
    timeZone: "Europe/Zagreb",
    language: "en",
    breakEnabled: false,
    universalPin: null,
    ...wanted,
  });
}

/** Adds someone and assigns them. */
export async function anAssignee(
  hub: AnyHub,
  kiosk: KioskId,
  wanted: Partial<NewPerson> = {},
): Promise<AddedPerson> {
  const added = await addTestPerson(hub, wanted);
  await assignPerson(hub.context, HUB_ACTOR, kiosk, added.person);
  return added;
}

/** Actions of the audit log about someone or something, oldest first; instants are the same within a test. */
export async function auditOf(hub: AnyHub, subject: PersonId | KioskId | TerminalId): Promise<string[]> {
  const rows = await hub.context.store.queries
    .selectFrom("audit")
    .select(["action", "actor"])
    .where("subject", "=", subject)
    .execute();
  return rows.map((row) => row.action);
}
