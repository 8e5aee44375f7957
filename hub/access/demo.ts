import { CodedError } from "../../protocol/errors.ts";
import type { PersonId } from "../../protocol/ids.ts";
import type { Role } from "../../protocol/roster.ts";
import { oldestOwner } from "../people/people.ts";
import { recordAudit } from "../audit/audit.ts";
import type { Queries } from "../store/schema.ts";
import type { AccessContext } from "./context.ts";
import { openSession, type NewSession } from "./sessions.ts";

/**
 * The demo's owner signs in with a password that everyone knows, and so may the page by itself; until someone gives them
 * a password of their own. Only a hub that makes the demo does this, and it listens on this machine alone.
 */
export const DEMO_SIGN_IN = { email: "owner@demo.example", password: "punchbox-demo" } as const;

/** Gives the oldest owner of the demo that sign-in, when nobody has one yet. */
export async function prepareDemoSignIn(access: AccessContext): Promise<void> {
  const { queries } = access.store;
  if ((await queries.selectFrom("sign_ins").select("person").executeTakeFirst()) !== undefined) return;
  const password = await access.passwords.keep(DEMO_SIGN_IN.password);
  await access.store.transaction(async (transaction) => {
    const owner = await oldestOwner(transaction);
    if (owner === null) return;
    await transaction
      .insertInto("sign_ins")
      .values({
        person: owner,
        email: DEMO_SIGN_IN.email,
        password,
        known: 1,
        changed_ms: access.wallClock.wallMs(),
      })
      .execute();
  });
}

/** Whether anyone may come in as the demo's owner. */
export async function isDemoOpen(queries: Queries): Promise<boolean> {
  return (await demoOwner(queries)) !== undefined;
}

/** Signs in as the demo's owner, where the hub makes the demo. Rejects with CodedError `demo.closed`. */
export async function signInToDemo(
  access: AccessContext,
  isDemo: boolean,
  client: string,
): Promise<NewSession> {
  return access.store.transaction(async (transaction) => {
    const owner = isDemo ? await demoOwner(transaction) : undefined;
    if (owner === undefined) {
      throw new CodedError("demo.closed", "this is no demo, or its owner has a password: sign in with it");
    }
    const actor = { person: owner.id, role: owner.role };
    await recordAudit(transaction, access, { actor, action: "access.signed-in", subject: owner.id });
    return openSession(transaction, access, owner.id, client);
  });
}

function demoOwner(queries: Queries): Promise<{ readonly id: PersonId; readonly role: Role } | undefined> {
  return queries
    .selectFrom("sign_ins")
    .innerJoin("people", "people.id", "sign_ins.person")
    .select(["people.id", "people.role"])
    .where("sign_ins.known", "=", 1)
    .where("people.active", "=", 1)
    .where("people.role", "=", "owner")
    .executeTakeFirst();
}
