import { expect, it } from "vitest";
import { DEFAULT_TRY_SETTINGS, type TrySettings } from "../../protocol/try-settings.ts";
import { HUB_ACTOR } from "../access.ts";
import { TestApi } from "../testing/api.ts";
import { TestBox } from "../testing/box.ts";
import { describeOnDatabases } from "../testing/on-databases.ts";
import { aKiosk, refusal } from "../testing/people.ts";
import { DEFAULT_ALARM_SETTINGS } from "./alarm-settings.ts";
import { changeWrongPinSettings, wrongPinSettings } from "./tries.ts";

const STRICT: TrySettings = {
  waits: { steps: [{ refusals: 2, waitMs: 90_000 }], every: { fromRefusals: 4, waitMs: 600_000 } },
  triesPerDay: 20,
  spray: { tries: 10, refillMs: 30_000, slowMs: 5_000 },
};

describeOnDatabases("what wrong PINs cost", (on) => {
  it("is what the product says until an admin decides; then every terminal takes it at once", async () => {
    const { context } = on.hub;
    const { kiosk } = await aKiosk(on.hub);
    const { kiosk: other } = await aKiosk(on.hub);
    const box = await TestBox.pair(on.hub, kiosk);
    expect(box.kiosk?.tries).toEqual(DEFAULT_TRY_SETTINGS);
    const heard: unknown[] = [];
    context.changes.listen((change) => void heard.push(change));
    await changeWrongPinSettings(context, HUB_ACTOR, { tries: STRICT, alarms: DEFAULT_ALARM_SETTINGS });
    expect(heard).toEqual([
      { topics: ["workspace"], rosters: expect.arrayContaining([kiosk, other]) as unknown },
    ]);
    expect(await box.sync()).toMatchObject([{ type: "rosterDelta", upserts: [], kiosk: { tries: STRICT } }]);
    expect((await TestBox.pair(on.hub, other)).kiosk?.tries).toEqual(STRICT);
    expect(await wrongPinSettings(context.store.queries)).toEqual({
      tries: STRICT,
      alarms: DEFAULT_ALARM_SETTINGS,
    });
  });

  it("flags no punch: nobody's PIN changed with it (PIN case 9)", async () => {
    const { kiosk } = await aKiosk(on.hub);
    const before = await on.hub.context.store.queries.selectFrom("kiosks").selectAll().executeTakeFirst();
    await changeWrongPinSettings(on.hub.context, HUB_ACTOR, {
      tries: STRICT,
      alarms: DEFAULT_ALARM_SETTINGS,
    });
    const after = await on.hub.context.store.queries
      .selectFrom("kiosks")
      .select("access_revision")
      .where("id", "=", kiosk)
      .executeTakeFirst();
    expect(after?.access_revision).toBe(before?.access_revision);
  });

  it("refuses numbers that contradict each other, and says what would be right", async () => {
    const { every } = STRICT.waits;
    const wrong = [
      { tries: { ...STRICT, waits: { steps: [{ refusals: 4, waitMs: 60_000 }], every } } },
      { tries: { ...STRICT, triesPerDay: 1 } },
      { alarms: { ...DEFAULT_ALARM_SETTINGS, personTold: 101 } },
      { alarms: { ...DEFAULT_ALARM_SETTINGS, universalTold: 1_001 } },
    ];
    for (const each of wrong) {
      const settings = { tries: STRICT, alarms: DEFAULT_ALARM_SETTINGS, ...each };
      await expect(changeWrongPinSettings(on.hub.context, HUB_ACTOR, settings)).rejects.toEqual(
        refusal("workspace.tries"),
      );
    }
    expect((await wrongPinSettings(on.hub.context.store.queries)).tries).toEqual(DEFAULT_TRY_SETTINGS);
  });

  it("by the API: set, shown, lifted, listed; what is malformed is refused with what would be right", async () => {
    const api = new TestApi(on.hub);
    const admin = await api.as("admin");
    const { kiosk } = await aKiosk(on.hub);
    const box = await TestBox.pair(on.hub, kiosk);
    const settings = { tries: STRICT, alarms: { ...DEFAULT_ALARM_SETTINGS, personTold: 1 } };
    expect((await admin.send("PUT", "/api/v1/workspace/tries", settings)).statusCode).toBe(204);
    expect((await admin.get("/api/v1/workspace/settings")).json()).toMatchObject(settings);

    const { person } = admin;
    await box.tell({ kind: "pin.refused", person, payload: { count: 1, waitMs: 90_000 } });
    const waitUntilMs = on.hub.wallClock.wallMs() + 90_000;
    expect((await admin.get("/api/v1/waits")).json()).toMatchObject({
      waits: [{ person, refusals: 1, waitUntilMs }],
    });
    const listed = (await admin.get("/api/v1/alarms")).json<{ alarms: { alarm: string }[] }>();
    expect(listed.alarms).toMatchObject([{ kind: "slow-guess", person, kiosk, guesses: 1 }]);
    for (const [method, path] of [
      ["POST", `people/${person}/lift-waits`],
      ["DELETE", `alarms/${listed.alarms[0]?.alarm ?? ""}`],
    ] as const) {
      expect((await admin.send(method, `/api/v1/${path}`)).statusCode).toBe(204);
    }
    expect((await admin.get("/api/v1/waits")).json()).toEqual({ waits: [] });
    expect((await admin.get("/api/v1/alarms")).json()).toEqual({ alarms: [] });

    const steps = [
      { refusals: 5, waitMs: 60_000 },
      { refusals: 3, waitMs: 60_000 },
    ];
    const refused = async (body: object, code: string, detail: RegExp) => {
      const answer = await admin.send("PUT", "/api/v1/workspace/tries", body);
      expect(answer.json()).toMatchObject({
        status: 400,
        code,
        detail: expect.stringMatching(detail) as string,
      });
    };
    const outOfOrder = { ...settings, tries: { ...STRICT, waits: { ...STRICT.waits, steps } } };
    await refused(outOfOrder, "request.malformed", /steps must come in the order of their refusals/);
    await refused(
      { ...settings, tries: { ...STRICT, triesPerDay: 0 } },
      "request.malformed",
      /triesPerDay.*>=1/,
    );
    const alarms = { ...DEFAULT_ALARM_SETTINGS, personTold: 101 };
    await refused({ ...settings, alarms }, "workspace.tries", /personTold must be at most/);
    await api.app.close();
  });
});
