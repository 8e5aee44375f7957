import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { RosterPerson } from "../../protocol/roster.ts";
import { assignPerson } from "../kiosks/kiosks.ts";
import {
  addTestPerson,
  createTestKiosk,
  openTestHub,
  openTestTerminal,
  type TestHub,
} from "../testing/hub.ts";
import { setCard } from "./cards.ts";
import { listPeople } from "./people.ts";

let hub: TestHub;
beforeEach(async () => void (hub = await openTestHub()));
afterEach(() => hub.core.close());

const CARD = "0A00C4F2B1";
const codeOf = (code: string) => expect.objectContaining({ code }) as Error;
const cards = async () => (await listPeople(hub.context.store.queries)).map(({ card }) => card);

describe("a person's card", () => {
  it("is given, changed and taken away", async () => {
    const { person } = await addTestPerson(hub);
    await setCard(hub.context, person, CARD);
    expect(await cards()).toEqual([CARD]);
    await setCard(hub.context, person, "7");
    expect(await cards()).toEqual(["7"]);
    await setCard(hub.context, person, null);
    expect(await cards()).toEqual([null]);
  });

  it("is one person's: another's is refused, and free again once it was taken away or its holder is not active", async () => {
    const ana = await addTestPerson(hub, { card: CARD });
    const jan = await addTestPerson(hub);
    await expect(setCard(hub.context, jan.person, CARD)).rejects.toEqual(codeOf("person.card-taken"));
    await expect(addTestPerson(hub, { card: CARD })).rejects.toEqual(codeOf("person.card-taken"));
    expect(await cards()).toEqual([CARD, null]);
    await hub.context.store.queries
      .updateTable("people")
      .set({ active: 0 })
      .where("id", "=", ana.person)
      .execute();
    await setCard(hub.context, jan.person, CARD);
    expect(await cards()).toEqual([CARD, CARD]);
  });

  it("of two that are given at the same moment is refused to one", async () => {
    const ana = await addTestPerson(hub);
    const jan = await addTestPerson(hub);
    const both = await Promise.allSettled([
      setCard(hub.context, ana.person, CARD),
      setCard(hub.context, jan.person, CARD),
    ]);
    expect(both.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
  });

  it("reaches the terminals of their kiosks as a change, and is left out for who has none", async () => {
    const kiosk = await createTestKiosk(hub);
    const { person } = await addTestPerson(hub);
    await assignPerson(hub.context, kiosk, person);
    const terminal = await openTestTerminal(hub, kiosk);
    expect(terminal.last("rosterPage")?.people[0]).not.toHaveProperty("card");
    await setCard(hub.context, person, CARD);
    await hub.scheduler.pass(1);
    const change = (): RosterPerson | undefined => terminal.last("rosterDelta")?.upserts[0];
    expect(change()).toMatchObject({ person, card: CARD });
    await setCard(hub.context, person, null);
    await hub.scheduler.pass(1);
    expect(change()).not.toHaveProperty("card");
  });

  it("is audited without its number, which no log line has either", async () => {
    const { person } = await addTestPerson(hub);
    await setCard(hub.context, person, CARD);
    await setCard(hub.context, person, CARD);
    const audit = await hub.context.store.queries.selectFrom("audit").selectAll().execute();
    expect(audit.filter(({ action }) => action === "person.card-changed")).toMatchObject([
      { subject: person },
    ]);
    expect(JSON.stringify([audit, hub.log])).not.toContain(CARD);
  });
});
