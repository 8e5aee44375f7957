import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { punchesBody, presencesBody, terminalsBody } from "./schemas.ts";
import { openTestHub, openTestTerminal, type TestHub } from "../testing/hub.ts";
import { TEST_WALL_MS } from "../testing/wall-clock.ts";
import type { TestTerminal } from "../testing/terminal.ts";
import { TestApi, type ApiClient } from "../testing/api.ts";

let hub: TestHub;
let api: TestApi;
let admin: ApiClient;

beforeEach(async () => {
  hub = await openTestHub("demo");
  api = new TestApi(hub);
  admin = await api.signedIn((await demoPerson("Ana Kovač")).id);
});
afterEach(async () => {
  await api.app.close();
  await hub.core.close();
});

const get = (url: string, headers: Record<string, string> = {}) => admin.get(url, headers);

async function demoPerson(name: string) {
  return hub.context.store.queries
    .selectFrom("people")
    .select("id")
    .where("name", "=", name)
    .executeTakeFirstOrThrow();
}

async function demoTerminal(): Promise<TestTerminal> {
  const kiosk = hub.core.demo?.kiosk;
  if (kiosk === undefined) throw new Error("the demo was not made");
  return openTestTerminal(hub, kiosk);
}

async function punch(
  terminal: TestTerminal,
  name: string,
  actions: readonly ("in" | "out")[],
): Promise<void> {
  const { id } = await demoPerson(name);
  const before = terminal.events.length;
  for (const action of actions) {
    terminal.record({
      kind: "punch",
      person: id,
      payload: { action, auth: "personal", was: action === "in" ? "out" : "in", again: false },
    });
  }
  terminal.send(terminal.batch(before + 1));
  await hub.scheduler.pass(1);
}

describe("the API", () => {
  it("lists people without anything about PINs", async () => {
    const response = await get("/api/v1/people");
    expect(response.statusCode).toBe(200);
    expect(response.json<{ people: unknown[] }>().people).toHaveLength(12);
    expect(response.body).not.toMatch(/pin|salt|hash/i);
  });

  it("tells the workspace, with today in its time zone", async () => {
    expect((await get("/api/v1/workspace")).json()).toMatchObject({
      name: "Demo",
      today: "2026-11-24",
    });
  });

  it("lists kiosks with their assignees", async () => {
    expect((await get("/api/v1/kiosks")).json()).toMatchObject({
      kiosks: [{ name: "Westside Bar", requiresPin: true }],
    });
  });

  it("knows who is in and for how long", async () => {
    await punch(await demoTerminal(), "Ana Kovač", ["in"]);
    hub.wallClock.set(TEST_WALL_MS + 61_000);
    const { presences } = presencesBody.parse((await get("/api/v1/presence")).json());
    expect(presences.filter((each) => each.state === "in")).toMatchObject([
      { name: "Ana Kovač", sinceMs: TEST_WALL_MS + 1_000, workedMs: 60_000 },
    ]);
  });

  it("gives punches page by page, each once", async () => {
    const terminal = await demoTerminal();
    await punch(terminal, "Ana Kovač", ["in", "out", "in"]);
    await punch(terminal, "Jan Novák", ["in", "out"]);
    const seqs: number[] = [];
    let after = "";
    for (let page = 0; page < 3; page += 1) {
      const body = punchesBody.parse((await get(`/api/v1/punches?limit=2${after}`)).json());
      seqs.push(...body.punches.map((each) => each.seq));
      if (body.next === null) break;
      after = `&after=${body.next}`;
    }
    expect(seqs).toEqual([1, 2, 3, 4, 5]);
  });

  it("gives the punches of one person and day", async () => {
    const terminal = await demoTerminal();
    await punch(terminal, "Ana Kovač", ["in"]);
    await punch(terminal, "Jan Novák", ["in"]);
    const { id } = await demoPerson("Jan Novák");
    const of = async (day: string) =>
      punchesBody.parse((await get(`/api/v1/punches?person=${id}&day=${day}`)).json()).punches;
    expect(await of("2026-11-24")).toMatchObject([{ person: id, action: "in", seq: 2 }]);
    expect(await of("2026-11-25")).toEqual([]);
  });

  it("lists terminals with their links", async () => {
    const terminal = await demoTerminal();
    const connected = async () =>
      terminalsBody.parse((await get("/api/v1/terminals")).json()).terminals.map((each) => each.connected);
    expect(await connected()).toEqual([true]);
    terminal.unplug();
    await hub.scheduler.pass(1);
    expect(await connected()).toEqual([false]);
  });

  it("lists open forgot-PIN requests (PIN rule 7)", async () => {
    const terminal = await demoTerminal();
    const { id } = await demoPerson("Ana Kovač");
    terminal.record({ kind: "pin.forgotten", person: id, payload: {} });
    terminal.send(terminal.batch());
    await hub.scheduler.pass(1);
    expect((await get("/api/v1/requests")).json()).toMatchObject({ requests: [{ name: "Ana Kovač" }] });
  });

  it("gives a person a card, in any case and with blanks around it, and takes it away", async () => {
    const { id } = await demoPerson("Jana Novak");
    const put = (body: object) => admin.send("PUT", `/api/v1/people/${id}/card`, body);
    expect((await put({ card: " 0a00295c08 " })).json()).toEqual({ person: id, card: "0A00295C08" });
    expect((await get("/api/v1/people")).body).toContain("0A00295C08");
    expect((await put({ card: null })).json()).toEqual({ person: id, card: null });
    const taken = await put({ card: "0A00C4F2B1" });
    expect(taken.json()).toMatchObject({ status: 409, code: "person.card-taken" });
    expect(taken.body).not.toContain("0A00C4F2B1");
    const added = await admin.send("POST", "/api/v1/people", { name: "Ivo", card: "0a00295c08" });
    const { person } = added.json<{ person: string }>();
    expect((await get(`/api/v1/people/${person}`)).json()).toMatchObject({ card: "0A00295C08" });
    for (const wrong of [{ card: "" }, { card: "12-34" }, { card: "1".repeat(21) }, {}, [], { card: 7 }]) {
      expect((await put(wrong)).json()).toMatchObject({ status: 400, code: "request.malformed" });
    }
  });

  it("makes a claim token, and keeps only its hash", async () => {
    const response = await admin.send("POST", "/api/v1/claim-tokens", { kiosk: hub.core.demo?.kiosk });
    expect(response.statusCode).toBe(201);
    const { token } = response.json<{ token: string }>();
    expect(token).toMatch(/^[0-9a-z]{26}$/);
    const stored = await hub.context.store.queries.selectFrom("claim_tokens").selectAll().execute();
    expect(JSON.stringify(stored)).not.toContain(token);
  });
});

