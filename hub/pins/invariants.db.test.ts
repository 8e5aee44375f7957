import fc from "fast-check";
import { expect, it } from "vitest";
import { codeOf } from "../../protocol/errors.ts";
import type { KioskId, PersonId } from "../../protocol/ids.ts";
import { isAdmin, type PinLength, type Role } from "../../protocol/roster.ts";
import { HUB_ACTOR } from "../access.ts";
import { deleteKiosk, editKiosk } from "../kiosks/edit.ts";
import { saveUniversalPin } from "../kiosks/universal-pin.ts";
import { deactivatePerson, reactivatePerson } from "../people/activity.ts";
import { editPerson } from "../people/edit.ts";
import { addTestPerson, type TestHub } from "../testing/hub.ts";
import { describeOnDatabases } from "../testing/on-databases.ts";
import { aKiosk } from "../testing/people.ts";
import { changePinLength } from "./length.ts";
import { savePersonPin } from "./person-pin.ts";
import { setWriteOnlyPins } from "./write-only.ts";

/**
 * Any acts of admins in any order, beside a model that knows every PIN: what the rules refuse is refused, what they allow
 * is done, and the database says at the end what the model says.
 */

/** Few, so that they clash; one that is repeated, one that is too short for any length. */
const PINS = ["4821", "7306", "2958", "482193", "730641", "5555", "666666", "482"];
const ROLES = ["owner", "admin", "manager", "regular"] as const satisfies readonly Role[];

type Act =
  | { readonly act: "add"; readonly role: Role; readonly pin: string | null }
  | { readonly act: "save"; readonly who: number; readonly pin: string }
  | { readonly act: "role"; readonly who: number; readonly role: Role; readonly newPin: boolean }
  | { readonly act: "deactivate" | "reactivate"; readonly who: number }
  | { readonly act: "kiosk"; readonly requiresPin: boolean; readonly pin: string | null }
  | { readonly act: "universal"; readonly which: number; readonly pin: string }
  | { readonly act: "delete"; readonly which: number }
  | { readonly act: "requires"; readonly which: number; readonly on: boolean }
  | { readonly act: "length"; readonly length: PinLength }
  | { readonly act: "write-only"; readonly on: boolean };

const pin = fc.constantFrom(...PINS);
const role = fc.constantFrom(...ROLES);
const who = fc.nat(5);
const anAct: fc.Arbitrary<Act> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ act: fc.constant("add" as const), role, pin: fc.option(pin) }) },
  { weight: 3, arbitrary: fc.record({ act: fc.constant("save" as const), who, pin }) },
  { weight: 3, arbitrary: fc.record({ act: fc.constant("role" as const), who, role, newPin: fc.boolean() }) },
  {
    weight: 1,
    arbitrary: fc.record({ act: fc.constantFrom("deactivate" as const, "reactivate" as const), who }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      act: fc.constant("kiosk" as const),
      requiresPin: fc.boolean(),
      pin: fc.option(pin),
    }),
  },
  { weight: 2, arbitrary: fc.record({ act: fc.constant("universal" as const), which: fc.nat(3), pin }) },
  { weight: 1, arbitrary: fc.record({ act: fc.constant("delete" as const), which: fc.nat(3) }) },
  {
    weight: 1,
    arbitrary: fc.record({ act: fc.constant("requires" as const), which: fc.nat(3), on: fc.boolean() }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      act: fc.constant("length" as const),
      length: fc.constantFrom(4 as const, 6 as const),
    }),
  },
  { weight: 1, arbitrary: fc.record({ act: fc.constant("write-only" as const), on: fc.boolean() }) },
);

interface ModelPerson {
  readonly id: PersonId;
  role: Role;
  pin: string | null;
}
interface ModelKiosk {
  readonly id: KioskId;
  pin: string;
  requiresPin: boolean;
}

/** Rule 8, and cases 1, 6 and 7, said once more and more simply. */
class Model {
  readonly people: ModelPerson[] = [];
  readonly kiosks: ModelKiosk[] = [];
  length: PinLength = 4;
  /** PINs of the other length, by owner. */
  readonly shelf = new Map<string, string>();

