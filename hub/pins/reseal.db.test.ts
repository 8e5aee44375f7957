import { expect, it } from "vitest";
import type { HubContext } from "../context.ts";
import { importPeople } from "../people/import.ts";
import { hubSecrets } from "../secrets.ts";
import { TestBox } from "../testing/box.ts";
import { addTestPerson } from "../testing/hub.ts";
import { describeOnDatabases } from "../testing/on-databases.ts";
import { aKiosk, anAssignee, anOwner, refusal } from "../testing/people.ts";
import { changePinLength } from "./length.ts";
import { showPersonPin } from "./person-pin.ts";
import { resealPins } from "./reseal.ts";

/** The test hub's key, and one that follows it. */
const HUB_KEY = new Uint8Array(32).fill(7);
const NEXT_KEY = new Uint8Array(32).fill(8);

async function everythingKept(context: HubContext): Promise<string[]> {
  const kept: string[] = [];
  for (const table of ["people", "kiosks", "shelved_pins"] as const) {
    const rows = await context.store.queries
      .selectFrom(table)
      .select(["pin_index", "pin_slow_hash", "pin_sealed"])
      .execute();
    for (const row of rows) kept.push(...Object.values(row).filter((value) => value !== null));
  }
  return kept;
}

describeOnDatabases("key rotation", (on) => {
  it("puts every PIN under the newest key, shelved ones too; all of them work on", async () => {
    const owner = await anOwner(on.hub);
    const { kiosk } = await aKiosk(on.hub);
    const { person } = await anAssignee(on.hub, kiosk, { pin: "4821" });
    await changePinLength(on.hub.context, owner, 6);
    const { pin } = await showPersonPin(on.hub.context, owner, person);
    const rotated = { ...on.hub.context, secrets: hubSecrets(HUB_KEY, NEXT_KEY) };
    expect(await resealPins(rotated)).toBe(6);
    expect(await resealPins(rotated)).toBe(0);
    const kept = await everythingKept(on.hub.context);
    expect(kept).toHaveLength(18);
    expect(kept.every((each) => each.startsWith(rotated.secrets.pins.currentPrefix))).toBe(true);
    expect(await showPersonPin(rotated, owner, person)).toEqual({ pin });
    await expect(showPersonPin(on.hub.context, owner, person)).rejects.toEqual(refusal("pin.key-unknown"));
    await changePinLength(rotated, owner, 4);
    expect(await showPersonPin(rotated, owner, person)).toEqual({ pin: "4821" });
    const box = await TestBox.pair({ ...on.hub, context: rotated }, kiosk);
    expect(await box.try(person, "4821")).toBe("personal");
  });

  it("is resumable: cut short after any batch, both keys are read, PIN rule 8 holds, and it goes on", async () => {
    const owner = await anOwner(on.hub);
    const file = new TextEncoder().encode(`name\n${"Ana\n".repeat(410)}`);
    const people = await importPeople(on.hub.context, owner, file);
    const rotated = { ...on.hub.context, secrets: hubSecrets(HUB_KEY, NEXT_KEY) };
    let transactions = 0;
    const dying: HubContext = {
      ...rotated,
      store: {
        ...rotated.store,
        transaction(work) {
          transactions += 1;
          return transactions > 1 ? Promise.reject(new Error("power")) : rotated.store.transaction(work);
        },
      },
    };
    await expect(resealPins(dying)).rejects.toThrow("power");
    const prefix = rotated.secrets.pins.currentPrefix;
    const done = (await everythingKept(rotated)).filter((each) => each.startsWith(prefix)).length;
    expect(done).toBe(3 * 200);
    for (const { person, pin } of people) {
      expect(await showPersonPin(rotated, owner, person)).toEqual({ pin });
    }
    for (const each of [people[0], people[409]]) {
      const taken = addTestPerson({ ...on.hub, context: rotated }, { pin: each?.pin ?? "", role: "admin" });
      await expect(taken).rejects.toEqual(refusal("pin.clash-role"));
    }
    expect(await resealPins(rotated)).toBe(211);
    expect((await everythingKept(rotated)).every((each) => each.startsWith(prefix))).toBe(true);
  });

  it("seals what an older hub kept as it was", async () => {
    const { context } = on.hub;
    const { person } = await addTestPerson(on.hub, { pin: "4821" });
    const { queries } = context.store;
    const row = await queries
      .selectFrom("people")
      .selectAll()
      .where("id", "=", person)
      .executeTakeFirstOrThrow();
    const slowHash = context.secrets.pins.open(person, "slow hash", row.pin_slow_hash ?? "");
    const older = {
      pin_slow_hash: Buffer.from(slowHash).toString("base64"),
      pin_index: (row.pin_index ?? "").split(".")[1] ?? "",
      pin_sealed: null,
    };
    await queries.updateTable("people").set(older).where("id", "=", person).execute();
    expect(await resealPins(context)).toBe(1);
    const now = await queries
      .selectFrom("people")
      .selectAll()
      .where("id", "=", person)
      .executeTakeFirstOrThrow();
    expect(now.pin_index).toBe(row.pin_index);
    expect(context.secrets.pins.open(person, "slow hash", now.pin_slow_hash ?? "")).toEqual(slowHash);
  });
});
