import { CodedError } from "../../protocol/errors.ts";
import { kioskId, makeId, type KioskId, type PersonId } from "../../protocol/ids.ts";
import { MAX_PEOPLE_PER_KIOSK } from "../../protocol/limits.ts";
import type { Language } from "../../protocol/roster.ts";
import { recordAudit } from "../audit/audit.ts";
import type { HubContext } from "../context.ts";
import { storePin } from "../pins/pins.ts";
import { flag, type HubTransaction, type Queries } from "../store/schema.ts";
import { planHasPin, theWorkspace } from "../workspace/workspace.ts";
import { nextRevision } from "./revision.ts";

/** Kiosks of one workspace. */
export const MAX_KIOSKS = 10_000;

export interface NewKiosk {
  readonly name: string;
  readonly requiresPin: boolean;
  /** IANA name. */
  readonly timeZone: string;
  readonly language: Language;
  readonly breakEnabled: boolean;
  /** A Universal PIN of the admin's choice; null generates one. */
  readonly universalPin: string | null;
}

export interface CreatedKiosk {
  readonly kiosk: KioskId;
  /** To be shown once; it cannot be read back. */
  readonly universalPin: string;
}

/**
 * Creates a kiosk with its Universal PIN, which is there (and counted for uniqueness) even while Requires PIN is off.
 * Rejects with CodedError `plan.pin` when the plan has no PIN, `kiosk.name-taken`, `kiosk.too-many`, or as
 * {@link storePin} does.
 */
export async function createKiosk(context: HubContext, wanted: NewKiosk): Promise<CreatedKiosk> {
  const workspace = await theWorkspace(context.store.queries);
  if (wanted.requiresPin && !planHasPin(workspace.plan)) {
    throw new CodedError("plan.pin", "Requires PIN is part of every paid plan, and not of this one");
  }
  const id = makeId(kioskId, context.random);
  const universalPin = await storePin(
    context,
    { length: workspace.pinLength, holder: "kiosk", ownNumber: null, typed: wanted.universalPin },
    async (transaction, sealed) => {
      await refuseTakenName(transaction, wanted.name);
      await transaction
        .insertInto("kiosks")
        .values({
          id,
          name: wanted.name,
          requires_pin: flag(wanted.requiresPin),
          time_zone: wanted.timeZone,
          language: wanted.language,
          break_enabled: flag(wanted.breakEnabled),
          roster_revision: 1,
          settings_revision: 1,
          created_ms: context.wallClock.wallMs(),
          ...sealed.columns,
        })
        .execute();
      await recordAudit(transaction, context, { actor: null, action: "kiosk.created", subject: id });
      return sealed.pin;
    },
  );
  context.changes.tell({ topics: ["kiosks"], rosters: [] });
  return { kiosk: id, universalPin };
}

async function refuseTakenName(transaction: HubTransaction, name: string): Promise<void> {
  const kiosks = await transaction.selectFrom("kiosks").select("name").execute();
  if (kiosks.some((kiosk) => kiosk.name === name)) {
    throw new CodedError("kiosk.name-taken", `there is a kiosk named ${name} already`);
  }
  if (kiosks.length >= MAX_KIOSKS) {
    throw new CodedError("kiosk.too-many", `a workspace has ${MAX_KIOSKS} kiosks at most`);
  }
}

/**
 * Lets a person punch at a kiosk. Does nothing when they may already. Rejects with CodedError `kiosk.unknown`,
 * `person.unknown`, or `kiosk.full`.
 */
export async function assignPerson(context: HubContext, kiosk: KioskId, person: PersonId): Promise<void> {
  const changed = await context.store.transaction(async (transaction) => {
    await requireKioskAndPerson(transaction, kiosk, person);
    const present = await transaction
      .selectFrom("kiosk_people")
      .select("removed")
      .where("kiosk", "=", kiosk)
      .where("person", "=", person)
      .executeTakeFirst();
    if (present?.removed === 0) return false;
    const { count } = await transaction
      .selectFrom("kiosk_people")
      .select((expression) => expression.fn.countAll<number>().as("count"))
      .where("kiosk", "=", kiosk)
      .where("removed", "=", 0)
      .executeTakeFirstOrThrow();
    if (count >= MAX_PEOPLE_PER_KIOSK) {
      throw new CodedError("kiosk.full", `a kiosk has ${MAX_PEOPLE_PER_KIOSK} assignees at most`);
    }
    const revision = await nextRevision(transaction, kiosk);
    await transaction
      .insertInto("kiosk_people")
      .values({ kiosk, person, changed_revision: revision, removed: 0 })
      .onConflict((conflict) =>
        conflict.columns(["kiosk", "person"]).doUpdateSet({ changed_revision: revision, removed: 0 }),
      )
      .execute();
    await recordAudit(transaction, context, { actor: null, action: "kiosk.assigned", subject: person });
    return true;
  });
  if (changed) context.changes.tell({ topics: ["kiosks"], rosters: [kiosk] });
}

/** Ends it. Does nothing when the person is not assigned. */
export async function unassignPerson(context: HubContext, kiosk: KioskId, person: PersonId): Promise<void> {
  const changed = await context.store.transaction(async (transaction) => {
    const ended = await transaction
      .updateTable("kiosk_people")
      .set({ removed: 1 })
      .where("kiosk", "=", kiosk)
      .where("person", "=", person)
      .where("removed", "=", 0)
      .executeTakeFirst();
    if (ended.numUpdatedRows === 0n) return false;
    await transaction
      .updateTable("kiosk_people")
      .set({ changed_revision: await nextRevision(transaction, kiosk) })
      .where("kiosk", "=", kiosk)
      .where("person", "=", person)
      .execute();
    await recordAudit(transaction, context, { actor: null, action: "kiosk.unassigned", subject: person });
    return true;
  });
  if (changed) context.changes.tell({ topics: ["kiosks"], rosters: [kiosk] });
}

async function requireKioskAndPerson(queries: Queries, kiosk: KioskId, person: PersonId): Promise<void> {
  const place = await queries.selectFrom("kiosks").select("id").where("id", "=", kiosk).executeTakeFirst();
  if (place === undefined) throw new CodedError("kiosk.unknown", "there is no such kiosk");
  const who = await queries.selectFrom("people").select("id").where("id", "=", person).executeTakeFirst();
  if (who === undefined) throw new CodedError("person.unknown", "there is no such person");
}

export interface KioskListing {
  readonly kiosk: KioskId;
  readonly name: string;
  readonly requiresPin: boolean;
  readonly timeZone: string;
  readonly language: Language;
  readonly breakEnabled: boolean;
  readonly assignees: PersonId[];
}

/** All kiosks with whom they are for, by name. */
export async function listKiosks(queries: Queries): Promise<KioskListing[]> {
  const assignments = await queries
    .selectFrom("kiosk_people")
    .select(["kiosk", "person"])
    .where("removed", "=", 0)
    .orderBy("person")
    .execute();
  const assignees = Map.groupBy(assignments, (assignment) => assignment.kiosk);
  const kiosks = await queries.selectFrom("kiosks").selectAll().orderBy("name").execute();
  return kiosks.map((row) => ({
    kiosk: row.id,
    name: row.name,
    requiresPin: row.requires_pin === 1,
    timeZone: row.time_zone,
    language: row.language,
    breakEnabled: row.break_enabled === 1,
    assignees: (assignees.get(row.id) ?? []).map((assignment) => assignment.person),
  }));
}
