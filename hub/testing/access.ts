import type { PersonId } from "../../protocol/ids.ts";
import type { Role } from "../../protocol/roster.ts";
import { HUB_ACTOR } from "../access.ts";
import type { Caller } from "../access/caller.ts";
import type { AccessContext } from "../access/context.ts";
import { invite } from "../access/links.ts";
import { Passwords } from "../access/passwords.ts";
import { redeemLink } from "../access/redeem.ts";
import { findSession, type NewSession } from "../access/sessions.ts";
import { addTestPerson, type AnyHub } from "./hub.ts";

/** People who can sign in, for tests. */

export const PASSWORD = "horse battery staple 7";
export const CLIENT = "a test";
export const ADDRESS = "192.0.2.7";

export function accessOf(hub: AnyHub): AccessContext {
  return { ...hub.context, passwords: new Passwords(hub.context) };
}

export interface SignedUp extends NewSession {
  readonly person: PersonId;
  readonly email: string;
}

/** A new person with this e-mail and {@link PASSWORD}, signed in. */
export async function signUp(
  hub: AnyHub,
  role: Role,
  email = `${role}@example.com`,
  password = PASSWORD,
): Promise<SignedUp> {
  const { person } = await addTestPerson(hub, { name: `The ${role}`, role });
  const { token } = await invite(hub.context, HUB_ACTOR, person);
  const wish = { token, name: null, email, password, client: CLIENT };
  return { ...(await redeemLink(accessOf(hub), wish)), person, email };
}

/** Rejects when the session is over. */
export async function callerOf(hub: AnyHub, session: NewSession): Promise<Caller> {
  const caller = await findSession(hub.context, session.token);
  if (caller === null) throw new RangeError("the session is over");
  return caller;
}
