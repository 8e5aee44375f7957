import { CodedError } from "../../protocol/errors.ts";
import { makeId, type PersonId } from "../../protocol/ids.ts";
import { requireAdmin, type Actor } from "../access.ts";
import { recordAudit } from "../audit/audit.ts";
import type { HubContext } from "../context.ts";
import type { HubTransaction, Queries } from "../store/schema.ts";
import { maySignIn, type Caller } from "./caller.ts";
import { makeSecret, sessionId, type SessionId } from "./ids.ts";
import { secretHash } from "./secret-hash.ts";

/** Sessions: a browser that is signed in. It holds the token; the hub keeps only the token's hash. */

/** A session that is not used ends after this: a working day. */
export const SESSION_IDLE_MS = 12 * 60 * 60 * 1000;
/** And after this in any case. */
export const SESSION_LIFE_MS = 14 * 24 * 60 * 60 * 1000;
/** One more ends the oldest. */
export const MAX_SESSIONS_PER_PERSON = 20;
/** Use is noted at most so often: not every request is a write. */
const SEEN_STEP_MS = 60 * 1000;
const MAX_CLIENT_LENGTH = 200;

export interface NewSession {
  readonly session: SessionId;
  /** For the cookie, and nowhere else. */
  readonly token: string;
}

/** Opens a session, in the transaction that made sure who it is. */
export async function openSession(
  transaction: HubTransaction,
  context: HubContext,
  person: PersonId,
  client: string,
): Promise<NewSession> {
  const nowMs = context.wallClock.wallMs();
  await transaction
    .deleteFrom("sessions")
    .where((expression) =>
      expression.or([
        expression("created_ms", "<=", nowMs - SESSION_LIFE_MS),
        expression("seen_ms", "<=", nowMs - SESSION_IDLE_MS),
      ]),
    )
    .execute();
  const present = await transaction
    .selectFrom("sessions")
    .select("id")
    .where("person", "=", person)
    .orderBy("seen_ms", "desc")
    .orderBy("id")
    .execute();
  for (const { id } of present.slice(MAX_SESSIONS_PER_PERSON - 1)) {
    await transaction.deleteFrom("sessions").where("id", "=", id).execute();
  }
  const session = makeId(sessionId, context.random);
  const token = makeSecret(context.random);
  await transaction
    .insertInto("sessions")
    .values({
      id: session,
      token_hash: secretHash("session", token),
      person,
      client: client.slice(0, MAX_CLIENT_LENGTH),
      created_ms: nowMs,
      seen_ms: nowMs,
    })
    .execute();
  return { session, token };
}

/** Who holds this token; null when the session has ended, or its person may not sign in any more. */
export async function findSession(context: HubContext, token: string): Promise<Caller | null> {
  const { queries } = context.store;
  const row = await queries
    .selectFrom("sessions")
    .innerJoin("people", "people.id", "sessions.person")
    .select(["sessions.id", "sessions.person", "sessions.created_ms", "sessions.seen_ms"])
    .select(["people.role", "people.active"])
    .where("sessions.token_hash", "=", secretHash("session", token))
    .executeTakeFirst();
  if (row === undefined) return null;
  const nowMs = context.wallClock.wallMs();
  const isOver = nowMs >= expiryOf(row) || row.active === 0 || !maySignIn(row.role);
  if (isOver) {
    // Someone who is made an admin again signs in again.
    await queries.deleteFrom("sessions").where("id", "=", row.id).execute();
    return null;
  }
  if (nowMs >= row.seen_ms + SEEN_STEP_MS) {
    await queries.updateTable("sessions").set({ seen_ms: nowMs }).where("id", "=", row.id).execute();
  }
  return {
    actor: { person: row.person, role: row.role },
    via: { kind: "session", session: sessionId.parse(row.id) },
  };
}

function expiryOf(row: { readonly created_ms: number; readonly seen_ms: number }): number {
  return Math.min(row.created_ms + SESSION_LIFE_MS, row.seen_ms + SESSION_IDLE_MS);
}

export interface SessionListing {
  readonly session: SessionId;
  /** What the browser called itself. */
  readonly client: string;
  readonly createdMs: number;
  /** Within a minute. */
  readonly seenMs: number;
  /** When it ends unless it is used. */
  readonly expiresMs: number;
}

/** Sessions of one person that have not ended, the last used first. */
export async function listSessions(context: HubContext, person: PersonId): Promise<SessionListing[]> {
  const nowMs = context.wallClock.wallMs();
  const rows = await context.store.queries
    .selectFrom("sessions")
    .select(["id", "client", "created_ms", "seen_ms"])
    .where("person", "=", person)
    .orderBy("seen_ms", "desc")
    .orderBy("id")
    .execute();
  return rows
    .filter((row) => nowMs < expiryOf(row))
    .map((row) => ({
      session: sessionId.parse(row.id),
      client: row.client,
      createdMs: row.created_ms,
      seenMs: row.seen_ms,
      expiresMs: expiryOf(row),
    }));
}

/** Ends one of the caller's own. Rejects with CodedError `session.unknown`. */
export async function endSession(context: HubContext, caller: Caller, session: SessionId): Promise<void> {
  const { actor } = caller;
  await context.store.transaction(async (transaction) => {
    const ended = await transaction
      .deleteFrom("sessions")
      .where("id", "=", session)
      .where("person", "=", actor.person)
      .executeTakeFirst();
    if (ended.numDeletedRows === 0n) {
      throw new CodedError("session.unknown", "you have no such session");
    }
    await recordAudit(transaction, context, { actor, action: "access.signed-out", subject: actor.person });
  });
}

/**
 * Ends all sessions of a person: of one's own, or as an admin (an owner's: as an owner) of anyone's. Resolves with how
 * many. Rejects with CodedError `person.unknown`, `access.admins-only`, `access.owners-only`.
 */
export async function endSessionsOf(context: HubContext, actor: Actor, person: PersonId): Promise<number> {
  return context.store.transaction(async (transaction) => {
    if (person !== actor.person) await requirePower(transaction, actor, person);
    const ended = await dropSessions(transaction, person);
    await recordAudit(transaction, context, { actor, action: "access.sessions-ended", subject: person });
    return ended;
  });
}

/** For whoever changes a password: everything that was signed in with the old one is out. */
export async function dropSessions(transaction: HubTransaction, person: PersonId): Promise<number> {
  const ended = await transaction.deleteFrom("sessions").where("person", "=", person).executeTakeFirst();
  return Number(ended.numDeletedRows);
}

/**
 * Only an owner decides about another owner's access; otherwise admins do. Rejects with CodedError `person.unknown`,
 * `access.admins-only`, `access.owners-only`; resolves with the role that person has.
 */
export async function requirePower(
  queries: Queries,
  actor: Actor,
  person: PersonId,
): Promise<{ readonly role: Actor["role"]; readonly active: boolean }> {
  requireAdmin(actor);
  const row = await queries
    .selectFrom("people")
    .select(["role", "active"])
    .where("id", "=", person)
    .executeTakeFirst();
  if (row === undefined) throw new CodedError("person.unknown", "there is no such person");
  if (row.role === "owner" && actor.role !== "owner") {
    throw new CodedError("access.owners-only", "only an owner decides about an owner's access");
  }
  return { role: row.role, active: row.active === 1 };
}