  /** The code of the refusal that a PIN of this holder must meet, or null. */
  problem(given: string, holder: Role | "kiosk", own: PersonId | KioskId | null): string | null {
    if (given.length !== this.length) return "pin.length";
    if (new Set(given).size === 1) return "pin.repeated";
    const others = this.people.filter((person) => person.id !== own && person.pin === given);
    const admins = others.some((person) => isAdmin(person.role));
    const members = others.some((person) => !isAdmin(person.role));
    const kiosks = this.kiosks.some((kiosk) => kiosk.id !== own && kiosk.pin === given);
    if (holder === "kiosk") return kiosks ? "pin.clash-kiosk" : admins ? "pin.clash-universal" : null;
    if (isAdmin(holder)) return members ? "pin.clash-role" : kiosks ? "pin.clash-universal" : null;
    return admins ? "pin.clash-role" : null;
  }

  isLastOwner(person: ModelPerson): boolean {
    const owners = this.people.filter((each) => each.role === "owner" && each.pin !== null);
    return person.role === "owner" && person.pin !== null && owners.length === 1;
  }
}

/** Does an act at the hub and in the model; both must say the same. */
async function perform(hub: TestHub, model: Model, given: Act): Promise<void> {
  const { context } = hub;
  const person = "who" in given ? model.people[given.who % Math.max(1, model.people.length)] : undefined;
  const kiosk = "which" in given ? model.kiosks[given.which % Math.max(1, model.kiosks.length)] : undefined;
  switch (given.act) {
    case "add": {
      const due = given.pin === null ? null : model.problem(given.pin, given.role, null);
      const added = await settled(addTestPerson(hub, { role: given.role, pin: given.pin }), due);
      if (added === null) return;
      expect(model.problem(added.pin, given.role, null)).toBeNull();
      model.people.push({ id: added.person, role: given.role, pin: added.pin });
      return;
    }
    case "save": {
      if (person === undefined) return;
      const { role: own } = person;
      const due = person.pin === null ? "person.inactive" : model.problem(given.pin, own, person.id);
      const saved = await settled(
        savePersonPin(context, HUB_ACTOR, person.id, given.pin),
        given.pin === person.pin ? null : due,
      );
      if (saved === null) return;
      expect(saved.isNew).toBe(given.pin !== person.pin);
      if (saved.isNew) model.shelf.delete(person.id);
      person.pin = given.pin;
      return;
    }
    case "role": {
      if (person === undefined) return;
      const due = roleProblem(model, person, given.role, given.newPin);
      const edited = await settled(
        editPerson(context, HUB_ACTOR, person.id, { role: given.role }, given.newPin),
        due,
      );
      if (edited === null) return;
      person.role = given.role;
      if (edited.pin === null) return;
      expect(model.problem(edited.pin, given.role, person.id)).toBeNull();
      person.pin = edited.pin;
      model.shelf.delete(person.id);
      return;
    }
    case "deactivate": {
      if (person === undefined) return;
      const due = model.isLastOwner(person) ? "person.last-owner" : null;
      await settled(deactivatePerson(context, HUB_ACTOR, person.id), due);
      if (due !== null) return;
      person.pin = null;
      model.shelf.delete(person.id);
      return;
    }
    case "reactivate": {
      if (person === undefined) return;
      const back = await settled(
        reactivatePerson(context, HUB_ACTOR, person.id),
        person.pin === null ? null : "person.active",
      );
      if (back === null) return;
      expect(model.problem(back.pin, person.role, person.id)).toBeNull();
      person.pin = back.pin;
      return;
    }
    case "kiosk": {
      const due = given.pin === null ? null : model.problem(given.pin, "kiosk", null);
      const wanted = { requiresPin: given.requiresPin, universalPin: given.pin };
      const made = await settled(aKiosk(hub, wanted), due);
      if (made === null) return;
      expect(model.problem(made.universalPin, "kiosk", null)).toBeNull();
      model.kiosks.push({ id: made.kiosk, pin: made.universalPin, requiresPin: given.requiresPin });
      return;
    }
    case "universal": {
      if (kiosk === undefined) return;
      const rule = given.pin === kiosk.pin ? null : model.problem(given.pin, "kiosk", kiosk.id);
      const due = kiosk.requiresPin ? rule : "kiosk.requires-pin-off";
      const saved = await settled(saveUniversalPin(context, HUB_ACTOR, kiosk.id, given.pin), due);
      if (saved === null) return;
      kiosk.pin = given.pin;
      if (saved.isNew) model.shelf.delete(kiosk.id);
      return;
    }
    case "delete":
      if (kiosk === undefined) return;
      await deleteKiosk(context, HUB_ACTOR, kiosk.id);
      model.kiosks.splice(model.kiosks.indexOf(kiosk), 1);
      return;
    case "requires":
      if (kiosk === undefined) return;
      await editKiosk(context, HUB_ACTOR, kiosk.id, { requiresPin: given.on });
      kiosk.requiresPin = given.on;
      return;
    case "length":
      await changeLength(hub, model, given.length);
      return;
    case "write-only":
      await setWriteOnlyPins(context, HUB_ACTOR, given.on);
      return;
  }
}

