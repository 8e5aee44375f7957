import { expect, it } from "vitest";
import type { Kdf } from "../../protocol/seams.ts";
import { deactivatePerson, reactivatePerson } from "../people/activity.ts";
import { editPerson } from "../people/edit.ts";
import { TestBox } from "../testing/box.ts";
import { addTestPerson } from "../testing/hub.ts";
import { describeOnDatabases } from "../testing/on-databases.ts";
import { aKiosk, anAssignee, anOwner, refusal } from "../testing/people.ts";
import { theWorkspace } from "../workspace/workspace.ts";
import { changePinLength } from "./length.ts";
import { savePersonPin, showPersonPin } from "./person-pin.ts";
import { listOpenRequests } from "./requests.ts";
import { shapeProblem } from "./rules.ts";
import { setWriteOnlyPins } from "./write-only.ts";

describeOnDatabases("PIN length", (on) => {
  it("PIN rule 3: 6 digits by workspace setting: everyone and every kiosk gets one, and terminals take it at once", async () => {
    const { context } = on.hub;
    const owner = await anOwner(on.hub);
    const { kiosk } = await aKiosk(on.hub);
    const { person } = await anAssignee(on.hub, kiosk);
    const box = await TestBox.pair(on.hub, kiosk);
    await box.tell({ kind: "pin.forgotten", person, payload: {} });
    const { issued, restored } = await changePinLength(context, owner, 6);
    expect(restored).toBe(0);
    expect(issued.map((each) => each.owner).sort()).toEqual([kiosk, person, owner.person].sort());
    expect(issued.map((each) => shapeProblem(each.pin, 6))).toEqual([null, null, null]);
    const pinOf = (wanted: string | null) => issued.find((each) => each.owner === wanted)?.pin ?? "";
    await box.sync();
    expect(box.kiosk?.pinLength).toBe(6);
    expect(await box.try(person, pinOf(person))).toBe("personal");
    expect(await box.try(person, pinOf(kiosk))).toBe("universal");
    expect(await listOpenRequests(context.store.queries)).toEqual([]);
    expect((await addTestPerson(on.hub)).pin).toHaveLength(6);
    expect(await changePinLength(context, owner, 6)).toMatchObject({ issued: [], restored: 0 });
  });

  it("PIN case 7: 4 to 6 to 4 digits brings the old PINs back, of people and kiosks", async () => {
    const { context } = on.hub;
    const owner = await anOwner(on.hub);
    const { kiosk, universalPin } = await aKiosk(on.hub);
    const { person, pin } = await anAssignee(on.hub, kiosk);
    const box = await TestBox.pair(on.hub, kiosk);
    const six = await changePinLength(context, owner, 6);
    expect(await changePinLength(context, owner, 4)).toMatchObject({ issued: [], restored: 3 });
    await box.sync();
    expect(await box.try(person, pin)).toBe("personal");
    expect(await box.try(person, universalPin)).toBe("universal");
    await changePinLength(context, owner, 6);
    await box.sync();
    const pinOfSix = six.issued.find((each) => each.owner === person)?.pin ?? "";
    expect(await box.try(person, pinOfSix)).toBe("personal");
  });

  it("PIN case 7: what was replaced meanwhile does not come back", async () => {
    const { context } = on.hub;
    const owner = await anOwner(on.hub);
    const edited = await addTestPerson(on.hub, { pin: "4821" });
    const left = await addTestPerson(on.hub, { pin: "7306" });
    const kept = await addTestPerson(on.hub, { pin: "2958" });
    await changePinLength(context, owner, 6);
    await savePersonPin(context, owner, edited.person, "482193");
    await deactivatePerson(context, owner, left.person);
    await reactivatePerson(context, owner, left.person);
    const back = await changePinLength(context, owner, 4);
    expect(back.issued.map((each) => each.owner).sort()).toEqual([edited.person, left.person].sort());
    expect(await showPersonPin(context, owner, kept.person)).toEqual({ pin: "2958" });
    expect(await showPersonPin(context, owner, edited.person)).not.toEqual({ pin: "4821" });
  });

  it("PIN case 7: what clashes by now does not come back", async () => {
    const { context } = on.hub;
    const owner = await anOwner(on.hub);
    const one = await addTestPerson(on.hub, { pin: "4821" });
    const other = await addTestPerson(on.hub, { pin: "4821" });
    await changePinLength(context, owner, 6);
    await editPerson(context, owner, one.person, { role: "admin" });
    const back = await changePinLength(context, owner, 4);
    // The admin's is placed first.
    expect(back.issued.map((each) => each.owner)).toEqual([other.person]);
    expect(await showPersonPin(context, owner, one.person)).toEqual({ pin: "4821" });
    expect(await showPersonPin(context, owner, other.person)).toEqual({ pin: back.issued[0]?.pin });
  });

  it("PIN case 7: write-only PINs come back as well, and clash as well", async () => {
    const { context } = on.hub;
    const owner = await anOwner(on.hub);
    const { kiosk } = await aKiosk(on.hub);
    const { person } = await anAssignee(on.hub, kiosk, { pin: "4821" });
    const { person: promoted } = await anAssignee(on.hub, kiosk, { pin: "4821" });
    await changePinLength(context, owner, 6);
    await setWriteOnlyPins(context, owner, true);
    await editPerson(context, owner, promoted, { role: "admin" });
    const { issued } = await changePinLength(context, owner, 4);
    expect(issued.map((each) => each.owner)).toEqual([person]);
    const box = await TestBox.pair(on.hub, kiosk);
    expect(await box.try(promoted, "4821")).toBe("personal");
    expect(await box.try(person, issued[0]?.pin ?? "")).toBe("personal");
  });

  it("someone who is added while the PINs are chosen gets one too", async () => {
    const owner = await anOwner(on.hub);
    let added = false;
    const kdf: Kdf = {
      async derive(pin, salt) {
        if (!added) {
          added = true;
          await addTestPerson(on.hub);
        }
        return on.hub.context.kdf.derive(pin, salt);
      },
    };
    const { issued } = await changePinLength({ ...on.hub.context, kdf }, owner, 6);
    expect(issued).toHaveLength(2);
    expect((await theWorkspace(on.hub.context.store.queries)).pinLength).toBe(6);
  });

  it("costs one slow hash a new PIN, and none for one that comes back", async () => {
    const owner = await anOwner(on.hub);
    for (const number of ["1001", "1002", "1003"]) await addTestPerson(on.hub, { number });
    let hashes = 0;
    const kdf: Kdf = {
      derive(pin, salt) {
        hashes += 1;
        return on.hub.context.kdf.derive(pin, salt);
      },
    };
    const context = { ...on.hub.context, kdf };
    await changePinLength(context, owner, 6);
    expect(hashes).toBe(4);
    await changePinLength(context, owner, 4);
    expect(hashes).toBe(4);
  });

  it("is for admins to change", async () => {
    const { person } = await addTestPerson(on.hub, { role: "manager" });
    await expect(changePinLength(on.hub.context, { person, role: "manager" }, 6)).rejects.toEqual(
      refusal("access.admins-only"),
    );
  });
});
