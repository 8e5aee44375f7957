import { CodedError } from "../../protocol/errors.ts";
import type { KioskId, PersonId } from "../../protocol/ids.ts";
import { MAX_PEOPLE_PER_KIOSK } from "../../protocol/limits.ts";
import { requireAdmin, type Actor } from "../access.ts";
import { recordAudit } from "../audit/audit.ts";
import type { HubContext } from "../context.ts";
import { isPresent } from "../punches/presences.ts";
import { flag, type HubTransaction } from "../store/schema.ts";
import { theKiosk } from "./kiosks.ts";
import { nextRevision } from "./revision.ts";

/** Who may punch at which kiosk. */

/** Lets a person punch at a kiosk, as {@link assignPeople} does. */
export async function assignPerson(
  context: HubContext,
  actor: Actor,
  kiosk: KioskId,
  person: PersonId,
): Promise<void> {
  await assignPeople(context, actor, kiosk, [person]);
}

/**
 * Lets people punch at a kiosk: all of them or nobody, in one revision of its roster. Resolves with how many could not
 * before. Rejects with CodedError `kiosk.unknown`, `person.unknown`, `kiosk.full`, or `access.admins-only`.
 */
export async function assignPeople(
  context: HubContext,
  actor: Actor,
  kiosk: KioskId,
  people: readonly PersonId[],
): Promise<number> {
  requireAdmin(actor);
  const assigned = await context.store.transaction(async (transaction) => {
    await theKiosk(transaction, kiosk);
    const fresh = await notYetAssigned(transaction, kiosk, people);
    if (fresh.length === 0) return 0;
    await requireRoom(transaction, kiosk, fresh.length);
    const revision = await nextRevision(transaction, kiosk);
    const row = { changed_revision: revision, access_revision: revision, removed: 0, leaving: 0 } as const;
    for (const person of fresh) {
      await transaction
        .insertInto("kiosk_people")
        .values({ kiosk, person, ...row })
        .onConflict((conflict) => conflict.columns(["kiosk", "person"]).doUpdateSet(row))
        .execute();
      await recordAudit(transaction, context, { actor, action: "kiosk.assigned", subject: person });
    }
    return fresh.length;
  });
  if (assigned > 0) context.changes.tell({ topics: ["kiosks"], rosters: [kiosk] });
  return assigned;
}

async function notYetAssigned(
  transaction: HubTransaction,
  kiosk: KioskId,
  people: readonly PersonId[],
): Promise<readonly PersonId[]> {
  const wanted = [...new Set(people)];
  const known = await transaction.selectFrom("people").select("id").where("id", "in", wanted).execute();
  if (known.length < wanted.length) throw new CodedError("person.unknown", "there is no such person");
  const present = await transaction
    .selectFrom("kiosk_people")
    .select("person")
    .where("kiosk", "=", kiosk)
    .where("person", "in", wanted)
    .where("removed", "=", 0)
    .execute();
  const already = new Set(present.map((row) => row.person));
  return wanted.filter((person) => !already.has(person));
}

async function requireRoom(transaction: HubTransaction, kiosk: KioskId, more: number): Promise<void> {
  const { count } = await transaction
    .selectFrom("kiosk_people")
    .select((expression) => expression.fn.countAll<number>().as("count"))
    .where("kiosk", "=", kiosk)
    .where("removed", "=", 0)
    .executeTakeFirstOrThrow();
  if (count + more > MAX_PEOPLE_PER_KIOSK) {
    throw new CodedError("kiosk.full", `a kiosk has ${MAX_PEOPLE_PER_KIOSK} assignees at most`);
  }
}

/**
 * Ends it; who is clocked in may still clock out there, once (PIN case 11). Does nothing when the person is not assigned.
 */
export async function unassignPerson(
  context: HubContext,
  actor: Actor,
  kiosk: KioskId,
  person: PersonId,
): Promise<void> {
  requireAdmin(actor);
  const changed = await context.store.transaction(async (transaction) => {
    const ended = await transaction
      .updateTable("kiosk_people")
      .set({ removed: 1, leaving: flag(await isPresent(transaction, person)) })
      .where("kiosk", "=", kiosk)
      .where("person", "=", person)
      .where("removed", "=", 0)
      .executeTakeFirst();
    if (ended.numUpdatedRows === 0n) return false;
    const revision = await nextRevision(transaction, kiosk);
    await transaction
      .updateTable("kiosk_people")
      .set({ changed_revision: revision, access_revision: revision })
      .where("kiosk", "=", kiosk)
      .where("person", "=", person)
      .execute();
    await recordAudit(transaction, context, { actor, action: "kiosk.unassigned", subject: person });
    return true;
  });
  if (changed) context.changes.tell({ topics: ["kiosks"], rosters: [kiosk] });
}

/** They have clocked out: ends what was left open at kiosks that they were unassigned from; returns those. */
export async function endLeaving(transaction: HubTransaction, person: PersonId): Promise<readonly KioskId[]> {
  const left = await transaction
    .selectFrom("kiosk_people")
    .select("kiosk")
    .where("person", "=", person)
    .where("leaving", "=", 1)
    .execute();
  for (const { kiosk } of left) {
    await transaction
      .updateTable("kiosk_people")
      .set({ leaving: 0, changed_revision: await nextRevision(transaction, kiosk) })
      .where("kiosk", "=", kiosk)
      .where("person", "=", person)
      .execute();
  }
  return left.map(({ kiosk }) => kiosk);
}
