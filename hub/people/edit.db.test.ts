import { expect, it } from "vitest";
import { shapeProblem } from "../pins/rules.ts";
import { showPersonPin } from "../pins/person-pin.ts";
import { TestBox } from "../testing/box.ts";
import { addTestPerson } from "../testing/hub.ts";
import { describeOnDatabases } from "../testing/on-databases.ts";
import { aKiosk, anAssignee, anOwner, auditOf, refusal } from "../testing/people.ts";
import { deactivatePerson, reactivatePerson } from "./activity.ts";
import { editPerson } from "./edit.ts";
import { listPeople, thePerson } from "./people.ts";

describeOnDatabases("editing people", (on) => {
  it("changes what is named and leaves the rest, the PIN too; rosters hear of it", async () => {
    const { context } = on.hub;
    const owner = await anOwner(on.hub);
    const { kiosk } = await aKiosk(on.hub);
    const { person, pin } = await anAssignee(on.hub, kiosk, { name: "Ana", email: "ana@example.org" });
    const box = await TestBox.pair(on.hub, kiosk);
    const heard: unknown[] = [];
    context.changes.listen((change) => void heard.push(change));
    await editPerson(context, owner, person, { name: "Ana Kovač", number: "2002", language: "hr" });
    expect(await thePerson(context.store.queries, person)).toMatchObject({
      name: "Ana Kovač",
      number: "2002",
      language: "hr",
      email: "ana@example.org",
      role: "regular",
    });
    expect(heard).toEqual([{ topics: ["people"], rosters: [kiosk] }]);
    await box.sync();
    expect(box.people.get(person)).toMatchObject({ name: "Ana Kovač", number: "2002" });
    expect(await box.try(person, pin)).toBe("personal");
  });

  it("refuses numbers that are taken or none, and names that are none", async () => {
    const { context } = on.hub;
    const owner = await anOwner(on.hub);
    const { person } = await addTestPerson(on.hub);
    const edit = (changes: Parameters<typeof editPerson>[3]) => editPerson(context, owner, person, changes);
    await expect(edit({ number: "1000" })).rejects.toEqual(refusal("person.number-taken"));
    await expect(edit({ number: "12" })).rejects.toEqual(refusal("person.number"));
    await expect(edit({ name: " " })).rejects.toEqual(refusal("person.name"));
    await expect(edit({ name: "x".repeat(201) })).rejects.toEqual(refusal("person.name"));
    await edit({ name: "x".repeat(200) });
  });

  it("PIN case 1: a promotion that would clash is refused, and nothing of it happens", async () => {
    const { context } = on.hub;
    const owner = await anOwner(on.hub);
    const { person } = await addTestPerson(on.hub, { pin: "4821" });
    await addTestPerson(on.hub, { pin: "4821", role: "manager" });
    const promoting = editPerson(context, owner, person, { role: "admin", name: "Promoted" });
    await expect(promoting).rejects.toEqual(refusal("pin.clash-role"));
    expect(await thePerson(context.store.queries, person)).toMatchObject({
      role: "regular",
      name: "Ana Kovač",
    });
  });

  it("PIN case 1: a promotion whose PIN is a kiosk's Universal PIN is refused", async () => {
    const owner = await anOwner(on.hub);
    await aKiosk(on.hub, { universalPin: "8062" });
    const { person } = await addTestPerson(on.hub, { pin: "8062" });
    const promoting = editPerson(on.hub.context, owner, person, { role: "admin" });
    await expect(promoting).rejects.toEqual(refusal("pin.clash-universal"));
  });

  it("PIN case 1: with a new PIN generated in the same act the promotion is done, both at once", async () => {
    const { context } = on.hub;
    const owner = await anOwner(on.hub);
    const { kiosk } = await aKiosk(on.hub);
    const { person } = await anAssignee(on.hub, kiosk, { pin: "4821" });
    await addTestPerson(on.hub, { pin: "4821", role: "manager" });
    const { pin } = await editPerson(context, owner, person, { role: "admin" }, true);
    expect(pin).not.toBe("4821");
    expect(shapeProblem(pin ?? "", 4)).toBeNull();
    expect((await thePerson(context.store.queries, person)).role).toBe("admin");
    const box = await TestBox.pair(on.hub, kiosk);
    expect(await box.try(person, pin ?? "")).toBe("personal");
    expect(await box.try(person, "4821")).toBeNull();
    expect((await auditOf(on.hub, person)).sort()).toEqual([
      "kiosk.assigned",
      "person.added",
      "person.role-changed",
      "pin.changed",
    ]);
  });

  it("PIN case 1: a demotion while sharing an admin's PIN is refused", async () => {
    const { context } = on.hub;
    const owner = await anOwner(on.hub);
    const { person } = await addTestPerson(on.hub, { pin: "4821", role: "admin" });
    await addTestPerson(on.hub, { pin: "4821", role: "admin" });
    await expect(editPerson(context, owner, person, { role: "manager" })).rejects.toEqual(
      refusal("pin.clash-role"),
    );
    await editPerson(context, owner, person, { role: "manager" }, true);
    expect((await thePerson(context.store.queries, person)).role).toBe("manager");
  });

  it("a PIN that is shared may stay shared when a role changes on the same side of the rules", async () => {
    const { context } = on.hub;
    const owner = await anOwner(on.hub);
    const { person } = await addTestPerson(on.hub, { pin: "4821" });
    await addTestPerson(on.hub, { pin: "4821" });
    await editPerson(context, owner, person, { role: "manager" });
    expect((await thePerson(context.store.queries, person)).role).toBe("manager");
  });

  it("a workspace keeps one active owner", async () => {
    const { context } = on.hub;
    const owner = await anOwner(on.hub);
    const id = owner.person;
    if (id === null) throw new Error("the owner is a person");
    await expect(editPerson(context, owner, id, { role: "admin" })).rejects.toEqual(
      refusal("person.last-owner"),
    );
    await expect(deactivatePerson(context, owner, id)).rejects.toEqual(refusal("person.last-owner"));
    await addTestPerson(on.hub, { role: "owner" });
    await deactivatePerson(context, owner, id);
  });

  it("PIN case 7: deactivated, the PIN is free and the person gone from rosters", async () => {
    const { context } = on.hub;
    const owner = await anOwner(on.hub);
    const { kiosk } = await aKiosk(on.hub);
    const { person } = await anAssignee(on.hub, kiosk, { pin: "4821" });
    const box = await TestBox.pair(on.hub, kiosk);
    await deactivatePerson(context, owner, person);
    await box.sync();
    expect([...box.people]).toEqual([]);
    expect((await listPeople(context.store.queries)).find((each) => each.person === person)?.active).toBe(
      false,
    );
    // Free for those who could not have had it.
    await addTestPerson(on.hub, { pin: "4821", role: "admin" });
    await expect(showPersonPin(context, owner, person)).rejects.toEqual(refusal("person.inactive"));
    await expect(editPerson(context, owner, person, {}, true)).rejects.toEqual(refusal("person.inactive"));
  });

  it("PIN case 7: reactivated, the person has a new PIN and is back on rosters", async () => {
    const { context } = on.hub;
    const owner = await anOwner(on.hub);
    const { kiosk } = await aKiosk(on.hub);
    const { person } = await anAssignee(on.hub, kiosk, { pin: "4821" });
    await deactivatePerson(context, owner, person);
    const { pin } = await reactivatePerson(context, owner, person);
    const box = await TestBox.pair(on.hub, kiosk);
    expect(await box.try(person, pin)).toBe("personal");
    await expect(reactivatePerson(context, owner, person)).rejects.toEqual(refusal("person.active"));
  });

  it("audit names who did it, and holds no PIN", async () => {
    const { context } = on.hub;
    const owner = await anOwner(on.hub);
    const { person } = await addTestPerson(on.hub, { pin: "4821" });
    await deactivatePerson(context, owner, person);
    const rows = await context.store.queries
      .selectFrom("audit")
      .selectAll()
      .where("action", "=", "person.deactivated")
      .execute();
    expect(rows).toMatchObject([{ actor: owner.person, subject: person }]);
    expect(JSON.stringify(rows)).not.toContain("4821");
  });
});
