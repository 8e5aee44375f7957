import { expect, it } from "vitest";
import type { PersonId } from "../../protocol/ids.ts";
import type { RosterTries } from "../../protocol/roster.ts";
import { HUB_ACTOR } from "../access.ts";
import { assignPerson } from "../kiosks/assign.ts";
import { savePersonPin } from "../pins/person-pin.ts";
import { changePinLength } from "../pins/length.ts";
import { deactivatePerson, reactivatePerson } from "../people/activity.ts";
import { editPerson } from "../people/edit.ts";
import { TestBox } from "../testing/box.ts";
import type { TestHub } from "../testing/hub.ts";
import { describeOnDatabases } from "../testing/on-databases.ts";
import { aKiosk, anAssignee, auditOf, refusal } from "../testing/people.ts";
import { liftWaits } from "./lift.ts";
import { listWaits } from "./tries.ts";

const MINUTE_MS = 60_000;

const refuse = (box: TestBox, person: PersonId, waitMs = 0) =>
  box.tell({ kind: "pin.refused", person, payload: { count: 1, waitMs } });

const triesAt = async (box: TestBox, person: PersonId): Promise<RosterTries | undefined> => {
  await box.sync();
  return box.people.get(person)?.tries;
};

const waits = (hub: TestHub) => listWaits(hub.context.store.queries, hub.wallClock.wallMs());