function roleProblem(model: Model, person: ModelPerson, wanted: Role, newPin: boolean): string | null {
  if (newPin && person.pin === null) return "person.inactive";
  if (wanted !== person.role && model.isLastOwner(person)) return "person.last-owner";
  if (newPin || person.pin === null || isAdmin(wanted) === isAdmin(person.role)) return null;
  return model.problem(person.pin, wanted, person.id);
}

/** The result where none is due to be refused; null where exactly this code is. */
async function settled<Result>(acting: Promise<Result>, due: string | null): Promise<Result | null> {
  try {
    const result = await acting;
    expect(due).toBeNull();
    return result;
  } catch (error) {
    expect(codeOf(error)).toBe(due);
    return null;
  }
}

/** Whoever was not given a new PIN must have their old one back; whoever was had none, or one that clashes now. */
async function changeLength(hub: TestHub, model: Model, length: PinLength): Promise<void> {
  const { issued } = await changePinLength(hub.context, HUB_ACTOR, length);
  if (length === model.length) {
    expect(issued).toEqual([]);
    return;
  }
  model.length = length;
  const fresh = new Map<string, string>(issued.map((each) => [each.owner, each.pin]));
  const shelved = new Map(model.shelf);
  model.shelf.clear();
  const owners = [...model.kiosks, ...model.people.filter((person) => person.pin !== null)];
  for (const owner of owners) {
    if (owner.pin !== null) model.shelf.set(owner.id, owner.pin);
    owner.pin = fresh.get(owner.id) ?? shelved.get(owner.id) ?? "none";
  }
  for (const owner of owners) {
    const old = shelved.get(owner.id);
    const holder = "role" in owner ? owner.role : "kiosk";
    if (fresh.has(owner.id) && old !== undefined) expect(model.problem(old, holder, owner.id)).not.toBeNull();
  }
}

/** The database has the model's PINs and no others, and they keep rule 8. */
async function compare(hub: TestHub, model: Model): Promise<void> {
  const { pins } = hub.context.secrets;
  const { queries } = hub.context.store;
  const indexes = new Map<string, string | null>();
  for (const table of ["people", "kiosks"] as const) {
    const rows = await queries.selectFrom(table).select(["id", "pin_index"]).execute();
    for (const row of rows) indexes.set(row.id, row.pin_index);
  }
  for (const { id, pin: own, role: holder } of model.people) {
    expect(indexes.get(id)).toBe(own === null ? null : pins.index(own));
    if (own !== null) expect(model.problem(own, holder, id)).toBeNull();
  }
  for (const { id, pin: own } of model.kiosks) {
    expect(indexes.get(id)).toBe(pins.index(own));
    expect(model.problem(own, "kiosk", id)).toBeNull();
  }
}

describeOnDatabases("PIN rule 8, whatever admins do", (on) => {
  it("PIN rule 8: holds after any acts in any order, and refuses nothing that it allows", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(anAct, { minLength: 5, maxLength: 25 }), async (acts) => {
        const hub = await on.startAfresh();
        const model = new Model();
        for (const act of acts) {
          await perform(hub, model, act);
          await compare(hub, model);
        }
      }),
      { numRuns: RUNS },
    );
  });
});

const RUNS = 25;
