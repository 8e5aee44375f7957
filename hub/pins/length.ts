import { CodedError } from "../../protocol/errors.ts";
import type { KioskId } from "../../protocol/ids.ts";
import type { PinLength } from "../../protocol/roster.ts";
import { requireAdmin, type Actor } from "../access.ts";
import { recordAudit } from "../audit/audit.ts";
import { forgetGuesses } from "../alarms/slow-guess.ts";
import type { HubContext } from "../context.ts";
import { touchAll } from "../kiosks/revision.ts";
import type { HubTransaction, PinColumns, Queries } from "../store/schema.ts";
import { theWorkspace } from "../workspace/workspace.ts";
import { derivePins, storedColumns, type DerivedPin } from "./derive.ts";
import { PinChooser } from "./generate.ts";
import type { PinOwner } from "./pin-keys.ts";
import { endForgetting } from "./pins.ts";
import { clashProblem } from "./rules.ts";
import { ownersOfPins, putPin, shelvePins, type OwnerOfPin } from "./shelf.ts";
import { PinUses } from "./uses.ts";

/**
 * PIN length, 4 or 6 digits for the whole workspace. A change gives everyone a PIN of the new length at one moment: the
 * one they had when the workspace last had that length, else a generated one (PIN case 7).
 */

/** Times that people may come, go or change between the choice of PINs and the change before it gives up. */
export const MAX_LENGTH_ATTEMPTS = 5;

export interface IssuedPin {
  readonly owner: PinOwner;
  /** To be shown once. */
  readonly pin: string;
}

export interface ChangedLength {
  /** PINs that were generated, of people and kiosks; everyone else has their old one back. */
  readonly issued: readonly IssuedPin[];
  readonly restored: number;
}

/**
 * Changes the length; the present PINs are kept for the way back. Derives one slow hash for each generated PIN, which
 * takes minutes for thousands of people. Does nothing when it is that length already. Rejects with CodedError
 * `pin.none-left`, `workspace.busy` when others keep changing who needs a PIN, `access.admins-only`.
 */
export async function changePinLength(
  context: HubContext,
  actor: Actor,
  length: PinLength,
): Promise<ChangedLength> {
  requireAdmin(actor);
  const prepared = new Map<PinOwner, DerivedPin>();
  for (let attempt = 1; attempt <= MAX_LENGTH_ATTEMPTS; attempt += 1) {
    await prepare(context, length, prepared);
    const changed = await context.store.transaction((transaction) =>
      change(transaction, context, actor, length, prepared),
    );
    if (changed === null) continue;
    context.changes.tell({ topics: ["workspace", "people", "kiosks", "requests"], rosters: changed.kiosks });
    return changed;
  }
  throw new CodedError("workspace.busy", "people and kiosks changed all the while: try again in a moment");
}

/** Chooses and derives what is missing in `prepared`; what cannot be used any more is chosen anew. */
async function prepare(
  context: HubContext,
  length: PinLength,
  prepared: Map<PinOwner, DerivedPin>,
): Promise<void> {
  const placing = await place(context, context.store.queries, length, prepared);
  const chooser = new PinChooser(length, (pin) => placing.uses.of(pin), context.random);
  const wanted: { owner: PinOwner; pin: string }[] = [];
  for (const each of placing.missing) {
    const pin = chooser.choose(each.holder, each.number);
    placing.uses.add(pin, each.holder);
    wanted.push({ owner: each.owner, pin });
  }
  for (const [owner, derived] of await derivePins(context, wanted)) prepared.set(owner, derived);
}

interface Placing {
  readonly uses: PinUses;
  readonly restored: readonly { readonly owner: OwnerOfPin; readonly columns: PinColumns }[];
  readonly generated: readonly { readonly owner: OwnerOfPin; readonly derived: DerivedPin }[];
  readonly missing: readonly OwnerOfPin[];
}

/** Who gets which PIN: old ones first, kiosks before admins before others, each if it clashes with none before. */
async function place(
  context: HubContext,
  queries: Queries,
  length: PinLength,
  prepared: ReadonlyMap<PinOwner, DerivedPin>,
): Promise<Placing> {
  const uses = PinUses.none(context);
  const fits = (index: string, each: OwnerOfPin): boolean => {
    if (clashProblem(each.holder, uses.ofIndexes([index])) !== null) return false;
    uses.addIndex(index, each.holder);
    return true;
  };
  const owners = await ownersOfPins(queries, length);
  const restored: { owner: OwnerOfPin; columns: PinColumns }[] = [];
  const others: OwnerOfPin[] = [];
  for (const owner of owners) {
    const columns = owner.shelved;
    const index = columns?.pin_index ?? null;
    if (columns !== null && index !== null && fits(index, owner)) restored.push({ owner, columns });
    else others.push(owner);
  }
  const generated: { owner: OwnerOfPin; derived: DerivedPin }[] = [];
  const missing: OwnerOfPin[] = [];
  for (const owner of others) {
    const derived = prepared.get(owner.owner);
    if (derived !== undefined && fits(derived.columns.pin_index, owner)) generated.push({ owner, derived });
    else missing.push(owner);
  }
  return { uses, restored, generated, missing };
}

/** Null when someone needs a PIN that is not prepared. */
async function change(
  transaction: HubTransaction,
  context: HubContext,
  actor: Actor,
  length: PinLength,
  prepared: ReadonlyMap<PinOwner, DerivedPin>,
): Promise<(ChangedLength & { readonly kiosks: readonly KioskId[] }) | null> {
  const workspace = await theWorkspace(transaction);
  if (workspace.pinLength === length) return { issued: [], restored: 0, kiosks: [] };
  const placing = await place(context, transaction, length, prepared);
  if (placing.missing.length > 0) return null;
  await shelvePins(transaction, workspace.pinLength);
  for (const { owner, columns } of placing.restored) await putPin(transaction, owner, columns);
  for (const { owner, derived } of placing.generated) {
    await putPin(transaction, owner, storedColumns(derived, workspace));
    if (owner.kind === "person") await endForgetting(transaction, context, owner.owner);
    else await forgetGuesses(transaction, owner.owner);
  }
  await transaction.deleteFrom("shelved_pins").where("length", "=", length).execute();
  await transaction.updateTable("workspace").set({ pin_length: length }).execute();
  await recordAudit(transaction, context, {
    actor,
    action: "workspace.pin-length-changed",
    subject: null,
  });
  const kiosks = await transaction
    .selectFrom("kiosks")
    .select("id")
    .where("deleted_ms", "is", null)
    .execute();
  for (const { id } of kiosks) await touchAll(transaction, id);
  return {
    issued: placing.generated.map(({ owner, derived }) => ({ owner: owner.owner, pin: derived.pin })),
    restored: placing.restored.length,
    kiosks: kiosks.map(({ id }) => id),
  };
}