describe("bad requests", () => {
  it.each([
    ["/api/v1/punches?day=yesterday", 400, "request.malformed"],
    ["/api/v1/punches?day=2026-02-30", 400, "day.malformed"],
    ["/api/v1/punches?limit=0", 400, "request.malformed"],
    ["/api/v1/punches?limit=501", 400, "request.malformed"],
    ["/api/v1/punches?limit=0x10", 400, "request.malformed"],
    ["/api/v1/punches?limit=1e2", 400, "request.malformed"],
    ["/api/v1/punches?limit=+5", 400, "request.malformed"],
    ["/api/v1/punches?limit=", 400, "request.malformed"],
    ["/api/v1/people?after=nonsense", 400, "cursor.malformed"],
    ["/api/v1/audit?after=WzFd", 400, "cursor.malformed"],
    ["/api/v1/punches?after=nonsense", 400, "cursor.malformed"],
    ["/api/v1/punches?person=1", 400, "request.malformed"],
    ["/api/v1/people?pin=4821", 400, "request.malformed"],
    ["/api/v1/nothing", 404, "request.not-found"],
    ["/api/v1/%4821", 404, "request.not-found"],
    ["/api/v1/%", 400, "request.malformed"],
  ])("%s is answered %i %s as a problem", async (url, status, code) => {
    const response = await get(url);
    expect(response.headers["content-type"]).toContain("application/problem+json");
    expect(response.json()).toMatchObject({ status, code });
    expect(response.body).not.toContain("4821");
  });

  it.each([
    ["not JSON", "{", 400, "request.malformed"],
    ["an unknown kiosk", JSON.stringify({ kiosk: "0".repeat(16) }), 404, "kiosk.unknown"],
    ["too much", JSON.stringify({ kiosk: "0".repeat(100_000) }), 413, "request.malformed"],
  ])("a claim token for %s is refused", async (_name, payload, status, code) => {
    const response = await admin.send("POST", "/api/v1/claim-tokens", payload, {
      "content-type": "application/json",
    });
    expect(response.json()).toMatchObject({ status, code });
  });

  it("a name that was rebound to this machine is not answered", async () => {
    const response = await get("/api/v1/people", { host: "evil.example:8080" });
    expect(response.json()).toMatchObject({ status: 421, code: "request.host" });
  });

  it("a page of another site is not answered", async () => {
    const response = await get("/api/v1/people", { origin: "https://evil.example" });
    expect(response.json()).toMatchObject({ status: 403, code: "request.origin" });
  });

  it("a failure of the hub's own says nothing of its cause, and is logged with a code", async () => {
    await hub.context.store.close();
    const response = await get("/healthz");
    expect(response.json()).toMatchObject({ status: 500, code: "internal" });
    expect(hub.log).toContainEqual(expect.objectContaining({ level: "error", message: "a request failed" }));
  });
});

describe("the page", () => {
  it("comes with a policy that allows nothing inline and nothing from elsewhere", async () => {
    const response = await get("/");
    expect(response.body).toBe("<!doctype html>");
    const policy = String(response.headers["content-security-policy"]);
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("script-src 'self'");
    expect(policy).not.toContain("unsafe");
  });

  it("is healthy", async () => {
    expect((await get("/healthz")).json()).toEqual({ status: "ok" });
  });
});
