import type { KioskId, PersonId } from "../../protocol/ids.ts";
import type { HubTransaction } from "../store/schema.ts";

/**
 * Roster revisions: a kiosk counts its changes, and each assignee carries the count of their last one, so that a
 * terminal which names the revision it has gets exactly what changed since. What decides who may punch and how (PIN,
 * role, assignment, Requires PIN) is counted once more by itself, to tell a punch made without knowing of it (PIN case 9).
 */

/** Counts one change of `kiosk` and returns the new revision. */
export async function nextRevision(transaction: HubTransaction, kiosk: KioskId): Promise<number> {
  const row = await transaction
    .updateTable("kiosks")
    .set((expression) => ({ roster_revision: expression("roster_revision", "+", 1) }))
    .where("id", "=", kiosk)
    .returning("roster_revision")
    .executeTakeFirstOrThrow();
  return row.roster_revision;
}

/** More changes than a kiosk may have had between a backup and its restoring. */
const REVISION_LEAP = 1_000_000;
/** A revision beyond this is none: leaps from there would not stay safe integers. */
const MAX_REVISION = 2 ** 50;

/**
 * A terminal knows a revision that was never given out: this database is a restored backup. What its kiosk's terminals know
 * may have been lost with it, also where numbers are the same again: all of them get the roster anew. Returns the revision.
 */
export async function leapRevision(
  transaction: HubTransaction,
  { id: kiosk, roster_revision: here }: { readonly id: KioskId; readonly roster_revision: number },
  known: number,
): Promise<number> {
  const revision = Math.max(here, Math.min(known, MAX_REVISION)) + REVISION_LEAP;
  await transaction
    .updateTable("kiosks")
    .set({ roster_revision: revision, restored_revision: revision })
    .where("id", "=", kiosk)
    .execute();
  return revision;
}

/** What changed: what rosters show of someone or something, or also who may punch and how. */
export type Touched = "shown" | "access";

/**
 * Something that rosters carry about `person` changed: counts it at every kiosk they are assigned to, and returns
 * those kiosks, for {@link Changes.tell} after the commit.
 */
export async function touchPerson(
  transaction: HubTransaction,
  person: PersonId,
  touched: Touched,
): Promise<readonly KioskId[]> {
  const assignments = await transaction
    .selectFrom("kiosk_people")
    .select("kiosk")
    .where("person", "=", person)
    .where("removed", "=", 0)
    .execute();
  const kiosks = assignments.map((assignment) => assignment.kiosk);
  await touchPersonAt(transaction, kiosks, person, touched);
  return kiosks;
}

/** {@link touchPerson} at these kiosks alone. */
export async function touchPersonAt(
  transaction: HubTransaction,
  kiosks: readonly KioskId[],
  person: PersonId,
  touched: Touched,
): Promise<void> {
  for (const kiosk of kiosks) {
    const revision = await nextRevision(transaction, kiosk);
    await transaction
      .updateTable("kiosk_people")
      .set({ changed_revision: revision, ...(touched === "access" ? { access_revision: revision } : {}) })
      .where("kiosk", "=", kiosk)
      .where("person", "=", person)
      .execute();
  }
}

/** {@link touchPerson} with "shown" for many at once, who need not be assigned anywhere: one revision a kiosk. */
export async function touchPeople(
  transaction: HubTransaction,
  people: readonly PersonId[],
): Promise<readonly KioskId[]> {
  if (people.length === 0) return [];
  const rows = await transaction
    .selectFrom("kiosk_people")
    .select(["kiosk", "person"])
    .where("person", "in", people)
    .where("removed", "=", 0)
    .orderBy("kiosk")
    .execute();
  const kiosks = Map.groupBy(rows, (row) => row.kiosk);
  for (const [kiosk, assigned] of kiosks) {
    await transaction
      .updateTable("kiosk_people")
      .set({ changed_revision: await nextRevision(transaction, kiosk) })
      .where("kiosk", "=", kiosk)
      .where(
        "person",
        "in",
        assigned.map((row) => row.person),
      )
      .execute();
  }
  return [...kiosks.keys()];
}

/** The kiosk's own settings changed. */
export async function touchSettings(
  transaction: HubTransaction,
  kiosk: KioskId,
  touched: Touched,
): Promise<void> {
  const revision = await nextRevision(transaction, kiosk);
  await transaction
    .updateTable("kiosks")
    .set({ settings_revision: revision, ...(touched === "access" ? { access_revision: revision } : {}) })
    .where("id", "=", kiosk)
    .execute();
}

/**
 * The settings of `kiosk` changed, and the PINs of everyone who may punch there: counts it there and wherever else they
 * may punch. Returns those kiosks.
 */
export async function touchAssignees(
  transaction: HubTransaction,
  kiosk: KioskId,
): Promise<readonly KioskId[]> {
  const theirs = transaction
    .selectFrom("kiosk_people as there")
    .select("there.person")
    .where("there.kiosk", "=", kiosk)
    .where((row) => row.or([row("there.removed", "=", 0), row("there.leaving", "=", 1)]));
  const rows = await transaction
    .selectFrom("kiosk_people")
    .select("kiosk")
    .distinct()
    .where("person", "in", theirs)
    .where((row) => row.or([row("removed", "=", 0), row("leaving", "=", 1)]))
    .orderBy("kiosk")
    .execute();
  await touchSettings(transaction, kiosk, "access");
  for (const each of rows) {
    const revision = await nextRevision(transaction, each.kiosk);
    await transaction
      .updateTable("kiosk_people")
      .set({ changed_revision: revision, access_revision: revision })
      .where("kiosk", "=", each.kiosk)
      .where("person", "in", theirs)
      .where((row) => row.or([row("removed", "=", 0), row("leaving", "=", 1)]))
      .execute();
  }
  return [...new Set([kiosk, ...rows.map((row) => row.kiosk)])];
}

/** The settings and all assignees changed, as when every PIN does. */
export async function touchAll(transaction: HubTransaction, kiosk: KioskId): Promise<void> {
  const revision = await nextRevision(transaction, kiosk);
  await transaction
    .updateTable("kiosks")
    .set({ settings_revision: revision, access_revision: revision })
    .where("id", "=", kiosk)
    .execute();
  await transaction
    .updateTable("kiosk_people")
    .set({ changed_revision: revision, access_revision: revision })
    .where("kiosk", "=", kiosk)
    .where("removed", "=", 0)
    .execute();
}
