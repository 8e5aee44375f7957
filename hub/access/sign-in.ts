import { CodedError } from "../../protocol/errors.ts";
import type { PersonId } from "../../protocol/ids.ts";
import type { Role } from "../../protocol/roster.ts";
import type { Actor } from "../access.ts";
import { recordAudit } from "../audit/audit.ts";
import type { HubTransaction } from "../store/schema.ts";
import { maySignIn, type Caller } from "./caller.ts";
import type { AccessContext } from "./context.ts";
import { requirePassword } from "./passwords.ts";
import { dropSessions, openSession, type NewSession } from "./sessions.ts";
import { forgetTries, normalEmail, takeTry, trierOf, type Trier } from "./throttle.ts";

/** Signing in with e-mail and password. One answer for everything that is wrong, after the same time. */

export interface SignInWish {
  readonly email: string;
  readonly password: string;
  /** Where it comes from, an IP address. */
  readonly address: string;
  /** What the browser calls itself. */
  readonly client: string;
}

/**
 * Opens a session. Rejects with CodedError `sign-in.wrong` (no such e-mail, another password, not active, a regular
 * person), `sign-in.busy`, or {@link TooMany} `sign-in.too-many-tries`.
 */
export async function signIn(access: AccessContext, wish: SignInWish): Promise<NewSession> {
  const trier = trierOf(wish.email, wish.address);
  await takeTry(access, trier);
  const row = await access.store.queries
    .selectFrom("sign_ins")
    .select(["person", "password"])
    .where("email", "=", normalEmail(wish.email))
    .executeTakeFirst();
  const isRight = await access.passwords.matches(row?.password ?? null, wish.password);
  if (row === undefined || !isRight) throw wrong();
  const opened = await access.store.transaction(async (transaction) => {
    const actor = await signedInAs(transaction, row.person, row.password);
    await recordAudit(transaction, access, { actor, action: "access.signed-in", subject: row.person });
    return openSession(transaction, access, row.person, wish.client);
  });
  await forgetTries(access, trier);
  return opened;
}

function wrong(): CodedError {
  return new CodedError("sign-in.wrong", "this e-mail with this password cannot sign in here");
}

/** As they are now: they, or their password, may have changed while the slow hash was made. */
async function signedInAs(
  transaction: HubTransaction,
  person: PersonId,
  password: string,
): Promise<Actor & { readonly person: PersonId; readonly role: Role }> {
  const row = await transaction
    .selectFrom("sign_ins")
    .innerJoin("people", "people.id", "sign_ins.person")
    .select(["people.role", "people.active", "sign_ins.password"])
    .where("sign_ins.person", "=", person)
    .executeTakeFirst();
  if (row?.active !== 1 || row.password !== password || !maySignIn(row.role)) throw wrong();
  return { person, role: row.role };
}

/**
 * Makes sure that it is the person themselves who sits there. Counted as signing in is. Rejects with CodedError
 * `password.wrong`, `sign-in.busy`, or {@link TooMany}.
 */
export async function confirmPassword(
  access: AccessContext,
  caller: Caller,
  password: string,
  address: string,
): Promise<void> {
  await confirmed(access, caller, password, address);
}

async function confirmed(
  access: AccessContext,
  caller: Caller,
  password: string,
  address: string,
): Promise<{ readonly email: string; readonly kept: string; readonly trier: Trier }> {
  const row = await access.store.queries
    .selectFrom("sign_ins")
    .select(["email", "password"])
    .where("person", "=", caller.actor.person)
    .executeTakeFirst();
  const email = row?.email ?? caller.actor.person;
  const trier = trierOf(email, address);
  await takeTry(access, trier);
  const kept = row?.password ?? null;
  if (!(await access.passwords.matches(kept, password)) || kept === null) {
    throw new CodedError("password.wrong", "this is not your password");
  }
  await forgetTries(access, trier);
  return { email, kept, trier };
}

export interface PasswordChange {
  readonly current: string;
  readonly next: string;
  readonly address: string;
  readonly client: string;
}

/**
 * Changes the caller's own password: all their sessions end, and a new one is opened for this browser. Rejects with
 * CodedError as {@link requirePassword} and {@link confirmPassword} do.
 */
export async function changePassword(
  access: AccessContext,
  caller: Caller,
  change: PasswordChange,
): Promise<NewSession> {
  const { actor } = caller;
  const { email, kept } = await confirmed(access, caller, change.current, change.address);
  requirePassword(change.next, email);
  const password = await access.passwords.keep(change.next);
  return access.store.transaction(async (transaction) => {
    await signedInAs(transaction, actor.person, kept);
    await transaction
      .updateTable("sign_ins")
      .set({ password, known: 0, changed_ms: access.wallClock.wallMs() })
      .where("person", "=", actor.person)
      .execute();
    await dropSessions(transaction, actor.person);
    await recordAudit(transaction, access, {
      actor,
      action: "access.password-changed",
      subject: actor.person,
    });
    return openSession(transaction, access, actor.person, change.client);
  });
}
