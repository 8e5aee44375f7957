import { expect, it } from "vitest";
import { CodedError } from "../../protocol/errors.ts";
import type { KioskId, PersonId } from "../../protocol/ids.ts";
import { DEFAULT_TRY_SETTINGS } from "../../protocol/try-settings.ts";
import { HUB_ACTOR } from "../access.ts";
import { deleteKiosk, editKiosk } from "../kiosks/edit.ts";
import { saveUniversalPin } from "../kiosks/universal-pin.ts";
import { deactivatePerson } from "../people/activity.ts";
import { showPerson } from "../people/list.ts";
import { savePersonPin } from "../pins/person-pin.ts";
import { changePinLength } from "../pins/length.ts";
import { TestBox } from "../testing/box.ts";
import type { TestHub } from "../testing/hub.ts";
import { describeOnDatabases } from "../testing/on-databases.ts";
import { aKiosk, anAssignee, auditOf, refusal } from "../testing/people.ts";
import { liftWaits } from "../tries/lift.ts";
import { changeWrongPinSettings } from "../workspace/tries.ts";
import { dismissAlarm, listAlarms, type AlarmListing } from "./alarms.ts";
import { alarmId } from "./ids.ts";

const LIMITS = { personTold: 3, personChange: 5, universalTold: 7, universalChange: 9 };

const alarms = (hub: TestHub): Promise<AlarmListing[]> => listAlarms(hub.context.store.queries);

const theAlarm = async (hub: TestHub): Promise<AlarmListing> => {
  const [alarm] = await alarms(hub);
  if (alarm === undefined) throw new CodedError("test.alarm", "there is no alarm");
  return alarm;
};

