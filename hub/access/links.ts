import { CodedError } from "../../protocol/errors.ts";
import { makeId, type PersonId } from "../../protocol/ids.ts";
import type { Random } from "../../protocol/seams.ts";
import type { Role } from "../../protocol/roster.ts";
import { HUB_ACTOR, type Actor } from "../access.ts";
import { recordAudit } from "../audit/audit.ts";
import type { HubContext } from "../context.ts";
import { oldestOwner } from "../people/people.ts";
import type { HubTransaction, Queries } from "../store/schema.ts";
import { maySignIn } from "./caller.ts";
import { invitationId, makeSecret, type InvitationId } from "./ids.ts";
import { secretHash } from "./secret-hash.ts";
import { requirePower } from "./sessions.ts";

/**
 * One-time links: who holds one makes a sign-in with it, once. The token stands behind the # of the address, which no
 * browser sends: it reaches neither a log nor a proxy.
 */

/** Time to walk from the console to a browser; the next start prints another. */
export const OWNER_LINK_LIFE_MS = 24 * 60 * 60 * 1000;
/** A week, holidays not counted. */
export const INVITATION_LIFE_MS = 7 * 24 * 60 * 60 * 1000;
/** Invitations that are open at once. */
export const MAX_INVITATIONS = 200;

/** Where the page finds the token: `http://hub/#link=TOKEN`. */
export function linkPath(token: string): string {
  return `#link=${token}`;
}

/**
 * A new link that makes an owner's sign-in: for the oldest active owner, or with a new person when there is none. Null
 * while an owner or admin can sign in, unless `isRecovery`. Links made so before are void.
 */
export async function makeOwnerLink(context: HubContext, isRecovery: boolean): Promise<string | null> {
  return context.store.transaction(async (transaction) => {
    if (!isRecovery && (await hasSignIn(transaction))) return null;
    const owner = await oldestOwner(transaction);
    await transaction.deleteFrom("access_links").where("created_by", "is", null).execute();
    const { token } = await makeLink(transaction, context, owner, HUB_ACTOR, OWNER_LINK_LIFE_MS);
    return token;
  });
}

/** Whether an active owner or admin can sign in. */
export async function hasSignIn(queries: Queries): Promise<boolean> {
  const row = await queries
    .selectFrom("sign_ins")
    .innerJoin("people", "people.id", "sign_ins.person")
    .select("sign_ins.person")
    .where("people.active", "=", 1)
    .where("people.role", "in", ["owner", "admin"])
    .executeTakeFirst();
  return row !== undefined;
}

export interface Invitation {
  readonly invitation: InvitationId;
  /** To be shown once. */
  readonly token: string;
  readonly expiresMs: number;
}

/**
 * Invites a person to sign in, or to choose a new password; an older invitation of theirs is void. Rejects with
 * CodedError `person.unknown`, `person.inactive`, `invitation.regular`, `invitation.too-many`, `access.admins-only`,
 * `access.owners-only`.
 */
export async function invite(context: HubContext, actor: Actor, person: PersonId): Promise<Invitation> {
  return context.store.transaction(async (transaction) => {
    const { role, active } = await requirePower(transaction, actor, person);
    if (!active) throw new CodedError("person.inactive", "this person is not active: reactivate them first");
    if (!maySignIn(role)) {
      throw new CodedError(
        "invitation.regular",
        "a regular person does not sign in here: give them the role manager or admin first",
      );
    }
    await transaction.deleteFrom("access_links").where("person", "=", person).execute();
    await refuseTooMany(transaction, context);
    const link = await makeLink(transaction, context, person, actor, INVITATION_LIFE_MS);
    await recordAudit(transaction, context, { actor, action: "access.invited", subject: person });
    return link;
  });
}

async function refuseTooMany(transaction: HubTransaction, context: HubContext): Promise<void> {
  await transaction
    .deleteFrom("access_links")
    .where("expires_ms", "<=", context.wallClock.wallMs())
    .execute();
  const { count } = await transaction
    .selectFrom("access_links")
    .select((expression) => expression.fn.countAll<number>().as("count"))
    .executeTakeFirstOrThrow();
  if (count >= MAX_INVITATIONS) {
    throw new CodedError("invitation.too-many", `${MAX_INVITATIONS} invitations are open: revoke some first`);
  }
}

async function makeLink(
  transaction: HubTransaction,
  context: { readonly random: Random; readonly wallClock: HubContext["wallClock"] },
  person: PersonId | null,
  actor: Actor,
  lifeMs: number,
): Promise<Invitation> {
  const token = makeSecret(context.random);
  const invitation = makeId(invitationId, context.random);
  const nowMs = context.wallClock.wallMs();
  await transaction
    .insertInto("access_links")
    .values({
      id: invitation,
      token_hash: secretHash("access link", token),
      person,
      created_by: actor.person,
      created_ms: nowMs,
      expires_ms: nowMs + lifeMs,
    })
    .execute();
  return { invitation, token, expiresMs: nowMs + lifeMs };
}

export interface InvitationListing {
  readonly invitation: InvitationId;
  readonly person: PersonId;
  readonly name: string;
  readonly role: Role;
  /** Null: the hub itself. */
  readonly createdBy: PersonId | null;
  readonly createdMs: number;
  readonly expiresMs: number;
}

/** Open invitations, the newest first. */
export async function listInvitations(context: HubContext): Promise<InvitationListing[]> {
  const rows = await context.store.queries
    .selectFrom("access_links")
    .innerJoin("people", "people.id", "access_links.person")
    .selectAll("access_links")
    .select(["people.id as invited", "people.name", "people.role"])
    .where("access_links.expires_ms", ">", context.wallClock.wallMs())
    .orderBy("access_links.created_ms", "desc")
    .orderBy("access_links.id")
    .execute();
  return rows.map((row) => ({
    invitation: invitationId.parse(row.id),
    person: row.invited,
    name: row.name,
    role: row.role,
    createdBy: row.created_by,
    createdMs: row.created_ms,
    expiresMs: row.expires_ms,
  }));
}

/** Rejects with CodedError `invitation.unknown`, `access.admins-only`, `access.owners-only`. */
export async function revokeInvitation(
  context: HubContext,
  actor: Actor,
  invitation: InvitationId,
): Promise<void> {
  await context.store.transaction(async (transaction) => {
    const row = await transaction
      .selectFrom("access_links")
      .select("person")
      .where("id", "=", invitation)
      .executeTakeFirst();
    const person = row?.person ?? null;
    if (person === null) throw new CodedError("invitation.unknown", "there is no such invitation");
    await requirePower(transaction, actor, person);
    await transaction.deleteFrom("access_links").where("id", "=", invitation).execute();
    await recordAudit(transaction, context, {
      actor,
      action: "access.invitation-revoked",
      subject: person,
    });
  });
}