describeOnDatabases("wrong PINs, counted over terminals", (on) => {
  /** Someone at a kiosk with two terminals. */
  const scene = async () => {
    const { kiosk } = await aKiosk(on.hub);
    const { person } = await anAssignee(on.hub, kiosk);
    const here = await TestBox.pair(on.hub, kiosk);
    const there = await TestBox.pair(on.hub, kiosk);
    return { kiosk, person, here, there };
  };

  it("says nothing of somebody without a wrong PIN", async () => {
    const { person, here } = await scene();
    expect(await triesAt(here, person)).toBeUndefined();
  });

  it("tells each terminal what the others refused, and the longest wait of those", async () => {
    const { person, here, there } = await scene();
    await refuse(here, person);
    await refuse(here, person, MINUTE_MS);
    await refuse(there, person, 5 * MINUTE_MS);
    on.hub.wallClock.set(on.hub.wallClock.wallMs() + 20_000);
    expect(await triesAt(there, person)).toEqual({
      resetSeq: 0,
      clearedSeq: 0,
      elsewhere: 2,
      elsewhereWaitMs: 40_000,
    });
    expect(await triesAt(here, person)).toMatchObject({ elsewhere: 1, elsewhereWaitMs: 280_000 });
    expect(await waits(on.hub)).toMatchObject([
      { person, refusals: 3, waitUntilMs: on.hub.wallClock.wallMs() + 280_000 },
    ]);
  });

  it("a shorter wait after a longer one ends nothing early, and a clock set back makes none longer", async () => {
    const { person, here, there } = await scene();
    await refuse(here, person, 30 * MINUTE_MS);
    await refuse(here, person, MINUTE_MS);
    expect(await triesAt(there, person)).toMatchObject({ elsewhereWaitMs: 30 * MINUTE_MS });
    on.hub.wallClock.set(on.hub.wallClock.wallMs() - 60 * MINUTE_MS);
    await refuse(here, person);
    expect(await triesAt(there, person)).toMatchObject({ elsewhereWaitMs: 30 * MINUTE_MS });
  });

  it("also at another kiosk, and for a terminal that is paired later", async () => {
    const { person, here } = await scene();
    const { kiosk: other } = await aKiosk(on.hub);
    await assignPerson(on.hub.context, HUB_ACTOR, other, person);
    const away = await TestBox.pair(on.hub, other);
    await refuse(here, person);
    expect(await triesAt(away, person)).toMatchObject({ elsewhere: 1 });
    expect(await triesAt(await TestBox.pair(on.hub, other), person)).toMatchObject({ elsewhere: 1 });
  });

  it.each(["punch", "pin.accepted"] as const)(
    "a success with the personal PIN (%s) ends the count at every terminal; the wrong PINs stay known for the 24 h",
    async (how) => {
      const { person, here, there } = await scene();
      await refuse(here, person);
      await refuse(here, person, MINUTE_MS);
      await refuse(there, person);
      if (how === "punch") await there.punch(person, "in");
      else await there.tell({ kind: "pin.accepted", person, payload: { auth: "personal" } });
      expect(await triesAt(here, person)).toEqual({
        resetSeq: 2,
        clearedSeq: 0,
        elsewhere: 0,
        elsewhereWaitMs: 0,
      });
      expect(await triesAt(there, person)).toMatchObject({ elsewhere: 0, elsewhereWaitMs: 0 });
      expect(await waits(on.hub)).toEqual([]);
      await refuse(here, person);
      expect(await triesAt(there, person)).toMatchObject({ elsewhere: 1 });
    },
  );

  it("PIN rule 5: the Universal PIN ends no count, and neither does an undo or a request", async () => {
    const { person, here, there } = await scene();
    await refuse(here, person);
    await there.punch(person, "in", "universal");
    await there.tell({ kind: "pin.accepted", person, payload: { auth: "universal" } });
    await there.tell({ kind: "pin.forgotten", person, payload: {} });
    expect(await triesAt(there, person)).toMatchObject({ elsewhere: 1 });
    expect(await triesAt(here, person)).toBeUndefined();
  });

  it("a terminal that is alone at its kiosk hears nothing of its own wrong PINs; another one does", async () => {
    const { kiosk } = await aKiosk(on.hub);
    const { person } = await anAssignee(on.hub, kiosk);
    const alone = await TestBox.pair(on.hub, kiosk);
    await refuse(alone, person, MINUTE_MS);
    expect(await alone.sync()).toEqual([]);
    const heard: unknown[] = [];
    on.hub.context.changes.listen((change) => void heard.push(change));
    await refuse(alone, person);
    expect(heard).toEqual([{ topics: ["requests"], rosters: [] }]);
    const second = await TestBox.pair(on.hub, kiosk);
    expect(await triesAt(second, person)).toMatchObject({ elsewhere: 2 });
    await refuse(alone, person);
    expect(await second.sync()).toMatchObject([{ upserts: [{ person, tries: { elsewhere: 3 } }] }]);
  });

  it("a terminal that is alone hears that its success ended what others had refused", async () => {
    const { person, here } = await scene();
    const { kiosk } = await aKiosk(on.hub);
    await assignPerson(on.hub.context, HUB_ACTOR, kiosk, person);
    const alone = await TestBox.pair(on.hub, kiosk);
    await refuse(here, person);
    expect(await triesAt(alone, person)).toMatchObject({ elsewhere: 1 });
    await alone.tell({ kind: "pin.accepted", person, payload: { auth: "personal" } });
    expect(await triesAt(alone, person)).toBeUndefined();
  });

  it("an admin lifts it all, audited, at every terminal; what comes after counts again", async () => {
    const { person, here, there } = await scene();
    await refuse(here, person);
    await refuse(here, person, MINUTE_MS);
    await refuse(there, person);
    await liftWaits(on.hub.context, HUB_ACTOR, person);
    expect(await triesAt(here, person)).toEqual({
      resetSeq: 2,
      clearedSeq: 2,
      elsewhere: 0,
      elsewhereWaitMs: 0,
    });
    expect(await triesAt(there, person)).toMatchObject({ clearedSeq: 1, elsewhere: 0 });
    expect(await waits(on.hub)).toEqual([]);
    expect(await auditOf(on.hub, person)).toContain("person.waits-lifted");
    await refuse(here, person);
    expect(await triesAt(there, person)).toMatchObject({ clearedSeq: 1, elsewhere: 1 });
  });

  it("a lift is for admins, and for people who are there", async () => {
    const { person } = await scene();
    const manager = { person, role: "manager" } as const;
    await expect(liftWaits(on.hub.context, manager, person)).rejects.toEqual(refusal("access.admins-only"));
    const nobody = "0".repeat(16) as PersonId;
    await expect(liftWaits(on.hub.context, HUB_ACTOR, nobody)).rejects.toEqual(refusal("person.unknown"));
  });

  it.each([
    ["typed", (hub: TestHub, person: PersonId) => savePersonPin(hub.context, HUB_ACTOR, person, "4821")],
    ["in another length", (hub: TestHub) => changePinLength(hub.context, HUB_ACTOR, 6)],
    [
      "with a role",
      (hub: TestHub, person: PersonId) => editPerson(hub.context, HUB_ACTOR, person, { role: "admin" }, true),
    ],
    [
      "on coming back",
      async (hub: TestHub, person: PersonId) => {
        await deactivatePerson(hub.context, HUB_ACTOR, person);
        await reactivatePerson(hub.context, HUB_ACTOR, person);
      },
    ],
  ] as const)(
    "PIN rule 7: a new PIN %s closes the request and clears the waits at every terminal",
    async (_how, renew) => {
      const { person, here, there } = await scene();
      await refuse(here, person, MINUTE_MS);
      await here.tell({ kind: "pin.forgotten", person, payload: {} });
      await renew(on.hub, person);
      expect(await triesAt(here, person)).toMatchObject({ clearedSeq: 1, elsewhereWaitMs: 0 });
      expect((await triesAt(there, person))?.elsewhere ?? 0).toBe(0);
      expect(await waits(on.hub)).toEqual([]);
      const open = await on.hub.context.store.queries
        .selectFrom("pin_requests")
        .select("id")
        .where("closed_ms", "is", null)
        .execute();
      expect(open).toEqual([]);
    },
  );

  it("counts nothing about somebody who is unknown here, and goes on", async () => {
    const { person, here, there } = await scene();
    expect(await refuse(here, "0".repeat(16) as PersonId)).toMatchObject({ ok: true });
    await refuse(here, person);
    expect(await triesAt(there, person)).toMatchObject({ elsewhere: 1 });
  });
});
