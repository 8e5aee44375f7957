import { CodedError } from "../../protocol/errors.ts";
import { makeId, personId, type PersonId } from "../../protocol/ids.ts";
import type { Language, Role } from "../../protocol/roster.ts";
import { recordAudit } from "../audit/audit.ts";
import type { HubContext } from "../context.ts";
import { holderOf, storePin } from "../pins/pins.ts";
import { flag, type HubTransaction, type Queries } from "../store/schema.ts";
import { theWorkspace, type Workspace } from "../workspace/workspace.ts";
import { refuseTakenCard } from "./cards.ts";

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
}

/**
 * Adds a person with a personal PIN (PIN rule 3). Rejects with CodedError `person.number` (wrong length or not digits),
 * `person.number-taken`, `person.numbers-spent`, `person.card-taken`, or as {@link storePin} does.
 */
export async function addPerson(context: HubContext, wanted: NewPerson): Promise<AddedPerson> {
  const workspace = await theWorkspace(context.store.queries);
  const number = wanted.number ?? (await nextNumber(context.store.queries, workspace));
  if (number.length !== workspace.numberLength || !/^[0-9]+$/.test(number)) {
    throw new CodedError("person.number", `an employee number has ${workspace.numberLength} digits here`);
  }
  const id = makeId(personId, context.random);
  const pin = await storePin(
    context,
    {
      length: workspace.pinLength,
      holder: holderOf(wanted.role),
      ownNumber: number,
      typed: wanted.pin,
    },
    async (transaction, sealed) => {
      await refuseTakenNumber(transaction, number);
      if (wanted.card !== null) await refuseTakenCard(transaction, wanted.card, id);
      await transaction
        .insertInto("people")
        .values({
          id,
          name: wanted.name,
          email: wanted.email,
          number,
          role: wanted.role,
          language: wanted.language,
          more_time: flag(wanted.moreTime),
          active: 1,
          created_ms: context.wallClock.wallMs(),
          card: wanted.card,
          ...sealed.columns,
        })
        .execute();
      await recordAudit(transaction, context, { actor: null, action: "person.added", subject: id });
      return sealed.pin;
    },
  );
  context.changes.tell({ topics: ["people"], rosters: [] });
  return { person: id, number, pin };
}

async function refuseTakenNumber(transaction: HubTransaction, number: string): Promise<void> {
  const holder = await transaction
    .selectFrom("people")
    .select("id")
    .where("number", "=", number)
    .executeTakeFirst();
  if (holder !== undefined)
    throw new CodedError("person.number-taken", `number ${number} belongs to someone else`);
}

/** The one after the highest; numbers begin with 1 so that nothing eats a leading 0. */
async function nextNumber(queries: Queries, workspace: Workspace): Promise<string> {
  const { highest } = await queries
    .selectFrom("people")
    .select((expression) => expression.fn.max<string | null>("number").as("highest"))
    .executeTakeFirstOrThrow();
  const first = 10 ** (workspace.numberLength - 1);
  const next = highest === null ? first : Math.max(first, Number(highest) + 1);
  if (next >= 10 ** workspace.numberLength) {
    throw new CodedError(
      "person.numbers-spent",
      `all numbers of ${workspace.numberLength} digits after the highest are used: give a free one`,
    );
  }
  return String(next);
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
}

/** Everyone, by number; nothing about PINs. */
export async function listPeople(queries: Queries): Promise<PersonListing[]> {
  const people = await queries
    .selectFrom("people")
    .select(["id", "name", "email", "number", "role", "language", "more_time", "active", "card"])
    .orderBy("number")
    .execute();
  return people.map((row) => ({
    person: row.id,
    name: row.name,
    email: row.email,
    number: row.number,
    role: row.role,
    language: row.language,
    moreTime: row.more_time === 1,
    active: row.active === 1,
    card: row.card,
  }));
}
