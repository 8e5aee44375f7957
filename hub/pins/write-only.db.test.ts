import { expect, it } from "vitest";
import { exportAssignees } from "../kiosks/export.ts";
import { saveUniversalPin, showUniversalPin } from "../kiosks/universal-pin.ts";
import { TestBox } from "../testing/box.ts";
import { addTestPerson } from "../testing/hub.ts";
import { describeOnDatabases } from "../testing/on-databases.ts";
import { aKiosk, anAssignee, anOwner, refusal } from "../testing/people.ts";
import { changePinLength } from "./length.ts";
import { savePersonPin, showPersonPin } from "./person-pin.ts";
import { refuseUnreadable } from "./reseal.ts";
import { printPinSlips } from "./slips.ts";
import { setWriteOnlyPins } from "./write-only.ts";

describeOnDatabases("write-only PINs", (on) => {
  it("turning it on destroys every kept PIN, shelved ones too; the PINs work on", async () => {
    const { context } = on.hub;
    const owner = await anOwner(on.hub);
    const { kiosk } = await aKiosk(on.hub);
    const { person } = await anAssignee(on.hub, kiosk);
    const { issued } = await changePinLength(context, owner, 6);
    await setWriteOnlyPins(context, owner, true);
    for (const table of ["people", "kiosks", "shelved_pins"] as const) {
      const rows = await context.store.queries
        .selectFrom(table)
        .select(["pin_sealed", "pin_index"])
        .execute();
      expect(rows.length).toBeGreaterThan(0);
      expect(rows.every((row) => row.pin_sealed === null && row.pin_index !== null)).toBe(true);
    }
    const box = await TestBox.pair(on.hub, kiosk);
    const pinOf = (wanted: string) => issued.find((each) => each.owner === wanted)?.pin ?? "";
    expect(await box.try(person, pinOf(person))).toBe("personal");
    expect(await box.try(person, pinOf(kiosk))).toBe("universal");
  });

  it("showing, printing and exporting are refused with a code", async () => {
    const { context } = on.hub;
    const owner = await anOwner(on.hub);
    const { kiosk } = await aKiosk(on.hub);
    const { person } = await anAssignee(on.hub, kiosk);
    await setWriteOnlyPins(context, owner, true);
    for (const act of [
      () => showPersonPin(context, owner, person),
      () => showUniversalPin(context, owner, kiosk),
      () => printPinSlips(context, owner, [person]),
      () => exportAssignees(context, owner, kiosk),
      () => refuseUnreadable(context.store.queries),
    ]) {
      await expect(act()).rejects.toEqual(refusal("pin.write-only"));
    }
    const audited = await context.store.queries.selectFrom("audit").select("action").execute();
    expect(audited.map((row) => row.action)).not.toContain("kiosk.assignees-exported");
  });

  it("PIN rule 8 holds all the same: uniqueness needs no PIN to be opened", async () => {
    const { context } = on.hub;
    const owner = await anOwner(on.hub);
    await addTestPerson(on.hub, { pin: "4821" });
    const { kiosk } = await aKiosk(on.hub, { universalPin: "8062" });
    await setWriteOnlyPins(context, owner, true);
    await expect(addTestPerson(on.hub, { pin: "4821", role: "admin" })).rejects.toEqual(
      refusal("pin.clash-role"),
    );
    await expect(addTestPerson(on.hub, { pin: "8062", role: "admin" })).rejects.toEqual(
      refusal("pin.clash-universal"),
    );
    await expect(aKiosk(on.hub, { universalPin: "8062" })).rejects.toEqual(refusal("pin.clash-kiosk"));
    expect(await saveUniversalPin(context, owner, kiosk, "8062")).toMatchObject({ isNew: false });
  });

  it("a PIN set meanwhile is never kept; turned off, PINs are kept again from their next change", async () => {
    const { context } = on.hub;
    const owner = await anOwner(on.hub);
    await setWriteOnlyPins(context, owner, true);
    const { person } = await addTestPerson(on.hub, { pin: "4821" });
    await setWriteOnlyPins(context, owner, false);
    await expect(showPersonPin(context, owner, person)).rejects.toEqual(refusal("pin.unreadable"));
    await expect(refuseUnreadable(context.store.queries)).rejects.toEqual(refusal("pin.unreadable"));
    await savePersonPin(context, owner, person, "7306");
    expect(await showPersonPin(context, owner, person)).toEqual({ pin: "7306" });
  });

  it("is for admins to change, and audited", async () => {
    const { context } = on.hub;
    const owner = await anOwner(on.hub);
    const { person } = await addTestPerson(on.hub, { role: "manager" });
    const manager = { person, role: "manager" } as const;
    await expect(setWriteOnlyPins(context, manager, true)).rejects.toEqual(refusal("access.admins-only"));
    await setWriteOnlyPins(context, owner, true);
    await setWriteOnlyPins(context, owner, true);
    const audited = await context.store.queries
      .selectFrom("audit")
      .select("actor")
      .where("action", "=", "workspace.pins-write-only")
      .execute();
    expect(audited).toEqual([{ actor: owner.person }]);
  });
});
