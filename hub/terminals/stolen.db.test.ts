import { expect, it } from "vitest";
import { CodedError } from "../../protocol/errors.ts";
import { makeId, terminalId, type PersonId } from "../../protocol/ids.ts";
import type { Kdf } from "../../protocol/seams.ts";
import { assignPerson, unassignPerson } from "../kiosks/assign.ts";
import { deleteKiosk } from "../kiosks/edit.ts";
import { HUB_ACTOR } from "../access.ts";
import { deactivatePerson } from "../people/activity.ts";
import { changePinLength } from "../pins/length.ts";
import { showPersonPin } from "../pins/person-pin.ts";
import { setWriteOnlyPins } from "../pins/write-only.ts";
import { TestBox } from "../testing/box.ts";
import { addTestPerson } from "../testing/hub.ts";
import { describeOnDatabases } from "../testing/on-databases.ts";
import { aKiosk, anAssignee, anOwner, auditOf, refusal } from "../testing/people.ts";
import { reportStolen } from "./stolen.ts";
import { listTerminals } from "./list.ts";
import { unpairTerminal } from "./unpair.ts";

describeOnDatabases("Report stolen", (on) => {
  it("gives everyone at its kiosk and the kiosk new PINs, told once, and shuts the terminal out", async () => {
    const { context } = on.hub;
    const owner = await anOwner(on.hub);
    const { kiosk, universalPin } = await aKiosk(on.hub);
    const other = await aKiosk(on.hub);
    const ana = await anAssignee(on.hub, kiosk);
    const jan = await anAssignee(on.hub, kiosk, { role: "admin" });
    const elsewhere = await anAssignee(on.hub, other.kiosk);
    await assignPerson(context, HUB_ACTOR, other.kiosk, ana.person);
    const stolen = await TestBox.pair(on.hub, kiosk);
    const neighbour = await TestBox.pair(on.hub, kiosk);
    const far = await TestBox.pair(on.hub, other.kiosk);
    const { issued } = await reportStolen(context, owner, stolen.terminal);
    const pinOf = (wanted: string) => issued.find((each) => each.owner === wanted)?.pin ?? "";
    expect(issued.map((each) => each.owner).toSorted()).toEqual([kiosk, ana.person, jan.person].toSorted());
    await neighbour.sync();
    await far.sync();
    for (const [who, old] of [
      [ana.person, ana.pin],
      [jan.person, jan.pin],
    ] as const) {
      expect(await neighbour.try(who, old)).toBeNull();
      expect(await neighbour.try(who, pinOf(who))).toBe("personal");
      expect((await showPersonPin(context, owner, who)).pin).toBe(pinOf(who));
    }
    expect(await far.try(ana.person, pinOf(ana.person))).toBe("personal");
    expect(await far.try(elsewhere.person, elsewhere.pin)).toBe("personal");
    expect(await neighbour.try(ana.person, universalPin)).toBeNull();
    expect(await neighbour.try(ana.person, pinOf(kiosk))).toBe("universal");
    expect(await stolen.sync()).toEqual([]);
    expect(await stolen.try(ana.person, ana.pin)).toBe("personal");
    const told = await stolen.punch(ana.person, "in");
    expect(told).toMatchObject({ ok: false, refusal: { code: "terminal.revoked" } });
    expect(await auditOf(on.hub, ana.person)).toContain("pin.changed");
    expect((await reportStolen(context, owner, stolen.terminal)).issued).toEqual([]);
  });

  it("also renews the PIN of who may only clock out once, and of nobody who has none", async () => {
    const { context } = on.hub;
    const { kiosk } = await aKiosk(on.hub);
    const leaving = await anAssignee(on.hub, kiosk);
    const gone = await anAssignee(on.hub, kiosk);
    const inactive = await anAssignee(on.hub, kiosk);
    const box = await TestBox.pair(on.hub, kiosk);
    await box.punch(leaving.person, "in");
    await unassignPerson(context, HUB_ACTOR, kiosk, leaving.person);
    await unassignPerson(context, HUB_ACTOR, kiosk, gone.person);
    await deactivatePerson(context, HUB_ACTOR, inactive.person);
    const neighbour = await TestBox.pair(on.hub, kiosk);
    const { issued } = await reportStolen(context, HUB_ACTOR, box.terminal);
    expect(issued.map((each) => each.owner).toSorted()).toEqual([kiosk, leaving.person].toSorted());
    await neighbour.sync();
    const pin = issued.find((each) => each.owner === leaving.person)?.pin ?? "";
    expect(await neighbour.try(leaving.person, pin)).toBe("personal");
  });

  it("changes nothing at all when it cannot change everything", async () => {
    const { context } = on.hub;
    const { kiosk } = await aKiosk(on.hub);
    const ana = await anAssignee(on.hub, kiosk);
    const box = await TestBox.pair(on.hub, kiosk);
    const everything = async () => ({
      people: await context.store.queries.selectFrom("people").selectAll().execute(),
      kiosks: await context.store.queries.selectFrom("kiosks").selectAll().execute(),
      terminals: await listTerminals(context.store.queries),
      audit: await auditOf(on.hub, ana.person),
    });
    const before = await everything();
    const broken = new CodedError("test.broken", "the clock broke while PINs were given");
    const breaking = {
      ...context,
      wallClock: {
        wallMs() {
          throw broken;
        },
      },
    };
    await expect(reportStolen(breaking, HUB_ACTOR, box.terminal)).rejects.toBe(broken);
    expect(await everything()).toEqual(before);
    await box.sync();
    expect(await box.try(ana.person, ana.pin)).toBe("personal");
  });

  it("leaves out nobody who comes while PINs are being made", async () => {
    const { context } = on.hub;
    const { kiosk } = await aKiosk(on.hub);
    const ana = await anAssignee(on.hub, kiosk);
    const box = await TestBox.pair(on.hub, kiosk);
    const late: { person: PersonId; pin: string }[] = [];
    const slowly: Kdf = {
      async derive(pin, salt) {
        if (late.length === 0) {
          late.push({ person: ana.person, pin: "" });
          late.push(await anAssignee(on.hub, kiosk));
        }
        return context.kdf.derive(pin, salt);
      },
    };
    const { issued } = await reportStolen({ ...context, kdf: slowly }, HUB_ACTOR, box.terminal);
    expect(issued.map((each) => each.owner).toSorted()).toEqual(
      [kiosk, ...late.map((each) => each.person)].toSorted(),
    );
  });

  it("brings back none of the PINs of another length, and shows PINs once where they are write-only", async () => {
    const { context } = on.hub;
    const owner = await anOwner(on.hub);
    const { kiosk } = await aKiosk(on.hub);
    const ana = await anAssignee(on.hub, kiosk);
    const box = await TestBox.pair(on.hub, kiosk);
    await changePinLength(context, owner, 6);
    await setWriteOnlyPins(context, owner, true);
    const { issued } = await reportStolen(context, owner, box.terminal);
    expect(issued.map((each) => each.pin.length)).toEqual([6, 6]);
    await expect(showPersonPin(context, owner, ana.person)).rejects.toEqual(refusal("pin.write-only"));
    await changePinLength(context, owner, 4);
    const neighbour = await TestBox.pair(on.hub, kiosk);
    expect(await neighbour.try(ana.person, ana.pin)).toBeNull();
  });

  it("is for owners and admins, for terminals that are there", async () => {
    const { context } = on.hub;
    const { kiosk } = await aKiosk(on.hub);
    const box = await TestBox.pair(on.hub, kiosk);
    const { person } = await addTestPerson(on.hub, { role: "manager" });
    const manager = { person, role: "manager" } as const;
    for (const act of [reportStolen, unpairTerminal]) {
      await expect(act(context, manager, box.terminal)).rejects.toEqual(refusal("access.admins-only"));
    }
    const unknown = makeId(terminalId, context.random);
    for (const act of [reportStolen, unpairTerminal]) {
      await expect(act(context, HUB_ACTOR, unknown)).rejects.toEqual(refusal("terminal.unknown"));
    }
  });
});

