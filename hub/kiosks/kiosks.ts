import { CodedError } from "../../protocol/errors.ts";
import { kioskId, makeId, type KioskId, type PersonId } from "../../protocol/ids.ts";
import type { Language } from "../../protocol/roster.ts";
import { requireAdmin, type Actor } from "../access.ts";
import { recordAudit } from "../audit/audit.ts";
import type { HubContext } from "../context.ts";
import { storePin, type PinSubject, type PinWarning } from "../pins/pins.ts";
import { requireTimeZone } from "../punches/days.ts";
import { flag, type HubTransaction, type KiosksTable, type Queries } from "../store/schema.ts";
import { planHasPin, theWorkspace } from "../workspace/workspace.ts";
import { isName, NAME_RULE } from "../people/names.ts";

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
  /** To be shown once. */
  readonly universalPin: string;
  readonly warning: PinWarning | null;
}

/** A Universal PIN is nobody's number. */
export const KIOSK_SUBJECT: PinSubject = { holder: "kiosk", ownNumber: null };

/**
 * Creates a kiosk with its Universal PIN, which is there (and counted for uniqueness) even while Requires PIN is off.
 * Rejects with CodedError `plan.pin` when the plan has no PIN, `kiosk.name`, `kiosk.name-taken`, `kiosk.too-many`,
 * `time-zone.unknown`, `access.admins-only`, or as {@link storePin} does.
 */
export async function createKiosk(
  context: HubContext,
  actor: Actor,
  wanted: NewKiosk,
): Promise<CreatedKiosk> {
  requireAdmin(actor);
  requireKioskName(wanted.name);
  requireTimeZone(wanted.timeZone);
  if (wanted.requiresPin) await requirePaidPlan(context.store.queries);
  const kiosk = makeId(kioskId, context.random);
  const { pin, warning } = await storePin(
    context,
    actor,
    {
      owner: kiosk,
      typed: wanted.universalPin,
      subject: () => Promise.resolve(KIOSK_SUBJECT),
    },
    async (transaction, pinColumns) => {
      if (wanted.requiresPin) await requirePaidPlan(transaction);
      await refuseTakenName(transaction, wanted.name, kiosk);
      await refuseTooMany(transaction);
      await transaction
        .insertInto("kiosks")
        .values({
          id: kiosk,
          name: wanted.name,
          requires_pin: flag(wanted.requiresPin),
          requires_pin_lapsed: 0,
          time_zone: wanted.timeZone,
          language: wanted.language,
          break_enabled: flag(wanted.breakEnabled),
          roster_revision: 1,
          settings_revision: 1,
          access_revision: 1,
          created_ms: context.wallClock.wallMs(),
          deleted_ms: null,
          deleted_name: null,
          ...pinColumns,
        })
        .execute();
      await recordAudit(transaction, context, { actor, action: "kiosk.created", subject: kiosk });
    },
  );
  context.changes.tell({ topics: ["kiosks"], rosters: [] });
  return { kiosk, universalPin: pin, warning };
}

/** Rejects with CodedError `kiosk.unknown`; a deleted one is no kiosk any more. */
export async function theKiosk(queries: Queries, kiosk: KioskId): Promise<KiosksTable> {
  const row = await queries
    .selectFrom("kiosks")
    .selectAll()
    .where("id", "=", kiosk)
    .where("deleted_ms", "is", null)
    .executeTakeFirst();
  if (row === undefined) throw new CodedError("kiosk.unknown", "there is no such kiosk");
  return row;
}

/** PIN rule 2. Rejects with CodedError `plan.pin`. */
export async function requirePaidPlan(queries: Queries): Promise<void> {
  const { plan } = await theWorkspace(queries);
  if (!planHasPin(plan)) {
    throw new CodedError("plan.pin", "Requires PIN is part of every paid plan, and not of this one");
  }
}

/** Throws CodedError `kiosk.name`. */
export function requireKioskName(name: string): void {
  if (!isName(name)) throw new CodedError("kiosk.name", `a kiosk's name ${NAME_RULE}`);
}

/** Rejects with CodedError `kiosk.name-taken` when any kiosk but this one has it. */
export async function refuseTakenName(
  transaction: HubTransaction,
  name: string,
  kiosk: KioskId,
): Promise<void> {
  const holder = await transaction
    .selectFrom("kiosks")
    .select("id")
    .where("name", "=", name)
    .where("id", "!=", kiosk)
    .executeTakeFirst();
  if (holder !== undefined) {
    throw new CodedError("kiosk.name-taken", `there is a kiosk named ${name} already`);
  }
}

async function refuseTooMany(transaction: HubTransaction): Promise<void> {
  const { count } = await transaction
    .selectFrom("kiosks")
    .select((expression) => expression.fn.countAll<number>().as("count"))
    .where("deleted_ms", "is", null)
    .executeTakeFirstOrThrow();
  if (count >= MAX_KIOSKS) {
    throw new CodedError("kiosk.too-many", `a workspace has ${MAX_KIOSKS} kiosks at most`);
  }
}

/** A kiosk as it is set. */
export interface KioskView {
  readonly kiosk: KioskId;
  readonly name: string;
  readonly requiresPin: boolean;
  /** The plan turned Requires PIN off here (PIN rule 2). */
  readonly requiresPinLapsed: boolean;
  readonly timeZone: string;
  readonly language: Language;
  readonly breakEnabled: boolean;
}

export function kioskView(row: KiosksTable): KioskView {
  return {
    kiosk: row.id,
    name: row.name,
    requiresPin: row.requires_pin === 1,
    requiresPinLapsed: row.requires_pin_lapsed === 1,
    timeZone: row.time_zone,
    language: row.language,
    breakEnabled: row.break_enabled === 1,
  };
}

export interface KioskListing extends KioskView {
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
  const kiosks = await queries
    .selectFrom("kiosks")
    .selectAll()
    .where("deleted_ms", "is", null)
    .orderBy("name")
    .execute();
  return kiosks.map((row) => ({
    ...kioskView(row),
    assignees: (assignees.get(row.id) ?? []).map((assignment) => assignment.person),
  }));
}
