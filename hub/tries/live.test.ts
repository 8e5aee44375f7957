import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { KioskId, PersonId } from "../../protocol/ids.ts";
import { DEFAULT_TRY_SETTINGS } from "../../protocol/try-settings.ts";
import { HUB_ACTOR } from "../access.ts";
import { assignPerson } from "../kiosks/assign.ts";
import { createTestKiosk, openTestScene, openTestTerminal, type TestHub } from "../testing/hub.ts";
import type { TestTerminal } from "../testing/terminal.ts";
import { DEFAULT_ALARM_SETTINGS } from "../workspace/alarm-settings.ts";
import { changeWrongPinSettings } from "../workspace/tries.ts";
import { liftWaits } from "./lift.ts";

let hub: TestHub;
let kiosk: KioskId;
let ana: PersonId;

beforeEach(async () => {
  const scene = await openTestScene();
  ({ hub, kiosk } = scene);
  ana = scene.ana.person;
});
afterEach(() => hub.core.close());

const refuse = async (terminal: TestTerminal): Promise<void> => {
  const seq = terminal.record({ kind: "pin.refused", person: ana, payload: { count: 1, waitMs: 60_000 } });
  terminal.send(terminal.batch(seq));
  await hub.scheduler.pass(1);
};

/** What was heard since the welcome and the first roster. */
const deltas = (terminal: TestTerminal) => terminal.all("rosterDelta");

describe("terminals that are connected", () => {
  it("hear of a wrong PIN elsewhere at once; where it was typed there is nothing to say", async () => {
    const here = await openTestTerminal(hub, kiosk);
    await refuse(here);
    expect(here.last("ack")?.seq).toBe(1);
    expect(deltas(here)).toEqual([]);
    const other = await createTestKiosk(hub, "Eastside Bar");
    await assignPerson(hub.context, HUB_ACTOR, other, ana);
    const there = await openTestTerminal(hub, other);
    await refuse(here);
    expect(deltas(here)).toEqual([]);
    expect(deltas(there)).toMatchObject([{ upserts: [{ person: ana, tries: { elsewhere: 2 } }] }]);
  });

  it("take a lift, and what wrong PINs cost from now on, at once", async () => {
    const terminal = await openTestTerminal(hub, kiosk);
    await refuse(terminal);
    await liftWaits(hub.context, HUB_ACTOR, ana);
    await hub.scheduler.pass(1);
    expect(deltas(terminal)).toMatchObject([{ upserts: [{ person: ana, tries: { clearedSeq: 1 } }] }]);
    const tries = { ...DEFAULT_TRY_SETTINGS, triesPerDay: 30 };
    await changeWrongPinSettings(hub.context, HUB_ACTOR, { tries, alarms: DEFAULT_ALARM_SETTINGS });
    await hub.scheduler.pass(1);
    expect(deltas(terminal).at(-1)).toMatchObject({ upserts: [], kiosk: { tries: { triesPerDay: 30 } } });
  });
});
