import { expect, it } from "vitest";
import type { RosterPerson } from "../../protocol/roster.ts";
import { HUB_ACTOR, type Actor } from "../access.ts";
import { TestBox } from "../testing/box.ts";
import { addTestPerson } from "../testing/hub.ts";
import { describeOnDatabases } from "../testing/on-databases.ts";
import { aKiosk, anAssignee, anOwner, auditOf, refusal } from "../testing/people.ts";
import { deactivatePerson, reactivatePerson } from "./activity.ts";
import { setCard } from "./cards.ts";
import { listPeople } from "./people.ts";

const CARD = "0A00C4F2B1";

describeOnDatabases("a person's card", (on) => {
  const cards = async () => (await listPeople(on.hub.context.store.queries)).map(({ card }) => card);

  it("is given, changed and taken away", async () => {
    const { context } = on.hub;
    const { person } = await addTestPerson(on.hub);
    await setCard(context, HUB_ACTOR, person, CARD);
    expect(await cards()).toEqual([CARD]);
    await setCard(context, HUB_ACTOR, person, "7");
    expect(await cards()).toEqual(["7"]);
    await setCard(context, HUB_ACTOR, person, null);
    expect(await cards()).toEqual([null]);
  });

  it("is no manager's to give", async () => {
    const { person } = await addTestPerson(on.hub);
    const manager: Actor = { person, role: "manager" };
    await expect(setCard(on.hub.context, manager, person, CARD)).rejects.toEqual(
      refusal("access.admins-only"),
    );
    expect(await cards()).toEqual([null]);
  });

  it("is one person's: another's is refused, and free again once its holder is not active", async () => {
    const { context } = on.hub;
    const ana = await addTestPerson(on.hub, { card: CARD });
    const jan = await addTestPerson(on.hub);
    await expect(setCard(context, HUB_ACTOR, jan.person, CARD)).rejects.toEqual(refusal("person.card-taken"));
    await expect(addTestPerson(on.hub, { card: CARD })).rejects.toEqual(refusal("person.card-taken"));
    expect(await cards()).toEqual([CARD, null]);
    await deactivatePerson(context, HUB_ACTOR, ana.person);
    await setCard(context, HUB_ACTOR, jan.person, CARD);
    expect(await cards()).toEqual([CARD, CARD]);
  });

  it("of two that are given at the same moment is refused to one", async () => {
    const ana = await addTestPerson(on.hub);
    const jan = await addTestPerson(on.hub);
    const both = await Promise.allSettled([
      setCard(on.hub.context, HUB_ACTOR, ana.person, CARD),
      setCard(on.hub.context, HUB_ACTOR, jan.person, CARD),
    ]);
    expect(both.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
  });

  it("is still theirs when they come back, unless someone else has it by then", async () => {
    const { context } = on.hub;
    const owner = await anOwner(on.hub);
    const { kiosk } = await aKiosk(on.hub);
    const ana = await anAssignee(on.hub, kiosk, { card: CARD });
    const comesBack = async (): Promise<RosterPerson | undefined> => {
      await reactivatePerson(context, owner, ana.person);
      return (await TestBox.pair(on.hub, kiosk)).people.get(ana.person);
    };
    await deactivatePerson(context, owner, ana.person);
    expect(await comesBack()).toMatchObject({ card: CARD });
    await deactivatePerson(context, owner, ana.person);
    const jan = await addTestPerson(on.hub, { card: CARD });
    expect(await comesBack()).not.toHaveProperty("card");
    expect(await cards()).toEqual([null, null, CARD]);
    expect(await auditOf(on.hub, ana.person)).toContain("person.card-changed");
    expect(await auditOf(on.hub, jan.person)).toEqual(["person.added"]);
  });

  it("reaches the terminals of their kiosks as a change, and is left out for who has none", async () => {
    const { context } = on.hub;
    const { kiosk } = await aKiosk(on.hub);
    const { person } = await anAssignee(on.hub, kiosk);
    const heard: unknown[] = [];
    context.changes.listen((change) => void heard.push(change));
    const box = await TestBox.pair(on.hub, kiosk);
    expect(box.people.get(person)).not.toHaveProperty("card");
    heard.length = 0;
    await setCard(context, HUB_ACTOR, person, CARD);
    expect(heard).toEqual([{ topics: ["people"], rosters: [kiosk] }]);
    expect((await box.sync()).map(({ type }) => type)).toEqual(["rosterDelta"]);
    expect(box.people.get(person)).toMatchObject({ person, card: CARD });
    await setCard(context, HUB_ACTOR, person, null);
    await box.sync();
    expect(box.people.get(person)).not.toHaveProperty("card");
  });

  it("is audited with who gave it and without its number, which no log line has either", async () => {
    const { context } = on.hub;
    const owner = await anOwner(on.hub);
    const { person } = await addTestPerson(on.hub);
    await setCard(context, owner, person, CARD);
    await setCard(context, owner, person, CARD);
    const audit = await context.store.queries.selectFrom("audit").selectAll().execute();
    expect(audit.filter(({ action }) => action === "person.card-changed")).toMatchObject([
      { actor: owner.person, subject: person },
    ]);
    expect(JSON.stringify([audit, on.hub.log])).not.toContain(CARD);
  });
});
