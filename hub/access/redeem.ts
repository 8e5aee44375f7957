import { CodedError } from "../../protocol/errors.ts";
import type { PersonId } from "../../protocol/ids.ts";
import type { Role } from "../../protocol/roster.ts";
import { HUB_ACTOR } from "../access.ts";
import { recordAudit } from "../audit/audit.ts";
import { addPerson, requireName } from "../people/people.ts";
import type { AccessLinksTable } from "../store/access-schema.ts";
import type { HubTransaction, Queries } from "../store/schema.ts";
import { maySignIn } from "./caller.ts";
import type { AccessContext } from "./context.ts";
import { requirePassword } from "./passwords.ts";
import { secretHash } from "./secret-hash.ts";
import { dropSessions, openSession, type NewSession } from "./sessions.ts";
import { normalEmail } from "./throttle.ts";

/** What the holder of a one-time link sees and does. */

export interface LinkView {
  /** `owner`: a new person is made with it, who needs a name. */
  readonly makes: "owner" | "sign-in";
  /** Of the person; null when there is none yet. */
  readonly name: string | null;
  readonly role: Role;
  /** What they signed in with before, or their e-mail; null when neither is known. */
  readonly email: string | null;
  readonly expiresMs: number;
}

/** Looks at a link without using it. Rejects with CodedError `link.void` (unknown, used, too old). */
export async function lookAtLink(access: AccessContext, token: string): Promise<LinkView> {
  const link = await theLink(access, access.store.queries, token);
  if (link.person === null) {
    return { makes: "owner", name: null, role: "owner", email: null, expiresMs: link.expires_ms };
  }
  const row = await access.store.queries
    .selectFrom("people")
    .leftJoin("sign_ins", "sign_ins.person", "people.id")
    .select(["people.name", "people.role", "people.email", "sign_ins.email as sign_in_email"])
    .where("people.id", "=", link.person)
    .executeTakeFirstOrThrow();
  return {
    makes: "sign-in",
    name: row.name,
    role: row.role,
    email: row.sign_in_email ?? row.email,
    expiresMs: link.expires_ms,
  };
}

export interface LinkWish {
  readonly token: string;
  /** Of the person to be made; not looked at otherwise. */
  readonly name: string | null;
  readonly email: string;
  readonly password: string;
  readonly client: string;
}

/**
 * Uses a link up: makes the sign-in, or a new password for it, which ends all sessions before; and signs in. Of two who
 * use one link, one is refused. Rejects with CodedError `link.void`, `link.name` (an owner needs one), `sign-in.email-taken`,
 * `sign-in.busy`, as requirePassword and addPerson do; then the link is still good.
 */
export async function redeemLink(access: AccessContext, wish: LinkWish): Promise<NewSession> {
  const email = normalEmail(wish.email);
  const link = await theLink(access, access.store.queries, wish.token);
  requirePassword(wish.password, email);
  if (link.person === null) requireName(wish.name ?? "");
  await refuseTakenEmail(access.store.queries, email, link.person);
  const password = await access.passwords.keep(wish.password);
  if (link.person !== null) return access.store.transaction((transaction) => use(transaction, link.person));

  // A new person has a PIN, whose slow hash is too slow for one transaction: the link is burned first.
  await access.store.transaction(async (transaction) => burn(transaction, access, wish.token));
  try {
    const { person } = await addPerson(access, HUB_ACTOR, {
      name: wish.name ?? "",
      email,
      role: "owner",
      language: null,
      moreTime: false,
      number: null,
      pin: null,
      card: null,
    });
    return await access.store.transaction((transaction) => makeSignIn(transaction, person));
  } catch (error) {
    await access.store.queries.insertInto("access_links").values(link).execute();
    throw error;
  }

  async function use(transaction: HubTransaction, person: PersonId | null): Promise<NewSession> {
    await burn(transaction, access, wish.token);
    if (person === null) throw voidLink();
    return makeSignIn(transaction, person);
  }

  async function makeSignIn(transaction: HubTransaction, person: PersonId): Promise<NewSession> {
    const row = await transaction
      .selectFrom("people")
      .select(["role", "active", "email"])
      .where("id", "=", person)
      .executeTakeFirst();
    if (row?.active !== 1 || !maySignIn(row.role)) throw voidLink();
    await refuseTakenEmail(transaction, email, person);
    const kept = { email, password, known: 0, changed_ms: access.wallClock.wallMs() } as const;
    await transaction
      .insertInto("sign_ins")
      .values({ person, ...kept })
      .onConflict((conflict) => conflict.column("person").doUpdateSet(kept))
      .execute();
    if (row.email === null) {
      await transaction.updateTable("people").set({ email }).where("id", "=", person).execute();
    }
    await dropSessions(transaction, person);
    const actor = { person, role: row.role };
    const action = link.person === null ? "access.owner-made" : "access.invitation-used";
    await recordAudit(transaction, access, { actor, action, subject: person });
    return openSession(transaction, access, person, wish.client);
  }
}

async function theLink(access: AccessContext, queries: Queries, token: string): Promise<AccessLinksTable> {
  const row = await queries
    .selectFrom("access_links")
    .selectAll()
    .where("token_hash", "=", secretHash("access link", token))
    .where("expires_ms", ">", access.wallClock.wallMs())
    .executeTakeFirst();
  if (row === undefined) throw voidLink();
  return row;
}

async function burn(transaction: HubTransaction, access: AccessContext, token: string): Promise<void> {
  const { id } = await theLink(access, transaction, token);
  await transaction.deleteFrom("access_links").where("id", "=", id).execute();
}

function voidLink(): CodedError {
  return new CodedError("link.void", "this link was used, replaced or is too old: ask for a new one");
}

async function refuseTakenEmail(queries: Queries, email: string, person: PersonId | null): Promise<void> {
  const holder = await queries
    .selectFrom("sign_ins")
    .select("person")
    .where("email", "=", email)
    .executeTakeFirst();
  if (holder !== undefined && holder.person !== person) {
    throw new CodedError("sign-in.email-taken", "someone else signs in with this e-mail: take another");
  }
}