describeOnDatabases("alarms", (on) => {
  const scene = async (universal = LIMITS) => {
    await changeWrongPinSettings(on.hub.context, HUB_ACTOR, {
      tries: DEFAULT_TRY_SETTINGS,
      alarms: universal,
    });
    const { kiosk } = await aKiosk(on.hub, { name: "Westside Bar" });
    const { person } = await anAssignee(on.hub, kiosk);
    const box = await TestBox.pair(on.hub, kiosk);
    return { kiosk, person, box };
  };
  const guess = async (box: TestBox, person: PersonId, times: number): Promise<void> => {
    for (let count = 1; count <= times; count += 1) {
      await box.tell({ kind: "pin.refused", person, payload: { count, waitMs: 0 } });
    }
  };
  const guessesAt = async (owner: PersonId | KioskId): Promise<number> => {
    const row = await on.hub.context.store.queries
      .selectFrom("pin_guesses")
      .select("guesses")
      .where("owner", "=", owner)
      .executeTakeFirst();
    return row?.guesses ?? 0;
  };

  it("wrong PINs at one person are told, and from the second number on the PIN must be changed", async () => {
    const { kiosk, person, box } = await scene();
    await guess(box, person, 2);
    expect(await alarms(on.hub)).toEqual([]);
    await guess(box, person, 1);
    expect(await alarms(on.hub)).toMatchObject([
      {
        kind: "slow-guess",
        person,
        name: "Ana Kovač",
        kiosk,
        kioskName: "Westside Bar",
        guesses: 3,
        mustChange: false,
      },
    ]);
    expect(await showPerson(on.hub.context.store.queries, person)).not.toHaveProperty("pinMustChange");
    await guess(box, person, 2);
    expect(await alarms(on.hub)).toMatchObject([{ person, guesses: 5, mustChange: true }]);
    expect(await showPerson(on.hub.context.store.queries, person)).toMatchObject({ pinMustChange: true });
  });

  it("neither a success nor a lift nor the Universal PIN gives a guess back", async () => {
    const { person, box } = await scene();
    await guess(box, person, 2);
    await box.punch(person, "in");
    await liftWaits(on.hub.context, HUB_ACTOR, person);
    await box.punch(person, "out", "universal");
    await guess(box, person, 1);
    expect(await alarms(on.hub)).toMatchObject([{ person, guesses: 3 }]);
  });

  it("a new PIN ends the alarm, and the count begins again", async () => {
    const { person, box } = await scene();
    await guess(box, person, 6);
    await savePersonPin(on.hub.context, HUB_ACTOR, person, "4821");
    expect(await alarms(on.hub)).toEqual([]);
    expect(await guessesAt(person)).toBe(0);
    await guess(box, person, 2);
    // At the kiosk all eight count.
    expect((await alarms(on.hub)).map((alarm) => alarm.person)).toEqual([null]);
  });

  it("PIN rule 5: wrong PINs at everyone but admins guess at the kiosk's Universal PIN", async () => {
    const { kiosk, person, box } = await scene();
    const { person: jan } = await anAssignee(on.hub, kiosk);
    const { person: boss } = await anAssignee(on.hub, kiosk, { role: "admin" });
    const { person: manager } = await anAssignee(on.hub, kiosk, { role: "manager" });
    await guess(box, boss, 2);
    expect(await guessesAt(kiosk)).toBe(0);
    for (const each of [person, jan]) await guess(box, each, 2);
    await guess(box, manager, 1);
    expect(await guessesAt(kiosk)).toBe(5);
    for (const each of [person, jan])
      await savePersonPin(on.hub.context, HUB_ACTOR, each, `48${each === jan ? 2 : 3}1`);
    for (const each of [person, jan]) await guess(box, each, 1);
    expect(await alarms(on.hub)).toMatchObject([
      { kind: "slow-guess", person: null, name: null, kiosk, guesses: 7, mustChange: false },
    ]);
    for (const each of [person, jan]) await guess(box, each, 1);
    expect(await alarms(on.hub)).toMatchObject([{ person: null, guesses: 9, mustChange: true }]);
    await saveUniversalPin(on.hub.context, HUB_ACTOR, kiosk, "8062");
    expect(await alarms(on.hub)).toEqual([]);
    expect(await guessesAt(kiosk)).toBe(0);
  });

  it("PINs of another length that are generated begin at 0; who gets an old one back keeps the count", async () => {
    const { kiosk, person, box } = await scene();
    await guess(box, person, 2);
    await changePinLength(on.hub.context, HUB_ACTOR, 6);
    expect([await guessesAt(person), await guessesAt(kiosk)]).toEqual([0, 0]);
    await guess(box, person, 1);
    await changePinLength(on.hub.context, HUB_ACTOR, 4);
    expect([await guessesAt(person), await guessesAt(kiosk)]).toEqual([1, 1]);
  });

  it("of a Universal PIN, it stands while Requires PIN is on", async () => {
    const { kiosk, person, box } = await scene({ ...LIMITS, personTold: 5, universalTold: 3 });
    await guess(box, person, 3);
    await editKiosk(on.hub.context, HUB_ACTOR, kiosk, { requiresPin: false });
    expect(await alarms(on.hub)).toEqual([]);
    await editKiosk(on.hub.context, HUB_ACTOR, kiosk, { requiresPin: true });
    expect(await alarms(on.hub)).toMatchObject([{ person: null, kiosk, guesses: 3 }]);
  });

  it("ends with the person's or the kiosk's leaving", async () => {
    const { kiosk, person, box } = await scene({ ...LIMITS, universalTold: 3 });
    await guess(box, person, 3);
    expect(await alarms(on.hub)).toHaveLength(2);
    await deactivatePerson(on.hub.context, HUB_ACTOR, person);
    expect((await alarms(on.hub)).map((alarm) => alarm.person)).toEqual([null]);
    await on.hub.context.store.queries.updateTable("terminals").set({ revoked: 1 }).execute();
    await deleteKiosk(on.hub.context, HUB_ACTOR, kiosk);
    expect(await alarms(on.hub)).toEqual([]);
  });

  it("dismissed, audited, it does not come back until it gets worse; then only a new PIN ends it", async () => {
    const { person, box } = await scene();
    await guess(box, person, 3);
    const { alarm } = await theAlarm(on.hub);
    await dismissAlarm(on.hub.context, HUB_ACTOR, alarm);
    expect(await auditOf(on.hub, person)).toContain("alarm.dismissed");
    await guess(box, person, 1);
    expect(await alarms(on.hub)).toEqual([]);
    await guess(box, person, 1);
    expect(await alarms(on.hub)).toMatchObject([{ person, guesses: 5, mustChange: true }]);
    await expect(dismissAlarm(on.hub.context, HUB_ACTOR, alarm)).rejects.toEqual(
      refusal("alarm.must-change"),
    );
  });

  it("is dismissed by admins alone, once, and only when it is there", async () => {
    const { person, box } = await scene();
    await guess(box, person, 3);
    const { alarm } = await theAlarm(on.hub);
    const manager = { person, role: "manager" } as const;
    await expect(dismissAlarm(on.hub.context, manager, alarm)).rejects.toEqual(refusal("access.admins-only"));
    await dismissAlarm(on.hub.context, HUB_ACTOR, alarm);
    await expect(dismissAlarm(on.hub.context, HUB_ACTOR, alarm)).rejects.toEqual(refusal("alarm.unknown"));
    const other = alarmId.parse("0".repeat(16));
    await expect(dismissAlarm(on.hub.context, HUB_ACTOR, other)).rejects.toEqual(refusal("alarm.unknown"));
  });

  it("a terminal's spent budget is an alarm until it has recovered or an admin ended it, however often it says so", async () => {
    const { kiosk, box } = await scene();
    const spray = (state: "slowed" | "recovered") =>
      box.tell({ kind: "pin.spray", person: null, payload: { state } });
    await spray("recovered");
    expect(await alarms(on.hub)).toEqual([]);
    await spray("slowed");
    await spray("slowed");
    expect(await alarms(on.hub)).toMatchObject([{ kind: "spray", person: null, kiosk, mustChange: false }]);
    await spray("recovered");
    expect(await alarms(on.hub)).toEqual([]);
    await spray("slowed");
    await box.tell({ kind: "wait.lifted", person: null, payload: {} });
    expect(await alarms(on.hub)).toEqual([]);
    await spray("slowed");
    await dismissAlarm(on.hub.context, HUB_ACTOR, (await theAlarm(on.hub)).alarm);
    await spray("slowed");
    expect(await alarms(on.hub)).toEqual([]);
  });

  it("each is one notice to the admins: told, must be changed, spray, forgotten; not one for each wrong PIN", async () => {
    const { kiosk, person, box } = await scene();
    await anAssignee(on.hub, kiosk, { role: "admin", email: "boss@example.com" });
    await guess(box, person, 6);
    await box.tell({ kind: "pin.spray", person: null, payload: { state: "slowed" } });
    await box.tell({ kind: "pin.forgotten", person, payload: {} });
    await box.tell({ kind: "pin.forgotten", person, payload: {} });
    const mails = await on.hub.context.store.queries.selectFrom("mails").select("kind").execute();
    expect(mails.map((mail) => mail.kind).sort()).toEqual([
      "forgot-pin",
      "slow-guess",
      "slow-guess",
      "spray",
    ]);
  });

  it("tells open pages, so that they look again", async () => {
    const { person, box } = await scene();
    const heard: unknown[] = [];
    on.hub.context.changes.listen((change) => void heard.push(change));
    await guess(box, person, 1);
    await box.tell({ kind: "pin.spray", person: null, payload: { state: "slowed" } });
    expect(heard).toEqual([
      { topics: ["requests"], rosters: [] },
      { topics: ["requests"], rosters: [] },
    ]);
  });
});
