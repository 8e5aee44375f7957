import { afterEach, beforeEach, expect, it } from "vitest";
import { PASSWORD, signUp } from "../testing/access.ts";
import { TestApi, type Answer, type ApiClient, type Method } from "../testing/api.ts";
import { describeOnDatabases } from "../testing/on-databases.ts";
import { MAX_PIN_EDITS } from "../pins/edit-limit.ts";

/** Everything an admin does, through the API alone. The rules themselves are tested where they live. */

interface Added {
  readonly person: string;
  readonly number: string;
  readonly pin: string;
}
interface Kiosk {
  readonly kiosk: string;
  readonly universalPin: string;
}

describeOnDatabases("an admin, by the API", (given) => {
  let api: TestApi;
  let admin: ApiClient;
  beforeEach(async () => {
    api = new TestApi(given.hub);
    admin = api.holder((await signUp(given.hub, "admin")).token);
  });
  afterEach(() => api.app.close());

  const send = (method: Method, path: string, body?: object) => admin.send(method, `/api/v1/${path}`, body);
  const refused = (answer: Answer, status: number, code: string) =>
    expect(answer.json()).toMatchObject({ status, code });
  const done = (answer: Answer) => expect([answer.statusCode, answer.body]).toEqual([204, ""]);

  const add = async (name: string, more: object = {}): Promise<Added> =>
    (await send("POST", "people", { name, ...more })).json<Added>();
  const makeKiosk = async (name: string, more: object = {}): Promise<Kiosk> => {
    const wish = { name, requiresPin: true, timeZone: "Europe/Zagreb", ...more };
    return (await send("POST", "kiosks", wish)).json<Kiosk>();
  };
  const audited = async (): Promise<
    { action: string; actorName: string | null; subjectName: string | null }[]
  > => (await admin.get("/api/v1/audit?limit=500")).json<{ audit: never[] }>().audit;
  const timesAudited = async (action: string) =>
    (await audited()).filter((entry) => entry.action === action).length;

  it("adds, changes, deactivates and brings back a person (PIN rule 3, PIN case 7)", async () => {
    const ana = await add("Ana Kovač", { email: "ana@example.com", number: "1001" });
    expect(ana).toMatchObject({ number: "1001", pin: expect.stringMatching(/^[1-9][0-9]{3}$/) as string });
    done(await send("PATCH", `people/${ana.person}`, { name: "Ana K.", moreTime: true }));
    expect((await admin.get(`/api/v1/people/${ana.person}`)).json()).toEqual({
      person: ana.person,
      name: "Ana K.",
      email: "ana@example.com",
      number: "1001",
      role: "regular",
      language: null,
      moreTime: true,
      active: true,
      card: null,
    });
    done(await send("POST", `people/${ana.person}/deactivate`));
    refused(await send("POST", `people/${ana.person}/pin/show`), 409, "person.inactive");
    const back = await send("POST", `people/${ana.person}/reactivate`);
    expect(back.json()).toEqual({ pin: expect.stringMatching(/^[0-9]{4}$/) as string });
    refused(await send("POST", `people/${ana.person}/reactivate`), 409, "person.active");
    refused(await admin.get(`/api/v1/people/${"0".repeat(16)}`), 404, "person.unknown");
  });

  it("says which rule a wrong person breaks, and repeats nothing of it", async () => {
    await add("Ana", { number: "1001" });
    refused(await send("POST", "people", { name: "Eva", number: "1001" }), 409, "person.number-taken");
    refused(await send("POST", "people", { name: "Eva", number: "12" }), 400, "person.number");
    for (const body of [
      {},
      { name: "" },
      { name: "x".repeat(201) },
      { name: "Eva", role: "king" },
      { name: "Eva", email: "nowhere" },
      { name: "Eva", pin: 4821 },
      { name: "Eva", pni: "4821" },
      { name: "Eva", __proto__: { role: "owner" }, constructor: 1 },
    ]) {
      const answer = await send("POST", "people", body);
      refused(answer, 400, "request.malformed");
      expect(answer.body).not.toContain("4821");
    }
  });

  it("lists people page by page, each once", async () => {
    for (let count = 0; count < 7; count += 1) await add(`Person ${count}`);
    const names: string[] = [];
    let after = "";
    for (let page = 0; page < 10; page += 1) {
      const body = (await admin.get(`/api/v1/people?limit=3${after}`)).json<{
        people: { name: string }[];
        next: string | null;
      }>();
      names.push(...body.people.map((each) => each.name));
      if (body.next === null) break;
      expect(body.people).toHaveLength(3);
      after = `&after=${body.next}`;
    }
    expect(names).toEqual(["The admin", ...Array.from({ length: 7 }, (_each, count) => `Person ${count}`)]);
  });

  it("generates, types, saves and shows a PIN; each showing is audited (PIN rule 6)", async () => {
    const { person, pin } = await add("Ana");
    const proposed = (await send("POST", `people/${person}/pin/propose`)).json<{ pin: string }>();
    expect((await send("POST", `people/${person}/pin/show`)).json()).toEqual({ pin });
    const saved = await send("PUT", `people/${person}/pin`, proposed);
    expect(saved.json()).toEqual({ isNew: true, warning: null });
    expect((await send("PUT", `people/${person}/pin`, proposed)).json()).toEqual({
      isNew: false,
      warning: null,
    });
    const shown = await send("POST", `people/${person}/pin/show`);
    expect(shown.json()).toEqual(proposed);
    expect(shown.headers["cache-control"]).toBe("no-store");
    refused(await send("PUT", `people/${person}/pin`, { pin: "1111" }), 400, "pin.repeated");
    refused(await send("PUT", `people/${person}/pin`, { pin: "482" }), 400, "pin.length");
    expect(await timesAudited("pin.shown")).toBe(2);
    expect((await audited()).find((entry) => entry.action === "pin.shown")).toMatchObject({
      actorName: "The admin",
      subjectName: "Ana",
    });
  });

  it("is told which rule a PIN breaks and never whose it is, and asks no more than 30 times an hour (PIN rule 8)", async () => {
    const boss = await add("The boss", { role: "admin", pin: "7193" });
    const { person } = await add("Ana");
    const clash = await send("PUT", `people/${person}/pin`, { pin: "7193" });
    refused(clash, 409, "pin.clash-role");
    expect(clash.body).not.toMatch(new RegExp(`boss|${boss.person}|7193|${boss.number}`));
    let last = clash;
    for (let count = 2; count < MAX_PIN_EDITS; count += 1) {
      last = await send("PUT", `people/${person}/pin`, { pin: "7193" });
    }
    refused(last, 409, "pin.clash-role");
    refused(await send("PUT", `people/${person}/pin`, { pin: "7193" }), 429, "pin.too-many-edits");
    // Generate goes on.
    expect((await send("POST", `people/${person}/pin/propose`)).statusCode).toBe(200);
  });

  it("promotes with a new PIN in the same act where the old would clash (PIN case 1)", async () => {
    const first = await add("Ana", { pin: "7193" });
    await add("Eva", { pin: "7193" });
    refused(await send("PUT", `people/${first.person}/role`, { role: "admin" }), 409, "pin.clash-role");
    const promoted = await send("PUT", `people/${first.person}/role`, { role: "admin", newPin: true });
    expect(promoted.json()).toEqual({ pin: expect.stringMatching(/^[0-9]{4}$/) as string });
    const demoted = await send("PUT", `people/${first.person}/role`, { role: "manager" });
    expect(demoted.json()).toEqual({ pin: null });
  });

  it("prints slips, all or none, audited one by one (PIN rule 3)", async () => {
    const [ana, eva] = [await add("Ana"), await add("Eva")];
    const slips = await send("POST", "pin-slips", { people: [eva.person, ana.person] });
    expect(slips.json()).toMatchObject({
      slips: [
        { name: "Eva", pin: eva.pin },
        { name: "Ana", pin: ana.pin },
      ],
    });
    const unknown = "0".repeat(16);
    refused(await send("POST", "pin-slips", { people: [ana.person, unknown] }), 404, "person.unknown");
    expect(await timesAudited("pin.slip-printed")).toBe(2);
  });

  it("imports people or is told every mistake by line, and no PIN (PIN case 5)", async () => {
    const upload = (csv: string) =>
      admin.send("POST", "/api/v1/people/import", csv, { "content-type": "text/csv" });
    const good = await upload("name,role,pin\r\nAna,regular,7306\r\nEva,admin,9573\r\n");
    expect(good.json()).toMatchObject({
      imported: [
        { line: 2, name: "Ana", pin: "7306" },
        { line: 3, name: "Eva" },
      ],
    });
    const bad = await upload("name,role,pin\nIda,regular,482\nIvo,king,9046\n");
    expect(bad.json()).toMatchObject({
      status: 422,
      code: "import.refused",
      problems: [
        { line: 2, column: "pin" },
        { line: 3, column: "role" },
      ],
      untold: 0,
    });
    expect(bad.body).not.toMatch(/9046/);
    refused(await upload(""), 400, "import.empty");
    refused(await upload("x".repeat(4 * 1024 * 1024 + 1)), 413, "request.malformed");
    refused(await send("POST", "people/import", { name: "Ana" }), 400, "request.malformed");
  });

  it("creates a kiosk, changes it, assigns people and deletes it (PIN rule 1, PIN rule 5)", async () => {
    const { kiosk, universalPin } = await makeKiosk("Westside Bar");
    expect(universalPin).toMatch(/^[0-9]{4}$/);
    const { person } = await add("Ana");
    done(await send("PUT", `kiosks/${kiosk}/assignees/${person}`));
    expect((await admin.get(`/api/v1/kiosks/${kiosk}`)).json()).toMatchObject({
      name: "Westside Bar",
      assignees: 1,
    });
    expect((await admin.get(`/api/v1/kiosks/${kiosk}/assignees`)).json()).toMatchObject({
      people: [{ person, name: "Ana" }],
      next: null,
    });
    done(await send("DELETE", `kiosks/${kiosk}/assignees/${person}`));
    expect((await admin.get(`/api/v1/kiosks/${kiosk}/assignees`)).json()).toEqual({ people: [], next: null });
    done(await send("PATCH", `kiosks/${kiosk}`, { name: "East Bar", requiresPin: false }));
    refused(await send("PATCH", `kiosks/${kiosk}`, { timeZone: "Mars/Base" }), 400, "time-zone.unknown");
    expect((await admin.get("/api/v1/kiosks?limit=1")).json()).toMatchObject({
      kiosks: [{ kiosk, name: "East Bar", requiresPin: false }],
      next: null,
    });
    done(await send("DELETE", `kiosks/${kiosk}`));
    refused(await admin.get(`/api/v1/kiosks/${kiosk}`), 404, "kiosk.unknown");
    refused(await admin.get(`/api/v1/kiosks/${kiosk}/assignees`), 404, "kiosk.unknown");
  });

  it("pages kiosks by name, whatever is in the names", async () => {
    const names = ["Ångström", "bar'); DROP TABLE kiosks;--", "Bar", "ბარი", "🍺", "ñ", "\u202eRTL"];
    for (const name of names) await makeKiosk(name);
    const seen: string[] = [];
    let after = "";
    for (let page = 0; page < 10; page += 1) {
      const body = (await admin.get(`/api/v1/kiosks?limit=2${after}`)).json<{
        kiosks: { name: string }[];
        next: string | null;
      }>();
      seen.push(...body.kiosks.map((each) => each.name));
      if (body.next === null) break;
      after = `&after=${encodeURIComponent(body.next)}`;
    }
    expect(seen.toSorted()).toEqual(names.toSorted());
  });

  it("edits a Universal PIN, only while Requires PIN is on (PIN rule 6, PIN case 6)", async () => {
    const { kiosk, universalPin } = await makeKiosk("Westside Bar");
    expect((await send("POST", `kiosks/${kiosk}/universal-pin/show`)).json()).toEqual({ pin: universalPin });
    const proposed = (await send("POST", `kiosks/${kiosk}/universal-pin/propose`)).json<{ pin: string }>();
    expect((await send("PUT", `kiosks/${kiosk}/universal-pin`, proposed)).json()).toMatchObject({
      isNew: true,
    });
    expect(await timesAudited("kiosk.universal-pin-shown")).toBe(1);
    await send("PATCH", `kiosks/${kiosk}`, { requiresPin: false });
    for (const answer of [
      await send("POST", `kiosks/${kiosk}/universal-pin/show`),
      await send("POST", `kiosks/${kiosk}/universal-pin/propose`),
      await send("PUT", `kiosks/${kiosk}/universal-pin`, proposed),
    ]) {
      refused(answer, 409, "kiosk.requires-pin-off");
    }
  });

  it("exports assignees with PINs for the own password alone, and not when PINs are write-only (PIN rule 6)", async () => {
    const { kiosk } = await makeKiosk("Westside Bar");
    const { person, pin, number } = await add("=HYPERLINK(1)", { role: "manager" });
    await send("PUT", `kiosks/${kiosk}/assignees/${person}`);
    const exported = (password: string) => send("POST", `kiosks/${kiosk}/assignees/export`, { password });
    refused(await exported("not it at all"), 403, "password.wrong");
    expect(await timesAudited("kiosk.assignees-exported")).toBe(0);
    const file = await exported(PASSWORD);
    expect(file.headers["content-type"]).toBe("text/csv; charset=utf-8");
    expect(file.headers["content-disposition"]).toBe('attachment; filename="assignees.csv"');
    expect(file.headers["cache-control"]).toBe("no-store");
    expect(file.body).toContain(`"'=HYPERLINK(1)","${number}",,"manager","${pin}"`);
    expect(await timesAudited("kiosk.assignees-exported")).toBe(1);
    done(await send("PUT", "workspace/pin-visibility", { writeOnlyPins: true }));
    refused(await exported(PASSWORD), 409, "pin.write-only");
    refused(await send("POST", `people/${person}/pin/show`), 409, "pin.write-only");
  });

  it("downgrades the plan, which turns Requires PIN off, and restores it with one click (PIN rule 2)", async () => {
    const { kiosk } = await makeKiosk("Westside Bar");
    expect((await send("PUT", "workspace/plan", { plan: "free" })).json()).toEqual({ kiosks: [kiosk] });
    refused(await send("PATCH", `kiosks/${kiosk}`, { requiresPin: true }), 409, "plan.pin");
    refused(await send("POST", "workspace/restore-requires-pin"), 409, "plan.pin");
    expect((await send("PUT", "workspace/plan", { plan: "standard" })).json()).toEqual({ kiosks: [] });
    expect((await send("POST", "workspace/restore-requires-pin")).json()).toEqual({ kiosks: [kiosk] });
  });

  it("changes the length of PINs and is told the new ones, once (PIN case 7)", async () => {
    const { person, pin } = await add("Ana");
    const longer = await send("PUT", "workspace/pin-length", { pinLength: 6 });
    const { issued } = longer.json<{ issued: { owner: string; pin: string }[] }>();
    expect(issued.find((each) => each.owner === person)?.pin).toMatch(/^[0-9]{6}$/);
    expect((await admin.get("/api/v1/workspace/settings")).json()).toMatchObject({
      plan: "standard",
      pinLength: 6,
      writeOnlyPins: false,
    });
    const back = await send("PUT", "workspace/pin-length", { pinLength: 4 });
    expect(back.json()).toMatchObject({ issued: [], restored: 2 });
    expect((await send("POST", `people/${person}/pin/show`)).json()).toEqual({ pin });
    refused(await send("PUT", "workspace/pin-length", { pinLength: 5 }), 400, "request.malformed");
  });

  it("finds every act in the audit log, the newest first, page by page, with names and without PINs", async () => {
    const { person, pin } = await add("Ana");
    const { kiosk, universalPin } = await makeKiosk("Westside Bar");
    await send("PUT", `kiosks/${kiosk}/assignees/${person}`);
    await send("POST", "claim-tokens", { kiosk });
    await send("DELETE", `kiosks/${kiosk}`);
    const all = await audited();
    expect(
      all
        .filter((entry) => entry.actorName === "The admin")
        .map((entry) => entry.action)
        .toSorted(),
    ).toEqual([
      "access.invitation-used",
      "claim-token.created",
      "kiosk.assigned",
      "kiosk.created",
      "kiosk.deleted",
      "person.added",
    ]);
    expect(all.find((entry) => entry.action === "kiosk.deleted")?.subjectName).toBe("Westside Bar");
    const text = JSON.stringify(all);
    expect(text).not.toContain(`"${pin}"`);
    expect(text).not.toContain(`"${universalPin}"`);
    const paged: unknown[] = [];
    let after = "";
    for (let page = 0; page < 20; page += 1) {
      const body = (await admin.get(`/api/v1/audit?limit=2${after}`)).json<{
        audit: unknown[];
        next: string | null;
      }>();
      paged.push(...body.audit);
      if (body.next === null) break;
      after = `&after=${body.next}`;
    }
    expect(paged).toEqual(all);
  });
});
