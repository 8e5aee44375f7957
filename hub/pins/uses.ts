import { isAdmin } from "../../protocol/roster.ts";
import type { HubContext } from "../context.ts";
import type { Queries } from "../store/schema.ts";
import type { PinOwner } from "./pin-keys.ts";
import { holderOf, UNUSED, type PinHolder, type PinUse } from "./rules.ts";

/** Who has which PIN, by the keyed index: nothing is opened to answer that. */

/** Who but `owner` has a PIN with one of these indexes. */
export async function useByOthers(
  queries: Queries,
  indexes: readonly string[],
  owner: PinOwner,
): Promise<PinUse> {
  const people = await queries
    .selectFrom("people")
    .select(["id", "role"])
    .where("pin_index", "in", indexes)
    .execute();
  const kiosks = await queries.selectFrom("kiosks").select("id").where("pin_index", "in", indexes).execute();
  const others = people.filter((person) => person.id !== owner);
  return {
    admins: others.some((person) => isAdmin(person.role)),
    members: others.some((person) => !isAdmin(person.role)),
    kiosks: kiosks.some((kiosk) => kiosk.id !== owner),
  };
}

/** Everyone's PINs by their indexes: for choosing one, or checking many. */
export class PinUses {
  readonly #uses = new Map<string, PinUse>();
  /** Of PINs that were asked for. */
  readonly #indexes = new Map<string, readonly string[]>();
  readonly #context: HubContext;

  private constructor(context: HubContext) {
    this.#context = context;
  }

  static async read(context: HubContext, queries: Queries): Promise<PinUses> {
    const uses = new PinUses(context);
    const people = await queries
      .selectFrom("people")
      .select(["pin_index", "role"])
      .where("pin_index", "is not", null)
      .execute();
    for (const { pin_index: index, role } of people) {
      if (index !== null) uses.addIndex(index, holderOf(role));
    }
    const kiosks = await queries
      .selectFrom("kiosks")
      .select("pin_index")
      .where("pin_index", "is not", null)
      .execute();
    for (const { pin_index: index } of kiosks) {
      if (index !== null) uses.addIndex(index, "kiosk");
    }
    return uses;
  }

  /** Nobody's. */
  static none(context: HubContext): PinUses {
    return new PinUses(context);
  }

  of(pin: string): PinUse {
    // Choosing among few that are left asks for the same PINs again and again.
    let indexes = this.#indexes.get(pin);
    if (indexes === undefined) {
      indexes = this.#context.secrets.pins.indexes(pin);
      this.#indexes.set(pin, indexes);
    }
    return this.ofIndexes(indexes);
  }

  ofIndexes(indexes: readonly string[]): PinUse {
    let use = UNUSED;
    for (const index of indexes) {
      const found = this.#uses.get(index);
      if (found === undefined) continue;
      use = {
        admins: use.admins || found.admins,
        members: use.members || found.members,
        kiosks: use.kiosks || found.kiosks,
      };
    }
    return use;
  }

  add(pin: string, holder: PinHolder): void {
    this.addIndex(this.#context.secrets.pins.index(pin), holder);
  }

  addIndex(index: string, holder: PinHolder): void {
    const known = this.#uses.get(index) ?? UNUSED;
    this.#uses.set(index, {
      admins: known.admins || holder === "admin",
      members: known.members || holder === "member",
      kiosks: known.kiosks || holder === "kiosk",
    });
  }
}
