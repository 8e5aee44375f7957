import { CodedError } from "../../protocol/errors.ts";
import { makeId, personId, type PersonId } from "../../protocol/ids.ts";
import type { Language, Role } from "../../protocol/roster.ts";
import { requireAdmin, type Actor } from "../access.ts";
import { recordAudit } from "../audit/audit.ts";
import { peopleWhoMustChange } from "../alarms/slow-guess.ts";
import type { HubContext } from "../context.ts";
import { storePin, type PinWarning } from "../pins/pins.ts";
import { holderOf } from "../pins/rules.ts";
import { flag, type HubTransaction, type PeopleTable, type Queries } from "../store/schema.ts";
import { theWorkspace } from "../workspace/workspace.ts";
import { refuseTakenCard } from "./cards.ts";
import { nextNumber, refuseTakenNumber, requireNumber } from "./numbers.ts";
import { isName, NAME_RULE } from "./names.ts";

export interface NewPerson {
  readonly name: string;
  readonly email: string | null;
  readonly role: Role;
  /** Null: the kiosk's language. */
  readonly language: Language | null;
  readonly moreTime: boolean;
  /** An employee number of the admin's choice; null gives the next free one. */
  readonly number: string | null;
  /** A PIN of the admin's choice; null generates one (PIN rule 3). */
  readonly pin: string | null;
  /** As protocol/roster.ts has it: it stands in for typing the number, never for the PIN. */
  readonly card: string | null;
}

export interface AddedPerson {
  readonly person: PersonId;
  readonly number: string;
  /** To be shown once. */
  readonly pin: string;
  readonly warning: PinWarning | null;
}

/**
 * Adds a person with a personal PIN (PIN rule 3). Rejects with CodedError `person.name`, `person.number` (wrong length
 * or not digits), `person.number-taken`, `person.numbers-spent`, `person.card-taken`, `access.admins-only`, or as
 * {@link storePin} does.
 */
export async function addPerson(context: HubContext, actor: Actor, wanted: NewPerson): Promise<AddedPerson> {
  requireAdmin(actor);
  requireName(wanted.name);
  const { queries } = context.store;
  const workspace = await theWorkspace(queries);
  const number = wanted.number ?? (await nextNumber(queries, workspace));
  requireNumber(number, workspace);
  const person = makeId(personId, context.random);
  const subject = { holder: holderOf(wanted.role), ownNumber: number };
  const { pin, warning } = await storePin(
    context,
    actor,
    {
      owner: person,
      typed: wanted.pin,
      subject: () => Promise.resolve(subject),
    },
    async (transaction, pinColumns) => {
      await refuseTakenNumber(transaction, number, person);
      if (wanted.card !== null) await refuseTakenCard(transaction, wanted.card, person);
      await transaction
        .insertInto("people")
        .values({ ...newPersonRow(context, person, { ...wanted, number }), ...pinColumns })
        .execute();
      await recordAudit(transaction, context, { actor, action: "person.added", subject: person });
    },
  );
  context.changes.tell({ topics: ["people"], rosters: [] });
  return { person, number, pin, warning };
}

/** All of a new row but the PIN. */
export function newPersonRow(
  context: Pick<HubContext, "wallClock">,
  person: PersonId,
  wanted: Omit<NewPerson, "pin"> & { readonly number: string },
): Omit<PeopleTable, "pin_salt" | "pin_slow_hash" | "pin_index" | "pin_sealed"> {
  return {
    id: person,
    name: wanted.name,
    email: wanted.email,
    number: wanted.number,
    role: wanted.role,
    language: wanted.language,
    more_time: flag(wanted.moreTime),
    active: 1,
    created_ms: context.wallClock.wallMs(),
    card: wanted.card,
  };
}

/** Throws CodedError `person.name`. */
export function requireName(name: string): void {
  if (!isName(name)) throw new CodedError("person.name", `a name ${NAME_RULE}`);
}

/** Rejects with CodedError `person.unknown`. */
export async function thePerson(queries: Queries, person: PersonId): Promise<PeopleTable> {
  const row = await queries.selectFrom("people").selectAll().where("id", "=", person).executeTakeFirst();
  if (row === undefined) throw new CodedError("person.unknown", "there is no such person");
  return row;
}

/** Rejects with CodedError `person.unknown`, or `person.inactive`: who is not active has no PIN. */
export async function requireActive(queries: Queries, person: PersonId): Promise<PeopleTable> {
  const row = await thePerson(queries, person);
  if (row.active === 0)
    throw new CodedError("person.inactive", "this person is not active: reactivate them first");
  return row;
}

/** Of those who are active; null before there is one. */
export async function oldestOwner(queries: Queries): Promise<PersonId | null> {
  const row = await queries
    .selectFrom("people")
    .select("id")
    .where("role", "=", "owner")
    .where("active", "=", 1)
    .orderBy("created_ms")
    .orderBy("id")
    .executeTakeFirst();
  return row?.id ?? null;
}

/** Rejects with CodedError `person.last-owner` when nobody else could give the ownership back. */
export async function requireOtherOwner(transaction: HubTransaction, row: PeopleTable): Promise<void> {
  if (row.role !== "owner" || row.active === 0) return;
  const other = await transaction
    .selectFrom("people")
    .select("id")
    .where("role", "=", "owner")
    .where("active", "=", 1)
    .where("id", "!=", row.id)
    .executeTakeFirst();
  if (other === undefined) {
    throw new CodedError("person.last-owner", "a workspace keeps one active owner: make another one first");
  }
}

export interface PersonListing {
  readonly person: PersonId;
  readonly name: string;
  readonly email: string | null;
  readonly number: string;
  readonly role: Role;
  readonly language: Language | null;
  readonly moreTime: boolean;
  readonly active: boolean;
  readonly card: string | null;
  /** Left out, but where somebody guessed at their PIN so often that they must have a new one. */
  readonly pinMustChange?: true;
}

/** What {@link PersonListing} is read from. */
export const LISTED_OF_PERSON = [
  "id",
  "name",
  "email",
  "number",
  "role",
  "language",
  "more_time",
  "active",
  "card",
] as const satisfies readonly (keyof PeopleTable)[];

type ListedRow = Pick<PeopleTable, (typeof LISTED_OF_PERSON)[number]>;

/** Rows as they are listed; nothing about PINs but that one must be changed. */
export async function listingsOf(queries: Queries, rows: readonly ListedRow[]): Promise<PersonListing[]> {
  const mustChange = await peopleWhoMustChange(queries);
  return rows.map((row) => ({
    ...listingOf(row),
    ...(mustChange.has(row.id) ? { pinMustChange: true } : {}),
  }));
}

function listingOf(row: ListedRow): PersonListing {
  return {
    person: row.id,
    name: row.name,
    email: row.email,
    number: row.number,
    role: row.role,
    language: row.language,
    moreTime: row.more_time === 1,
    active: row.active === 1,
    card: row.card,
  };
}

/** Everyone, by number. */
export async function listPeople(queries: Queries): Promise<PersonListing[]> {
  const people = await queries.selectFrom("people").select(LISTED_OF_PERSON).orderBy("number").execute();
  return listingsOf(queries, people);
}
