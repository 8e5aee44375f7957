import { CodedError } from "../../protocol/errors.ts";
import type { KioskId } from "../../protocol/ids.ts";
import { forgetGuesses } from "../alarms/slow-guess.ts";
import type { Actor } from "../access.ts";
import { recordAudit } from "../audit/audit.ts";
import type { HubContext } from "../context.ts";
import type { HubTransaction, Queries } from "../store/schema.ts";
import { theWorkspace } from "../workspace/workspace.ts";
import { derivePins, storedColumns, type DerivedPin } from "./derive.ts";
import { PinChooser } from "./generate.ts";
import type { IssuedPin } from "./length.ts";
import type { PinOwner } from "./pin-keys.ts";
import { settleNewPin } from "./pins.ts";
import { clashProblem, holderOf } from "./rules.ts";
import { putPin, type OwnerOfPin } from "./shelf.ts";
import { PinUses } from "./uses.ts";

/**
 * New PINs for a whole kiosk at one moment: for everyone whose verifiers a terminal of it had, and its Universal PIN. The
 * slow hashes are derived before the transaction, which finds them all prepared or changes nothing.
 */

/** Choices of one person's PIN that may come out as the one they have, once all PINs are in use. */
const MAX_CHOICES = 20;

type Renewed = OwnerOfPin & { readonly present: string | null };
export type PreparedPins = Map<PinOwner, DerivedPin>;

/** Chooses and derives what is missing in `prepared`. Rejects with CodedError `pin.none-left`. */
export async function prepareNewPins(
  context: HubContext,
  kiosk: KioskId,
  prepared: PreparedPins,
): Promise<void> {
  const { missing, uses, length } = await place(context, context.store.queries, kiosk, prepared);
  const chooser = new PinChooser(length, (pin) => uses.of(pin), context.random);
  const wanted: { owner: PinOwner; pin: string }[] = [];
  for (const each of missing) {
    const pin = chooseAnother(context, chooser, each);
    uses.add(pin, each.holder);
    wanted.push({ owner: each.owner, pin });
  }
  for (const [owner, derived] of await derivePins(context, wanted)) prepared.set(owner, derived);
}

function chooseAnother(
  context: HubContext,
  chooser: PinChooser,
  { holder, number, present }: Renewed,
): string {
  for (let choice = 1; choice <= MAX_CHOICES; choice += 1) {
    const pin = chooser.choose(holder, number);
    if (present === null || !context.secrets.pins.indexes(pin).includes(present)) return pin;
  }
  throw new CodedError(
    "pin.none-left",
    "no other PIN is left that breaks no rule: free some, or use longer PINs",
  );
}

/** Gives them; null, and nothing is changed, when someone needs a PIN that is not prepared. */
export async function giveNewPins(
  transaction: HubTransaction,
  context: HubContext,
  actor: Actor,
  kiosk: KioskId,
  prepared: PreparedPins,
): Promise<readonly IssuedPin[] | null> {
  const { fitting, missing } = await place(context, transaction, kiosk, prepared);
  if (missing.length > 0) return null;
  const workspace = await theWorkspace(transaction);
  for (const { owner, derived } of fitting) {
    await putPin(transaction, owner, storedColumns(derived, workspace));
    if (owner.kind === "person") {
      await settleNewPin(transaction, context, owner.owner);
      await recordAudit(transaction, context, { actor, action: "pin.changed", subject: owner.owner });
    } else {
      await transaction.deleteFrom("shelved_pins").where("owner", "=", owner.owner).execute();
      await forgetGuesses(transaction, owner.owner);
      const action = "kiosk.universal-pin-changed";
      await recordAudit(transaction, context, { actor, action, subject: owner.owner });
    }
  }
  return fitting.map(({ owner, derived }) => ({ owner: owner.owner, pin: derived.pin }));
}

interface Placing {
  readonly length: 4 | 6;
  readonly uses: PinUses;
  readonly fitting: readonly { readonly owner: Renewed; readonly derived: DerivedPin }[];
  readonly missing: readonly Renewed[];
}

/** Who has a prepared PIN that breaks no rule beside all that are in use now. */
async function place(
  context: HubContext,
  queries: Queries,
  kiosk: KioskId,
  prepared: ReadonlyMap<PinOwner, DerivedPin>,
): Promise<Placing> {
  const { pinLength: length } = await theWorkspace(queries);
  const uses = await PinUses.read(context, queries);
  const fitting: { owner: Renewed; derived: DerivedPin }[] = [];
  const missing: Renewed[] = [];
  for (const owner of await ownersAt(queries, kiosk)) {
    const derived = prepared.get(owner.owner);
    const fits = derived?.pin.length === length && clashProblem(owner.holder, uses.of(derived.pin)) === null;
    if (derived !== undefined && fits) {
      uses.add(derived.pin, owner.holder);
      fitting.push({ owner, derived });
    } else {
      missing.push(owner);
    }
  }
  return { length, uses, fitting, missing };
}

/** The kiosk itself, and everyone who has a PIN and may punch there, also who may only clock out once (PIN case 11). */
async function ownersAt(queries: Queries, kiosk: KioskId): Promise<Renewed[]> {
  const place = await queries
    .selectFrom("kiosks")
    .select("pin_index")
    .where("id", "=", kiosk)
    .where("deleted_ms", "is", null)
    .executeTakeFirst();
  // A deleted kiosk's Universal PIN is free.
  if (place === undefined) return [];
  const people = await queries
    .selectFrom("kiosk_people")
    .innerJoin("people", "people.id", "kiosk_people.person")
    .select(["people.id", "people.role", "people.number", "people.pin_index"])
    .where("kiosk_people.kiosk", "=", kiosk)
    .where((row) => row.or([row("kiosk_people.removed", "=", 0), row("kiosk_people.leaving", "=", 1)]))
    .where("people.active", "=", 1)
    .orderBy("people.number")
    .execute();
  return [
    { kind: "kiosk", owner: kiosk, holder: "kiosk", number: null, shelved: null, present: place.pin_index },
    ...people.map((row): Renewed => ({
      kind: "person",
      owner: row.id,
      holder: holderOf(row.role),
      number: row.number,
      shelved: null,
      present: row.pin_index,
    })),
  ];
}
