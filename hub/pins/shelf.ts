import type { KioskId, PersonId } from "../../protocol/ids.ts";
import { isAdmin, type PinLength } from "../../protocol/roster.ts";
import type { HubTransaction, PinColumns, Queries } from "../store/schema.ts";
import { holderOf, type PinHolder } from "./rules.ts";

/** Where PINs wait whose length is not the workspace's now. */

/** Someone or something that always has a PIN: an active person, or a kiosk. */
export type OwnerOfPin = {
  readonly holder: PinHolder;
  /** Employee number; null for a kiosk. */
  readonly number: string | null;
  /** Their PIN of the length that was asked for. */
  readonly shelved: PinColumns | null;
} & (
  { readonly kind: "person"; readonly owner: PersonId } | { readonly kind: "kiosk"; readonly owner: KioskId }
);

/** Everyone with a PIN, kiosks first, then admins, then others, each in a fixed order. */
export async function ownersOfPins(queries: Queries, length: PinLength): Promise<OwnerOfPin[]> {
  const shelf = await queries.selectFrom("shelved_pins").selectAll().where("length", "=", length).execute();
  const shelved = new Map<string, PinColumns>(shelf.map((row) => [row.owner, row]));
  const kiosks = await queries
    .selectFrom("kiosks")
    .select("id")
    .where("deleted_ms", "is", null)
    .orderBy("created_ms")
    .orderBy("id")
    .execute();
  const people = await queries
    .selectFrom("people")
    .select(["id", "role", "number"])
    .where("active", "=", 1)
    .orderBy("number")
    .execute();
  const admins = people.filter((person) => isAdmin(person.role));
  const members = people.filter((person) => !isAdmin(person.role));
  return [
    ...kiosks.map(({ id }) => ({
      kind: "kiosk" as const,
      owner: id,
      holder: "kiosk" as const,
      number: null,
      shelved: shelved.get(id) ?? null,
    })),
    ...[...admins, ...members].map(({ id, role, number }) => ({
      kind: "person" as const,
      owner: id,
      holder: holderOf(role),
      number,
      shelved: shelved.get(id) ?? null,
    })),
  ];
}

/** Puts every PIN in use onto the shelf as one of `length`. */
export async function shelvePins(transaction: HubTransaction, length: PinLength): Promise<void> {
  for (const table of ["people", "kiosks"] as const) {
    const rows = await transaction
      .selectFrom(table)
      .select(["id as owner", "pin_salt", "pin_slow_hash", "pin_index", "pin_sealed"])
      .where("pin_index", "is not", null)
      .execute();
    for (const row of rows) {
      await transaction
        .insertInto("shelved_pins")
        .values({ ...row, length })
        .execute();
    }
  }
}

/** Makes `columns` the owner's PIN. */
export async function putPin(
  transaction: HubTransaction,
  owner: OwnerOfPin,
  columns: PinColumns,
): Promise<void> {
  const { pin_salt, pin_slow_hash, pin_index, pin_sealed } = columns;
  const pin = { pin_salt, pin_slow_hash, pin_index, pin_sealed };
  if (owner.kind === "person") {
    await transaction.updateTable("people").set(pin).where("id", "=", owner.owner).execute();
  } else {
    await transaction.updateTable("kiosks").set(pin).where("id", "=", owner.owner).execute();
  }
}
