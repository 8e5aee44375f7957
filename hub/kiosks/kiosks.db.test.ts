import { expect, it } from "vitest";
import { HUB_ACTOR } from "../access.ts";
import { savePersonPin } from "../pins/person-pin.ts";
import { shapeProblem } from "../pins/rules.ts";
import { makeId, personId } from "../../protocol/ids.ts";
import { createClaimToken, redeemClaim } from "../terminals/claims.ts";
import { TestBox } from "../testing/box.ts";
import { addTestPerson } from "../testing/hub.ts";
import { describeOnDatabases } from "../testing/on-databases.ts";
import { aKiosk, anAssignee, anOwner, auditOf, refusal } from "../testing/people.ts";
import { changePlan, restoreRequiresPin } from "../workspace/plan.ts";
import { assignPeople, assignPerson, unassignPerson } from "./assign.ts";
import { deleteKiosk, editKiosk } from "./edit.ts";
import { createKiosk, listKiosks } from "./kiosks.ts";
import { proposeUniversalPin, saveUniversalPin, showUniversalPin } from "./universal-pin.ts";

describeOnDatabases("kiosks", (on) => {
  it("PIN rule 1: Requires PIN is on the create and the edit form, and terminals hear of it", async () => {
    const owner = await anOwner(on.hub);
    const { kiosk } = await aKiosk(on.hub, { requiresPin: false });
    const box = await TestBox.pair(on.hub, kiosk);
    expect(box.kiosk).toMatchObject({ requiresPin: false, universalPin: null });
    const heard: unknown[] = [];
    on.hub.context.changes.listen((change) => void heard.push(change));
    await editKiosk(on.hub.context, owner, kiosk, { requiresPin: true });
    expect(heard).toEqual([{ topics: ["kiosks"], rosters: [kiosk] }]);
    await box.sync();
    expect(box.kiosk?.requiresPin).toBe(true);
    expect(box.kiosk?.universalPin).not.toBeNull();
  });

  it("PIN rule 2: the free plan cannot turn Requires PIN on, any paid plan can", async () => {
    const owner = await anOwner(on.hub);
    const { context } = on.hub;
    const { kiosk } = await aKiosk(on.hub, { requiresPin: false });
    await changePlan(context, owner, "free");
    await expect(editKiosk(context, owner, kiosk, { requiresPin: true })).rejects.toEqual(
      refusal("plan.pin"),
    );
    await expect(aKiosk(on.hub)).rejects.toEqual(refusal("plan.pin"));
    await changePlan(context, owner, "standard");
    await editKiosk(context, owner, kiosk, { requiresPin: true });
  });

  it("PIN rule 2: a downgrade turns Requires PIN off and says so; an upgrade leaves it off until one click restores it with the same PINs", async () => {
    const owner = await anOwner(on.hub);
    const { context } = on.hub;
    const { kiosk, universalPin } = await aKiosk(on.hub);
    const { kiosk: never } = await aKiosk(on.hub, { requiresPin: false });
    const { person, pin } = await anAssignee(on.hub, kiosk);
    const box = await TestBox.pair(on.hub, kiosk);
    expect(await changePlan(context, owner, "free")).toEqual([kiosk]);
    await box.sync();
    expect(box.kiosk).toMatchObject({ requiresPin: false, universalPin: null });
    const states = async () =>
      (await listKiosks(context.store.queries)).map((each) => [
        each.kiosk === kiosk ? "lapsed" : "never",
        each.requiresPin,
        each.requiresPinLapsed,
      ]);
    expect((await states()).sort()).toEqual([
      ["lapsed", false, true],
      ["never", false, false],
    ]);
    await expect(restoreRequiresPin(context, owner)).rejects.toEqual(refusal("plan.pin"));
    await changePlan(context, owner, "standard");
    await box.sync();
    expect(box.kiosk?.requiresPin).toBe(false);
    expect(await restoreRequiresPin(context, owner)).toEqual([kiosk]);
    await box.sync();
    expect(await box.try(person, pin)).toBe("personal");
    expect(await box.try(person, universalPin)).toBe("universal");
    expect((await listKiosks(context.store.queries)).find((each) => each.kiosk === never)?.requiresPin).toBe(
      false,
    );
    expect(await restoreRequiresPin(context, owner)).toEqual([]);
  });

  it("PIN rule 5: a kiosk has a Universal PIN of its own from the start, counted even while Requires PIN is off", async () => {
    const { universalPin } = await aKiosk(on.hub, { requiresPin: false });
    expect(shapeProblem(universalPin, 4)).toBeNull();
    await expect(aKiosk(on.hub, { universalPin })).rejects.toEqual(refusal("pin.clash-kiosk"));
    await expect(addTestPerson(on.hub, { pin: universalPin, role: "admin" })).rejects.toEqual(
      refusal("pin.clash-universal"),
    );
  });

  it("PIN case 6: created without PIN and turned on later, its Universal PIN is there already; off, it is neither shown nor edited", async () => {
    const owner = await anOwner(on.hub);
    const { context } = on.hub;
    const { kiosk, universalPin } = await aKiosk(on.hub, { requiresPin: false });
    const { person } = await anAssignee(on.hub, kiosk);
    const off = refusal("kiosk.requires-pin-off");
    await expect(saveUniversalPin(context, owner, kiosk, "8062")).rejects.toEqual(off);
    await expect(proposeUniversalPin(context, owner, kiosk)).rejects.toEqual(off);
    await expect(showUniversalPin(context, owner, kiosk)).rejects.toEqual(off);
    await editKiosk(context, owner, kiosk, { requiresPin: true });
    const box = await TestBox.pair(on.hub, kiosk);
    expect(await box.try(person, universalPin)).toBe("universal");
    expect(await showUniversalPin(context, owner, kiosk)).toEqual({ pin: universalPin });
  });

  it("PIN rule 6: a Universal PIN is proposed, saved and shown as a person's PIN is", async () => {
    const owner = await anOwner(on.hub);
    const { context } = on.hub;
    const { kiosk, universalPin: old } = await aKiosk(on.hub);
    const { person } = await anAssignee(on.hub, kiosk);
    const box = await TestBox.pair(on.hub, kiosk);
    const { pin } = await proposeUniversalPin(context, owner, kiosk);
    expect(await saveUniversalPin(context, owner, kiosk, pin)).toEqual({ isNew: true, warning: null });
    expect(await saveUniversalPin(context, owner, kiosk, pin)).toEqual({ isNew: false, warning: null });
    await box.sync();
    expect(await box.try(person, old)).toBeNull();
    expect(await box.try(person, pin)).toBe("universal");
    expect(await auditOf(on.hub, kiosk)).toEqual(expect.arrayContaining(["kiosk.universal-pin-changed"]));
  });

  it("PIN rule 8: a Universal PIN is refused that another kiosk or an admin has, and warned of when a non-admin has it", async () => {
    const owner = await anOwner(on.hub);
    const { context } = on.hub;
    await aKiosk(on.hub, { universalPin: "8062" });
    const { kiosk } = await aKiosk(on.hub);
    await addTestPerson(on.hub, { pin: "4821", role: "admin" });
    await addTestPerson(on.hub, { pin: "7306" });
    const save = (pin: string) => saveUniversalPin(context, owner, kiosk, pin);
    await expect(save("8062")).rejects.toEqual(refusal("pin.clash-kiosk"));
    await expect(save("4821")).rejects.toEqual(refusal("pin.clash-universal"));
    await expect(save("2222")).rejects.toEqual(refusal("pin.repeated"));
    expect(await save("7306")).toEqual({ isNew: true, warning: "pin.same-as-universal" });
  });

  it("PIN rule 8: a deleted kiosk's Universal PIN and name are free again", async () => {
    const owner = await anOwner(on.hub);
    const { context } = on.hub;
    const { kiosk } = await aKiosk(on.hub, { name: "Westside Bar", universalPin: "8062" });
    const { person } = await anAssignee(on.hub, kiosk);
    await deleteKiosk(context, owner, kiosk);
    expect(await listKiosks(context.store.queries)).toEqual([]);
    await aKiosk(on.hub, { name: "Westside Bar", universalPin: "8062" });
    await deleteKiosk(context, owner, (await listKiosks(context.store.queries))[0]?.kiosk ?? kiosk);
    await savePersonPin(context, owner, owner.person ?? person, "8062");
    for (const act of [
      () => editKiosk(context, owner, kiosk, { name: "Back" }),
      () => deleteKiosk(context, owner, kiosk),
      () => assignPerson(context, owner, kiosk, person),
      () => createClaimToken(context, kiosk),
    ]) {
      await expect(act()).rejects.toEqual(refusal("kiosk.unknown"));
    }
  });

  it("a kiosk with a terminal cannot be deleted, and no token for it outlives it", async () => {
    const owner = await anOwner(on.hub);
    const { context } = on.hub;
    const { kiosk } = await aKiosk(on.hub);
    await TestBox.pair(on.hub, kiosk);
    await expect(deleteKiosk(context, owner, kiosk)).rejects.toEqual(refusal("kiosk.has-terminals"));
    const { kiosk: other } = await aKiosk(on.hub);
    const { token } = await createClaimToken(context, other);
    await deleteKiosk(context, owner, other);
    const publicKey = Buffer.alloc(32, 1).toString("base64");
    expect(await redeemClaim(context, { token, publicKey, software: "test" })).toBeNull();
  });

  it("takes all of several assignees or nobody, each once, in one revision of the roster", async () => {
    const owner = await anOwner(on.hub);
    const { context } = on.hub;
    const { kiosk } = await aKiosk(on.hub);
    const box = await TestBox.pair(on.hub, kiosk);
    const one = await anAssignee(on.hub, kiosk);
    const two = await addTestPerson(on.hub);
    const three = await addTestPerson(on.hub);
    const heard: unknown[] = [];
    context.changes.listen((change) => void heard.push(change));
    const nobody = makeId(personId, context.random);
    await expect(assignPeople(context, owner, kiosk, [two.person, nobody])).rejects.toEqual(
      refusal("person.unknown"),
    );
    expect(heard).toEqual([]);
    const wanted = [one, two, three, two].map(({ person }) => person);
    expect(await assignPeople(context, owner, kiosk, wanted)).toBe(2);
    expect(await assignPeople(context, owner, kiosk, wanted)).toBe(0);
    expect(heard).toEqual([{ topics: ["kiosks"], rosters: [kiosk] }]);
    expect(await auditOf(on.hub, two.person)).toContain("kiosk.assigned");
    await box.sync();
    expect([...box.people.keys()].sort()).toEqual([one, two, three].map(({ person }) => person).sort());
  });

  it("only admins create, edit, delete, assign or change the plan", async () => {
    const { context } = on.hub;
    const { kiosk } = await aKiosk(on.hub);
    const { person } = await addTestPerson(on.hub, { role: "manager" });
    const manager = { person, role: "manager" } as const;
    for (const act of [
      () => createKiosk(context, manager, { ...NEW_KIOSK }),
      () => editKiosk(context, manager, kiosk, { name: "Mine" }),
      () => deleteKiosk(context, manager, kiosk),
      () => assignPerson(context, manager, kiosk, person),
      () => unassignPerson(context, manager, kiosk, person),
      () => saveUniversalPin(context, manager, kiosk, "8062"),
      () => showUniversalPin(context, manager, kiosk),
      () => proposeUniversalPin(context, manager, kiosk),
      () => changePlan(context, manager, "free"),
      () => restoreRequiresPin(context, manager),
    ]) {
      await expect(act()).rejects.toEqual(refusal("access.admins-only"));
    }
  });

  it("refuses names and time zones that are none", async () => {
    const make = (wanted: object) => createKiosk(on.hub.context, HUB_ACTOR, { ...NEW_KIOSK, ...wanted });
    await make({});
    await expect(make({ name: NEW_KIOSK.name })).rejects.toEqual(refusal("kiosk.name-taken"));
    await expect(make({ name: "" })).rejects.toEqual(refusal("kiosk.name"));
    await expect(make({ name: "Other", timeZone: "Mars/Base" })).rejects.toEqual(
      refusal("time-zone.unknown"),
    );
  });
});

const NEW_KIOSK = {
  name: "Eastside",
  requiresPin: false,
  timeZone: "UTC",
  language: "en",
  breakEnabled: false,
  universalPin: null,
} as const;
