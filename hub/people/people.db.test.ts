import { expect, it } from "vitest";
import { HUB_ACTOR } from "../access.ts";
import { createKiosk, type NewKiosk } from "../kiosks/kiosks.ts";
import { shapeProblem } from "../pins/rules.ts";
import { addTestPerson } from "../testing/hub.ts";
import { describeOnDatabases } from "../testing/on-databases.ts";
import { listPeople } from "./people.ts";

const KIOSK: NewKiosk = {
  name: "Westside Bar",
  requiresPin: true,
  timeZone: "UTC",
  language: "en",
  breakEnabled: false,
  universalPin: null,
};
const codeOf = (code: string) => expect.objectContaining({ code }) as Error;

describeOnDatabases("adding people and kiosks", (on) => {
  const kioskWith = (wanted: Partial<NewKiosk>) =>
    createKiosk(on.hub.context, HUB_ACTOR, { ...KIOSK, ...wanted });

  it("PIN rule 3: every person gets a personal PIN of the workspace's length", async () => {
    const { pin } = await addTestPerson(on.hub);
    expect(shapeProblem(pin, 4)).toBeNull();
  });

  it("gives numbers in order, of one length", async () => {
    expect((await addTestPerson(on.hub)).number).toBe("1000");
    expect((await addTestPerson(on.hub)).number).toBe("1001");
    await addTestPerson(on.hub, { number: "9999" });
    await expect(addTestPerson(on.hub)).rejects.toEqual(codeOf("person.numbers-spent"));
    await expect(addTestPerson(on.hub, { number: "9999" })).rejects.toEqual(codeOf("person.number-taken"));
    await expect(addTestPerson(on.hub, { number: "123" })).rejects.toEqual(codeOf("person.number"));
  });

  it("PIN rule 8: an admin cannot have a non-admin's PIN, nor the reverse", async () => {
    await addTestPerson(on.hub, { pin: "4821", role: "manager" });
    await expect(addTestPerson(on.hub, { pin: "4821", role: "owner" })).rejects.toEqual(
      codeOf("pin.clash-role"),
    );
    await addTestPerson(on.hub, { pin: "7306", role: "admin" });
    await expect(addTestPerson(on.hub, { pin: "7306" })).rejects.toEqual(codeOf("pin.clash-role"));
  });

  it("PIN rule 8: two admins may share a PIN, two non-admins too", async () => {
    for (const role of ["owner", "admin"] as const) await addTestPerson(on.hub, { pin: "4821", role });
    for (const role of ["manager", "regular"] as const) await addTestPerson(on.hub, { pin: "7306", role });
    expect(await listPeople(on.hub.context.store.queries)).toHaveLength(4);
  });

  it("PIN rule 8: Universal PINs are unique, and no admin's", async () => {
    await kioskWith({ universalPin: "4821" });
    await expect(kioskWith({ name: "Eastside", universalPin: "4821" })).rejects.toEqual(
      codeOf("pin.clash-kiosk"),
    );
    await expect(addTestPerson(on.hub, { pin: "4821", role: "admin" })).rejects.toEqual(
      codeOf("pin.clash-universal"),
    );
    await addTestPerson(on.hub, { pin: "4821" });
    await addTestPerson(on.hub, { pin: "7306", role: "owner" });
    await expect(kioskWith({ name: "Eastside", universalPin: "7306" })).rejects.toEqual(
      codeOf("pin.clash-universal"),
    );
  });

  it("PIN case 8: of two that clash and are saved at the same moment one is refused", async () => {
    const both = await Promise.allSettled([
      addTestPerson(on.hub, { number: "1001", pin: "4821", role: "owner" }),
      addTestPerson(on.hub, { number: "1002", pin: "4821", role: "regular" }),
    ]);
    expect(both.map((each) => each.status).sort()).toEqual(["fulfilled", "rejected"]);
    expect(await listPeople(on.hub.context.store.queries)).toHaveLength(1);
  });

  it("PIN rule 2: the free plan cannot turn Requires PIN on", async () => {
    await on.hub.context.store.queries.updateTable("workspace").set({ plan: "free" }).execute();
    await expect(kioskWith({})).rejects.toEqual(codeOf("plan.pin"));
    const { universalPin } = await kioskWith({ requiresPin: false });
    expect(shapeProblem(universalPin, 4)).toBeNull();
  });

  it("keeps no PIN where it can be read: not in the database, not in an error", async () => {
    await addTestPerson(on.hub, { pin: "4821", role: "owner" });
    const rows = JSON.stringify(
      await on.hub.context.store.queries.selectFrom("people").selectAll().execute(),
    );
    const audit = JSON.stringify(
      await on.hub.context.store.queries.selectFrom("audit").selectAll().execute(),
    );
    expect(rows + audit).not.toContain("4821");
    const refusal = await addTestPerson(on.hub, { pin: "4821" }).catch((error: unknown) => error);
    expect(String(refusal)).not.toContain("4821");
  });
});
