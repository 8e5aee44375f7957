import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { prepareDemoSignIn, DEMO_SIGN_IN } from "../access/demo.ts";
import { makeOwnerLink } from "../access/links.ts";
import { SESSION_LIFE_MS } from "../access/sessions.ts";
import { PASSWORD, signUp } from "../testing/access.ts";
import { sessionTokenIn, TestApi, type ApiClient } from "../testing/api.ts";
import { openTestHub, type TestHub } from "../testing/hub.ts";
import { MAX_OPEN_REQUESTS, MAX_REQUESTS, RateLimit, RATE_WINDOW_MS } from "./rate.ts";

let hub: TestHub;
let api: TestApi;
let nobody: ApiClient;
beforeEach(async () => {
  hub = await openTestHub();
  api = new TestApi(hub);
  nobody = api.client();
});
afterEach(async () => {
  await api.app.close();
  await hub.core.close();
});

const NAME = "punchbox-session-8080";
const signIn = (body: object) => nobody.send("POST", "/api/v1/sessions", body);

describe("a first start", () => {
  it("ends with an owner who is signed in, and no second one by the same link", async () => {
    expect((await nobody.get("/api/v1/access")).json()).toEqual({
      caller: null,
      isDemo: false,
      needsOwner: true,
    });
    const token = await makeOwnerLink(hub.context, false);
    expect((await nobody.send("POST", "/api/v1/links/look", { token })).json()).toMatchObject({
      makes: "owner",
    });
    const wish = { token, name: "Olga", email: "olga@example.com", password: PASSWORD };
    const redeemed = await nobody.send("POST", "/api/v1/links/redeem", wish);
    expect(redeemed.statusCode).toBe(201);
    const owner = api.holder(sessionTokenIn(redeemed));
    expect((await owner.get("/api/v1/access")).json()).toMatchObject({
      caller: { name: "Olga", role: "owner", scopes: null },
      needsOwner: false,
    });
    expect((await nobody.send("POST", "/api/v1/links/redeem", wish)).json()).toMatchObject({
      status: 404,
      code: "link.void",
    });
  });
});

describe("the session's cookie", () => {
  it("is for this hub's pages and no script, no other site and no other port's hub", async () => {
    const { email } = await signUp(hub, "admin");
    const answer = await signIn({ email, password: PASSWORD });
    expect(answer.cookies).toEqual([
      {
        name: NAME,
        value: expect.stringMatching(/^[0-9a-z]{26}$/) as string,
        path: "/",
        httpOnly: true,
        sameSite: "Strict",
        maxAge: SESSION_LIFE_MS / 1000,
      },
    ]);
    expect(answer.body).not.toContain(sessionTokenIn(answer));
    const foreign = api.client({ cookie: `punchbox-session-4821=${sessionTokenIn(answer)}` });
    expect((await foreign.get("/api/v1/people")).statusCode).toBe(401);
  });

  it("is taken away on signing out, and its session is over", async () => {
    const { email } = await signUp(hub, "admin");
    const opened = await signIn({ email, password: PASSWORD });
    const { session } = opened.json<{ session: string }>();
    const client = api.holder(sessionTokenIn(opened));
    const out = await client.send("DELETE", `/api/v1/sessions/${session}`);
    expect(out.statusCode).toBe(204);
    expect(out.cookies).toMatchObject([{ name: NAME, value: "", maxAge: 0 }]);
    expect((await client.get("/api/v1/sessions")).statusCode).toBe(401);
  });

  it("that is nonsense is nobody's", async () => {
    for (const cookie of [
      `${NAME}=`,
      `${NAME}=1`,
      `${NAME}=${"0".repeat(26)}`,
      "%%%",
      `${NAME}=%00'; drop`,
    ]) {
      expect((await api.client({ cookie }).get("/api/v1/people")).json()).toMatchObject({ status: 401 });
    }
  });
});

describe("signing in", () => {
  it("is answered the same for what is wrong, and with the time to wait after too many tries", async () => {
    const { email } = await signUp(hub, "admin");
    const wrong = await signIn({ email, password: "not it at all" });
    const unknown = await signIn({ email: "nobody@example.com", password: PASSWORD });
    expect(wrong.json()).toMatchObject({ status: 401, code: "sign-in.wrong" });
    expect(unknown.body).toBe(wrong.body);
    expect(unknown.headers["set-cookie"]).toBeUndefined();
    for (let count = 1; count < 10; count += 1) await signIn({ email, password: "not it at all" });
    const late = await signIn({ email, password: PASSWORD });
    expect(late.json()).toMatchObject({ status: 429, code: "sign-in.too-many-tries" });
    expect(late.headers["retry-after"]).toBe("900");
  });

  it("a password changed ends other sessions and keeps this browser in", async () => {
    const { email, token } = await signUp(hub, "manager");
    const other = api.holder(sessionTokenIn(await signIn({ email, password: PASSWORD })));
    const mine = api.holder(token);
    const changed = await mine.send("PUT", "/api/v1/password", {
      current: PASSWORD,
      next: "another password 9",
    });
    for (const client of [mine, other]) expect((await client.get("/api/v1/sessions")).statusCode).toBe(401);
    const now = api.holder(sessionTokenIn(changed));
    expect((await now.get("/api/v1/sessions")).json()).toMatchObject({ sessions: [{ current: true }] });
  });
});

