import { CodedError } from "../../protocol/errors.ts";
import type { PersonId } from "../../protocol/ids.ts";
import type { Queries } from "../store/schema.ts";
import type { Workspace } from "../workspace/workspace.ts";

/** Employee numbers: digits of one length per workspace, each used once, also by those who are not active. */

/** Throws CodedError `person.number` when `number` is no number of this workspace. */
export function requireNumber(number: string, workspace: Pick<Workspace, "numberLength">): void {
  if (number.length !== workspace.numberLength || !/^[0-9]+$/.test(number)) {
    throw new CodedError("person.number", `an employee number has ${workspace.numberLength} digits here`);
  }
}

/** Rejects with CodedError `person.number-taken` when anyone but `person` has it. */
export async function refuseTakenNumber(queries: Queries, number: string, person: PersonId): Promise<void> {
  const holder = await queries
    .selectFrom("people")
    .select("id")
    .where("number", "=", number)
    .where("id", "!=", person)
    .executeTakeFirst();
  if (holder !== undefined) {
    throw new CodedError("person.number-taken", `number ${number} belongs to someone else`);
  }
}

/** The one after the highest; numbers begin with 1 so that nothing eats a leading 0. */
export async function nextNumber(
  queries: Queries,
  workspace: Pick<Workspace, "numberLength">,
): Promise<string> {
  const { highest } = await queries
    .selectFrom("people")
    .select((expression) => expression.fn.max<string | null>("number").as("highest"))
    .executeTakeFirstOrThrow();
  return numberAfter(highest, workspace);
}

/** Throws CodedError `person.numbers-spent` after the last. */
export function numberAfter(highest: string | null, workspace: Pick<Workspace, "numberLength">): string {
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