describeOnDatabases("Unpair", (on) => {
  it("takes a terminal's place away, with what it recorded before still taken, and frees its kiosk", async () => {
    const { context } = on.hub;
    const owner = await anOwner(on.hub);
    const { kiosk } = await aKiosk(on.hub);
    const ana = await anAssignee(on.hub, kiosk);
    const box = await TestBox.pair(on.hub, kiosk);
    await expect(deleteKiosk(context, owner, kiosk)).rejects.toEqual(refusal("kiosk.has-terminals"));
    await unpairTerminal(context, owner, box.terminal);
    await unpairTerminal(context, owner, box.terminal);
    expect(await listTerminals(context.store.queries)).toMatchObject([
      { terminal: box.terminal, standing: "unpairing", toldMs: null },
    ]);
    expect(await box.punch(ana.person, "in")).toMatchObject({ ok: true, ackedSeq: 1 });
    expect(await box.sync()).toEqual([]);
    expect((await showPersonPin(context, owner, ana.person)).pin).toBe(ana.pin);
    const audited = await context.store.queries
      .selectFrom("audit")
      .select(["actor", "subject"])
      .where("action", "=", "terminal.unpaired")
      .execute();
    expect(audited).toEqual([{ actor: owner.person, subject: box.terminal }]);
    await deleteKiosk(context, owner, kiosk);
    expect(await reportStolen(context, owner, box.terminal)).toEqual({ issued: [] });
  });
});
