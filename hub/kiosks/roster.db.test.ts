import { expect, it } from "vitest";
import { deactivatePerson } from "../people/activity.ts";
import { editPerson } from "../people/edit.ts";
import { savePersonPin } from "../pins/person-pin.ts";
import { listPunches } from "../punches/list.ts";
import { TestBox } from "../testing/box.ts";
import { addTestPerson, type TestHub } from "../testing/hub.ts";
import { describeOnDatabases } from "../testing/on-databases.ts";
import { aKiosk, anAssignee, anOwner } from "../testing/people.ts";
import { assignPerson, unassignPerson } from "./assign.ts";
import { saveUniversalPin } from "./universal-pin.ts";

/** Whether each punch was flagged, oldest first. */
async function flags(hub: TestHub): Promise<boolean[]> {
  const { punches } = await listPunches(hub.context.store.queries, {
    person: null,
    day: null,
    limit: 100,
    after: null,
  });
  return punches.map((punch) => punch.outdated);
}

describeOnDatabases("what a terminal can tell PINs by", (on) => {
  it("PIN rule 4: a personal PIN opens its person's profile, and nobody else's", async () => {
    const { kiosk } = await aKiosk(on.hub);
    const ana = await anAssignee(on.hub, kiosk, { pin: "4821" });
    const jan = await anAssignee(on.hub, kiosk, { pin: "7306" });
    const box = await TestBox.pair(on.hub, kiosk);
    expect(await box.try(ana.person, "4821")).toBe("personal");
    expect(await box.try(jan.person, "4821")).toBeNull();
  });

  it("PIN case 2: two non-admins share a PIN: each opens only their own profile", async () => {
    const owner = await anOwner(on.hub);
    const { kiosk } = await aKiosk(on.hub);
    const { kiosk: elsewhere } = await aKiosk(on.hub);
    const ana = await anAssignee(on.hub, kiosk, { pin: "4821" });
    const jan = await anAssignee(on.hub, kiosk, { pin: "4821" });
    const box = await TestBox.pair(on.hub, kiosk);
    expect(await box.try(ana.person, "4821")).toBe("personal");
    expect(await box.try(jan.person, "4821")).toBe("personal");
    // Equal PINs cannot be told from what terminals are given.
    expect(box.people.get(ana.person)?.pin).not.toEqual(box.people.get(jan.person)?.pin);
    await assignPerson(on.hub.context, owner, elsewhere, ana.person);
    const other = await TestBox.pair(on.hub, elsewhere);
    expect(other.people.get(ana.person)?.pin?.verifier).not.toBe(box.people.get(ana.person)?.pin?.verifier);
  });

  it("PIN case 3: a PIN that equals the Universal PIN: own profile personal, a colleague's universal, an admin's wrong", async () => {
    const { kiosk } = await aKiosk(on.hub, { universalPin: "8062" });
    const marko = await anAssignee(on.hub, kiosk, { pin: "8062" });
    const colleague = await anAssignee(on.hub, kiosk);
    const boss = await anAssignee(on.hub, kiosk, { role: "admin" });
    const box = await TestBox.pair(on.hub, kiosk);
    expect(await box.try(marko.person, "8062")).toBe("personal");
    expect(await box.try(colleague.person, "8062")).toBe("universal");
    expect(await box.try(boss.person, "8062")).toBeNull();
  });

  it("PIN case 4: another kiosk's Universal PIN is wrong; for a manager's profile the kiosk's own is accepted", async () => {
    const { kiosk, universalPin } = await aKiosk(on.hub);
    const { universalPin: elsewhere } = await aKiosk(on.hub);
    const manager = await anAssignee(on.hub, kiosk, { role: "manager" });
    const box = await TestBox.pair(on.hub, kiosk);
    expect(await box.try(manager.person, elsewhere)).toBeNull();
    expect(await box.try(manager.person, universalPin)).toBe("universal");
  });

  it("PIN case 9: a punch that was valid under an older PIN, role or assignment counts and is flagged", async () => {
    const { context } = on.hub;
    const owner = await anOwner(on.hub);
    const { kiosk } = await aKiosk(on.hub);
    const { person } = await anAssignee(on.hub, kiosk);
    const box = await TestBox.pair(on.hub, kiosk);
    const punchOffline = async (): Promise<boolean | undefined> => {
      expect((await box.punch(person, "in")).ok).toBe(true);
      await box.sync();
      return (await flags(on.hub)).at(-1);
    };
    expect(await punchOffline()).toBe(false);
    await savePersonPin(context, owner, person, "4821");
    expect(await punchOffline()).toBe(true);
    expect(await punchOffline()).toBe(false);
    await editPerson(context, owner, person, { role: "manager" });
    expect(await punchOffline()).toBe(true);
    await unassignPerson(context, owner, kiosk, person);
    expect(await punchOffline()).toBe(true);
    expect(await flags(on.hub)).toHaveLength(5);
  });

  it("PIN case 9: what says nothing about who may punch flags nothing", async () => {
    const owner = await anOwner(on.hub);
    const { kiosk } = await aKiosk(on.hub);
    const { person } = await anAssignee(on.hub, kiosk);
    const box = await TestBox.pair(on.hub, kiosk);
    await editPerson(on.hub.context, owner, person, { name: "Ana Maria" });
    await box.punch(person, "in");
    await box.punch(person, "out");
    expect(await flags(on.hub)).toEqual([false, false]);
  });

  it("PIN case 9: a punch by a Universal PIN that had been changed is flagged, one by a personal PIN is not", async () => {
    const owner = await anOwner(on.hub);
    const { kiosk } = await aKiosk(on.hub);
    const { person } = await anAssignee(on.hub, kiosk);
    const box = await TestBox.pair(on.hub, kiosk);
    await saveUniversalPin(on.hub.context, owner, kiosk, "8062");
    await box.punch(person, "in", "universal");
    await box.punch(person, "out", "personal");
    expect(await flags(on.hub)).toEqual([true, false]);
  });

  it("PIN case 11: unassigned while clocked in: still known, only to leave, until they have", async () => {
    const { context } = on.hub;
    const owner = await anOwner(on.hub);
    const { kiosk } = await aKiosk(on.hub);
    const { person, pin } = await anAssignee(on.hub, kiosk);
    const box = await TestBox.pair(on.hub, kiosk);
    await box.punch(person, "in");
    await unassignPerson(context, owner, kiosk, person);
    await box.sync();
    expect(box.people.get(person)).toMatchObject({ leaving: true, presence: { state: "in" } });
    expect(await box.try(person, pin)).toBe("personal");
    // A terminal that is new there, too.
    expect((await TestBox.pair(on.hub, kiosk)).people.get(person)?.leaving).toBe(true);
    const heard: unknown[] = [];
    context.changes.listen((change) => void heard.push(change));
    await box.punch(person, "out");
    expect(heard).toMatchObject([{ rosters: [kiosk] }]);
    await box.sync();
    expect([...box.people]).toEqual([]);
    expect((await TestBox.pair(on.hub, kiosk)).people.size).toBe(0);
  });

  it("PIN case 11: deactivated while clocked in: the PIN is free at once and good to leave with, once", async () => {
    const { context } = on.hub;
    const owner = await anOwner(on.hub);
    const { kiosk } = await aKiosk(on.hub);
    const { person } = await anAssignee(on.hub, kiosk, { pin: "4821" });
    const box = await TestBox.pair(on.hub, kiosk);
    await box.punch(person, "in");
    await deactivatePerson(context, owner, person);
    await addTestPerson(on.hub, { pin: "4821", role: "admin" });
    await box.sync();
    expect(box.people.get(person)?.leaving).toBe(true);
    expect(await box.try(person, "4821")).toBe("personal");
    await box.punch(person, "out");
    await box.sync();
    expect([...box.people]).toEqual([]);
    const row = await context.store.queries
      .selectFrom("people")
      .select(["pin_salt", "pin_slow_hash"])
      .where("id", "=", person)
      .executeTakeFirst();
    expect(row).toEqual({ pin_salt: null, pin_slow_hash: null });
  });

  it("PIN case 11: who comes back before having left is no leaver any more", async () => {
    const { context } = on.hub;
    const owner = await anOwner(on.hub);
    const { kiosk } = await aKiosk(on.hub);
    const { person } = await anAssignee(on.hub, kiosk);
    const box = await TestBox.pair(on.hub, kiosk);
    await box.punch(person, "in");
    await unassignPerson(context, owner, kiosk, person);
    await assignPerson(context, owner, kiosk, person);
    await box.sync();
    expect(box.people.get(person)?.leaving).toBeUndefined();
    await box.punch(person, "out");
    await box.sync();
    expect(box.people.has(person)).toBe(true);
  });
});
