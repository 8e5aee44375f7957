import { CodedError } from "../../protocol/errors.ts";
import type { PersonId } from "../../protocol/ids.ts";
import type { PinLength } from "../../protocol/roster.ts";
import type { Actor } from "../access.ts";
import { forgetGuesses } from "../alarms/slow-guess.ts";
import type { HubContext } from "../context.ts";
import type { HubTransaction, PinColumns, Queries } from "../store/schema.ts";
import { clearTries } from "../tries/tries.ts";
import { theWorkspace } from "../workspace/workspace.ts";
import { derivePin, storedColumns } from "./derive.ts";
import { countPinEdit } from "./edit-limit.ts";
import { PinChooser } from "./generate.ts";
import type { PinOwner } from "./pin-keys.ts";
import { clashProblem, shapeProblem, type PinHolder, type PinProblem, type PinUse } from "./rules.ts";
import { PinUses, useByOthers } from "./uses.ts";

/**
 * PINs against the database. A slow hash takes too long to be derived inside a transaction, so a PIN is chosen,
 * derived, and then checked again in the transaction that stores it: of two that clash, one is refused (PIN case 8).
 */

/** Times a generated PIN may be lost to someone who was faster before giving up. */
export const MAX_PIN_ATTEMPTS = 5;

const PROBLEM_TEXTS: Readonly<Record<PinProblem, string>> = {
  "pin.length": "a PIN has exactly as many digits as the workspace asks for",
  "pin.repeated": "a PIN cannot be one digit repeated",
  "pin.clash-role": "an admin and a non-admin cannot have the same PIN",
  "pin.clash-universal": "an admin and a kiosk cannot have the same PIN",
  "pin.clash-kiosk": "two kiosks cannot have the same Universal PIN",
};

/** A refused PIN: which rule, never which PIN or whose. */
export function pinRefused(problem: PinProblem): CodedError {
  return new CodedError(problem, PROBLEM_TEXTS[problem]);
}

/** Allowed by rule 8, but to be told: a colleague who knows the PIN opens everyone at that kiosk, and this person. */
export type PinWarning = "pin.same-as-universal";

/** What to tell of a PIN that may be stored. */
export function warningOf(holder: PinHolder, use: PinUse): PinWarning | null {
  const isShared = (holder === "member" && use.kiosks) || (holder === "kiosk" && use.members);
  return isShared ? "pin.same-as-universal" : null;
}

/** Opens a PIN that is kept; null where it is not: write-only when it was set. Throws as {@link PinKeys.open} does. */
export function openPin(
  context: HubContext,
  owner: PinOwner,
  row: Pick<PinColumns, "pin_sealed">,
): string | null {
  if (row.pin_sealed === null) return null;
  return Buffer.from(context.secrets.pins.open(owner, "pin", row.pin_sealed)).toString("utf8");
}

/** For whom a PIN is, as it stands now. */
export interface PinSubject {
  readonly holder: PinHolder;
  /** The person's employee number; null for a kiosk. */
  readonly ownNumber: string | null;
}

/** Proposes a PIN by {@link PinChooser} against all PINs in use now. */
export async function proposePin(
  context: HubContext,
  queries: Queries,
  subject: PinSubject,
  length: PinLength,
): Promise<string> {
  const uses = await PinUses.read(context, queries);
  return new PinChooser(length, (pin) => uses.of(pin), context.random).choose(
    subject.holder,
    subject.ownNumber,
  );
}

/** Throws CodedError with the {@link PinProblem} of `pin`; returns who else has it when it may be stored. */
async function checkPin(
  context: HubContext,
  queries: Queries,
  wish: PinWish,
  pin: string,
): Promise<PinWarning | null> {
  const { holder } = await wish.subject(queries);
  const { pinLength } = await theWorkspace(queries);
  const shape = shapeProblem(pin, pinLength);
  if (shape !== null) throw pinRefused(shape);
  const use = await useByOthers(queries, context.secrets.pins.indexes(pin), wish.owner);
  const clash = clashProblem(holder, use);
  if (clash !== null) throw pinRefused(clash);
  return warningOf(holder, use);
}

export interface PinWish {
  readonly owner: PinOwner;
  /** A PIN of the admin's choice; null generates one. */
  readonly typed: string | null;
  /** Read before the PIN is chosen and again in the transaction; rejects when there is nobody to give a PIN to. */
  subject(queries: Queries): Promise<PinSubject>;
}

export interface StoredPin<Result> {
  readonly pin: string;
  readonly warning: PinWarning | null;
  readonly result: Result;
}

/**
 * Gets a PIN stored: the given one, or a generated one, once more when someone else was faster. `save` runs after the
 * check, in the same transaction. Rejects with CodedError: a {@link PinProblem}, `pin.none-left`, `pin.too-many-edits`,
 * or as `wish.subject` does.
 */
export async function storePin<Result>(
  context: HubContext,
  actor: Actor,
  wish: PinWish,
  save: (transaction: HubTransaction, columns: PinColumns) => Promise<Result>,
): Promise<StoredPin<Result>> {
  const { queries } = context.store;
  if (wish.typed !== null) await countPinEdit(context, actor);
  for (let attempt = 1; ; attempt += 1) {
    const pin = wish.typed ?? (await proposeFor(context, wish));
    // Refuse what is plainly wrong before the slow hash is paid for.
    await checkPin(context, queries, wish, pin);
    const derived = await derivePin(context, wish.owner, pin);
    try {
      return await context.store.transaction(async (transaction) => {
        const warning = await checkPin(context, transaction, wish, pin);
        const columns = storedColumns(derived, await theWorkspace(transaction));
        return { pin, warning, result: await save(transaction, columns) };
      });
    } catch (error) {
      const lostRace = error instanceof CodedError && LOST_RACES.has(error.code);
      if (wish.typed !== null || !lostRace || attempt >= MAX_PIN_ATTEMPTS) throw error;
    }
  }
}

/** What can become of a generated PIN between its choice and the transaction. */
const LOST_RACES: ReadonlySet<string> = new Set<PinProblem>([
  "pin.length",
  "pin.clash-role",
  "pin.clash-universal",
  "pin.clash-kiosk",
]);

async function proposeFor(context: HubContext, wish: PinWish): Promise<string> {
  const { queries } = context.store;
  const { pinLength } = await theWorkspace(queries);
  return proposePin(context, queries, await wish.subject(queries), pinLength);
}

/**
 * A person has a new PIN of an admin's making: their request is closed, their waits end (PIN rule 7), and older PINs of
 * another length will not come back (PIN case 7).
 */
export async function settleNewPin(
  transaction: HubTransaction,
  context: HubContext,
  person: PersonId,
): Promise<void> {
  await endForgetting(transaction, context, person);
  await transaction.deleteFrom("shelved_pins").where("owner", "=", person).execute();
}

/** What was forgotten does not matter any more: closes the request, if there is one, and ends waits and counts. */
export async function endForgetting(
  transaction: HubTransaction,
  context: HubContext,
  person: PersonId,
): Promise<void> {
  const nowMs = context.wallClock.wallMs();
  await clearTries(transaction, person);
  await forgetGuesses(transaction, person);
  await transaction
    .updateTable("pin_requests")
    .set({ closed_ms: nowMs })
    .where("person", "=", person)
    .where("closed_ms", "is", null)
    .execute();
}