describe("the demo", () => {
  it("lets anyone on this machine in as its owner, until they have a password of their own", async () => {
    await api.app.close();
    await hub.core.close();
    hub = await openTestHub("demo");
    api = new TestApi(hub, { isDemo: true });
    nobody = api.client();
    await prepareDemoSignIn(api.access);
    await prepareDemoSignIn(api.access);
    expect((await nobody.get("/api/v1/access")).json()).toEqual({
      caller: null,
      isDemo: true,
      needsOwner: false,
    });
    const opened = await nobody.send("POST", "/api/v1/sessions/demo");
    const owner = api.holder(sessionTokenIn(opened));
    expect((await owner.get("/api/v1/access")).json()).toMatchObject({ caller: { name: "Ana Kovač" } });
    expect((await signIn(DEMO_SIGN_IN)).statusCode).toBe(201);
    await owner.send("PUT", "/api/v1/password", { current: DEMO_SIGN_IN.password, next: PASSWORD });
    expect((await nobody.send("POST", "/api/v1/sessions/demo")).json()).toMatchObject({
      code: "demo.closed",
    });
    expect((await nobody.get("/api/v1/access")).json()).toMatchObject({ isDemo: false });
  });

  it("is open at no hub that did not make it, whatever the database says", async () => {
    await api.app.close();
    await hub.core.close();
    hub = await openTestHub("demo");
    api = new TestApi(hub);
    await prepareDemoSignIn(api.access);
    expect((await api.client().get("/api/v1/access")).json()).toMatchObject({ isDemo: false });
    expect((await api.client().send("POST", "/api/v1/sessions/demo")).json()).toMatchObject({
      status: 403,
      code: "demo.closed",
    });
  });
});

describe("invitations and tokens", () => {
  it("an admin invites a manager, who signs in and sees no more than they may", async () => {
    const admin = await api.as("admin");
    const added = await admin.send("POST", "/api/v1/people", { name: "Mia", role: "manager" });
    const { person } = added.json<{ person: string }>();
    const invited = await admin.send("POST", "/api/v1/invitations", { person });
    const { token } = invited.json<{ token: string }>();
    expect((await admin.get("/api/v1/invitations")).json()).toMatchObject({
      invitations: [{ person, name: "Mia" }],
    });
    const wish = { token, email: "mia@example.com", password: PASSWORD };
    const mia = api.holder(sessionTokenIn(await nobody.send("POST", "/api/v1/links/redeem", wish)));
    expect((await mia.get("/api/v1/presence")).statusCode).toBe(200);
    expect((await mia.get("/api/v1/people")).json()).toMatchObject({ status: 403, code: "access.role" });
  });

  it("a program works with a token, without Origin, and is told when it is none", async () => {
    const admin = await api.as("admin");
    const made = await admin.send("POST", "/api/v1/tokens", {
      name: "Payroll",
      scopes: ["read", "people"],
      expiresMs: null,
    });
    const { id, token } = made.json<{ id: string; token: string }>();
    const program = { host: "localhost:8080", authorization: `Bearer ${token}` };
    const ask = (method: "GET" | "PATCH", headers = program) =>
      api.app.inject({
        method,
        url: `/api/v1/people/${admin.person}`,
        headers,
        ...(method === "PATCH" ? { payload: { name: "Renamed" } } : {}),
      });
    expect((await ask("PATCH")).statusCode).toBe(204);
    expect((await ask("GET")).json()).toMatchObject({ name: "Renamed" });
    expect((await admin.get("/api/v1/tokens")).json()).toMatchObject({
      tokens: [{ token: id, name: "Payroll" }],
    });
    await admin.send("DELETE", `/api/v1/tokens/${id}`);
    for (const authorization of [
      program.authorization,
      "Bearer",
      "Basic YTpi",
      "Bearer punchbox_",
      "Bearer x",
    ]) {
      const refused = await ask("GET", { ...program, authorization });
      expect(refused.json(), authorization).toMatchObject({ status: 401, code: "access.token" });
      expect(refused.headers["www-authenticate"]).toContain("Bearer");
    }
  });
});

describe("too many requests", () => {
  it("of one address where nobody is signed in wait for the next minute; who is signed in there does not", async () => {
    const manager = await api.as("manager");
    for (let turn = 0; turn < MAX_OPEN_REQUESTS; turn += 1) {
      expect((await nobody.get("/api/v1/people")).statusCode).toBe(401);
    }
    const refused = await nobody.get("/api/v1/access");
    expect(refused.json()).toMatchObject({ status: 429, code: "request.too-many" });
    expect(refused.headers["retry-after"]).toBe("60");
    const guess = await nobody.get("/api/v1/access", { authorization: `Bearer punchbox_${"0".repeat(26)}` });
    expect(guess.statusCode).toBe(429);
    expect((await manager.get("/api/v1/workspace")).statusCode).toBe(200);
    await hub.scheduler.pass(RATE_WINDOW_MS);
    expect((await nobody.get("/api/v1/access")).statusCode).toBe(200);
  });

  it("of one session do not take from another's", () => {
    const rate = new RateLimit(hub.scheduler);
    for (let turn = 0; turn < MAX_REQUESTS; turn += 1) rate.take("one", MAX_REQUESTS);
    expect(() => rate.take("one", MAX_REQUESTS)).toThrow(
      expect.objectContaining({ code: "request.too-many", retryAfterMs: RATE_WINDOW_MS }),
    );
    expect(() => rate.take("other", MAX_REQUESTS)).not.toThrow();
  });
});
