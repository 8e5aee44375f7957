import { afterEach, beforeEach, describe, expect, it } from "vitest";
import * as z from "zod";
import { HUB_ACTOR } from "../access.ts";
import { createToken } from "../access/tokens.ts";
import { SCOPES } from "../access/scopes.ts";
import { editPerson } from "../people/edit.ts";
import { METHODS, TestApi, type ApiClient } from "../testing/api.ts";
import { openTestHub, type TestHub } from "../testing/hub.ts";

/** The one guard: who gets past it at each route, as a table that stands here once more, by hand. */

type Least = "anyone" | "manager" | "admin";

/** `scopes`: what a token needs to get past it; "none": no token does, these are for people who are signed in. */
const TABLE: readonly (readonly [route: string, least: Least, scopes: string])[] = [
  ["GET /api/v1/access", "anyone", ""],
  ["POST /api/v1/sessions", "anyone", ""],
  ["POST /api/v1/sessions/demo", "anyone", ""],
  ["POST /api/v1/links/look", "anyone", ""],
  ["POST /api/v1/links/redeem", "anyone", ""],
  ["PUT /api/v1/password", "manager", "none"],
  ["GET /api/v1/sessions", "manager", "none"],
  ["DELETE /api/v1/sessions", "manager", "none"],
  ["DELETE /api/v1/sessions/{session}", "manager", "none"],
  ["DELETE /api/v1/people/{person}/sessions", "admin", "none"],
  ["GET /api/v1/invitations", "admin", "none"],
  ["POST /api/v1/invitations", "admin", "none"],
  ["DELETE /api/v1/invitations/{invitation}", "admin", "none"],
  ["GET /api/v1/tokens", "admin", "none"],
  ["POST /api/v1/tokens", "admin", "none"],
  ["DELETE /api/v1/tokens/{token}", "admin", "none"],
  ["GET /api/v1/workspace", "manager", "read"],
  ["GET /api/v1/workspace/settings", "admin", "read"],
  ["PUT /api/v1/workspace/plan", "admin", "workspace"],
  ["POST /api/v1/workspace/restore-requires-pin", "admin", "workspace"],
  ["PUT /api/v1/workspace/pin-length", "admin", "workspace pins"],
  ["PUT /api/v1/workspace/pin-visibility", "admin", "workspace"],
  ["PUT /api/v1/workspace/tries", "admin", "workspace"],
  ["GET /api/v1/audit", "admin", "read"],
  ["GET /api/v1/people", "admin", "read"],
  ["GET /api/v1/people/{person}", "admin", "read"],
  ["POST /api/v1/people", "admin", "people pins"],
  ["PATCH /api/v1/people/{person}", "admin", "people"],
  ["PUT /api/v1/people/{person}/role", "admin", "people pins"],
  ["PUT /api/v1/people/{person}/card", "admin", "people"],
  ["POST /api/v1/people/{person}/deactivate", "admin", "people"],
  ["POST /api/v1/people/{person}/reactivate", "admin", "people pins"],
  ["POST /api/v1/people/import", "admin", "people pins"],
  ["POST /api/v1/people/{person}/pin/propose", "admin", "pins"],
  ["PUT /api/v1/people/{person}/pin", "admin", "pins"],
  ["POST /api/v1/people/{person}/pin/show", "admin", "pins"],
  ["POST /api/v1/pin-slips", "admin", "pins"],
  ["GET /api/v1/requests", "manager", "read"],
  ["GET /api/v1/waits", "admin", "read"],
  ["POST /api/v1/people/{person}/lift-waits", "admin", "people"],
  ["GET /api/v1/alarms", "admin", "read"],
  ["DELETE /api/v1/alarms/{alarm}", "admin", "people"],
  ["GET /api/v1/kiosks", "admin", "read"],
  ["GET /api/v1/kiosks/{kiosk}", "admin", "read"],
  ["POST /api/v1/kiosks", "admin", "kiosks pins"],
  ["PATCH /api/v1/kiosks/{kiosk}", "admin", "kiosks"],
  ["DELETE /api/v1/kiosks/{kiosk}", "admin", "kiosks"],
  ["GET /api/v1/kiosks/{kiosk}/assignees", "admin", "read"],
  ["POST /api/v1/kiosks/{kiosk}/assignees", "admin", "people"],
  ["PUT /api/v1/kiosks/{kiosk}/assignees/{person}", "admin", "people"],
  ["DELETE /api/v1/kiosks/{kiosk}/assignees/{person}", "admin", "people"],
  ["POST /api/v1/kiosks/{kiosk}/assignees/export", "admin", "none"],
  ["POST /api/v1/kiosks/{kiosk}/universal-pin/propose", "admin", "pins"],
  ["PUT /api/v1/kiosks/{kiosk}/universal-pin", "admin", "pins"],
  ["POST /api/v1/kiosks/{kiosk}/universal-pin/show", "admin", "pins"],
  ["GET /api/v1/terminals", "admin", "read"],
  ["POST /api/v1/terminals/{terminal}/commands", "admin", "kiosks"],
  ["POST /api/v1/terminals/{terminal}/unpair", "admin", "kiosks"],
  ["POST /api/v1/terminals/{terminal}/report-stolen", "admin", "kiosks pins"],
  ["GET /api/v1/forks", "admin", "read"],
  ["POST /api/v1/forks/{fork}/settle", "admin", "kiosks"],
  ["POST /api/v1/claim-tokens", "admin", "kiosks"],
  ["GET /api/v1/presence", "manager", "read"],
  ["GET /api/v1/punches", "admin", "read"],
  ["GET /api/v1/conflicts", "admin", "read"],
  ["POST /api/v1/conflicts/{conflict}/settle", "admin", "people"],
  ["GET /api/v1/corrections", "admin", "read"],
  ["POST /api/v1/corrections", "admin", "people"],
  ["GET /api/v1/closed-days", "admin", "read"],
  ["PUT /api/v1/closed-days", "admin", "workspace"],
  ["GET /api/v1/receipts/{code}", "manager", "read"],
  ["GET /api/v1/ledger", "admin", "read"],
  ["GET /api/v1/mail", "admin", "read"],
  ["POST /api/v1/mail/{mail}/retry", "admin", "workspace"],
  ["GET /api/v1/live", "manager", "read"],
];

/** A stream does not end by itself: it is looked at in live.test.ts. */
const STREAM = "GET /api/v1/live";
const ORDINARY = TABLE.filter(([route]) => route !== STREAM);

let hub: TestHub;
let api: TestApi;
beforeEach(async () => {
  hub = await openTestHub();
  api = new TestApi(hub);
});
afterEach(async () => {
  await api.app.close();
  await hub.core.close();
});

/** The codes by which the guard, or the domain's own check, turns someone away. */
const REFUSALS = ["access.signed-out", "access.token", "access.role", "access.scope", "access.admins-only"];

/** Sends a request that changes nothing even where it is let in; null when it is. */
async function refusalOf(client: ApiClient, route: string): Promise<string | null> {
  const method = z.enum(METHODS).parse(route.split(" ")[0]);
  const path = route.split(" ")[1] ?? "";
  const url = path.replaceAll(/\{\w+\}/g, "0".repeat(16));
  const answer = await client.send(method, url, method === "GET" ? undefined : { nothing: 1 });
  const { code } = answer.statusCode < 400 ? { code: "" } : answer.json<{ code: string }>();
  return REFUSALS.includes(code) ? `${answer.statusCode} ${code}` : null;
}

async function refusals(client: () => Promise<ApiClient>): Promise<Record<string, string | null>> {
  const found: Record<string, string | null> = {};
  for (const [route] of ORDINARY) found[route] = await refusalOf(await client(), route);
  return found;
}

const expected = (judge: (least: Least, scopes: string) => string | null) =>
  Object.fromEntries(ORDINARY.map(([route, least, scopes]) => [route, judge(least, scopes)]));

describe("the guard", () => {
  it("has every route of the document in this table, and every route of the server in the document", async () => {
    const { operations } = await api.document();
    expect([...operations.keys()].toSorted()).toEqual(TABLE.map(([route]) => route).toSorted());
    const served = [...api.app.printRoutes({ commonPrefix: false }).matchAll(/\(([A-Z, ]+)\)/g)].flatMap(
      ([, methods = ""]) => methods.split(", "),
    );
    const others = ["/", "/favicon.ico", "/healthz", "/api/v1/openapi.json"];
    expect(served).toHaveLength(TABLE.length + others.length);
  });

  it("documents the same roles and scopes", async () => {
    const { operations } = await api.document();
    for (const [route, least, scopes] of TABLE) {
      const session = least === "anyone" ? [] : [{ session: [least] }];
      const token = ["", "none"].includes(scopes) ? [] : [{ token: scopes.split(" ") }];
      expect(operations.get(route)?.security, route).toEqual([...session, ...token]);
    }
  });

  it("lets nobody at anything that is not for anyone", async () => {
    const nobody = api.client();
    expect(await refusals(async () => nobody)).toEqual(
      expected((least) => (least === "anyone" ? null : "401 access.signed-out")),
    );
  });

  it("lets a regular person at nothing more than nobody, also with a session from better days", async () => {
    const former = async () => {
      const client = await api.as("manager");
      await editPerson(hub.context, HUB_ACTOR, client.person, { role: "regular" });
      return client;
    };
    expect(await refusals(former)).toEqual(
      expected((least) => (least === "anyone" ? null : "401 access.signed-out")),
    );
  });

  it("lets a manager see who is in and which requests are open, and nothing of PINs (PIN rule 6)", async () => {
    const { person } = await api.as("manager");
    expect(await refusals(() => api.signedIn(person))).toEqual(
      expected((least) => (least === "admin" ? "403 access.role" : null)),
    );
  });

  it.each(["admin", "owner"] as const)("lets an %s at everything", async (role) => {
    const { person } = await api.as(role);
    expect(await refusals(() => api.signedIn(person))).toEqual(expected(() => null));
  });

  it.each(SCOPES)("lets a token without the scope %s at what does not need it", async (missing) => {
    const { person } = await api.as("admin");
    const scopes = SCOPES.filter((scope) => scope !== missing);
    const { token } = await createToken(
      hub.context,
      { person, role: "admin" },
      { name: "a test's", scopes, expiresMs: null },
    );
    const client = api.client({ authorization: `Bearer ${token}` });
    expect(await refusals(async () => client)).toEqual(
      expected((_least, needed) =>
        needed === "none" || needed.split(" ").includes(missing) ? "403 access.scope" : null,
      ),
    );
  });
});

describe("requests of a browser", () => {
  it.each(["POST", "PUT", "PATCH", "DELETE"] as const)(
    "%s from another site, or from no site, is refused with a session too",
    async (method) => {
      const { person } = await api.as("owner");
      const owner = await api.signedIn(person);
      for (const origin of ["https://evil.example", "http://localhost:8081", "null", "http://localhost"]) {
        const answer = await owner.send(method, "/api/v1/people", { name: "Eve" }, { origin });
        expect(answer.json(), origin).toMatchObject({ status: 403, code: "request.origin" });
      }
      const bare = await api.app.inject({
        method,
        url: "/api/v1/people",
        headers: { host: "localhost:8080" },
        payload: { name: "Eve" },
      });
      expect(bare.json()).toMatchObject({ status: 403, code: "request.origin" });
    },
  );

  it("a form's body is no body of ours", async () => {
    const { person } = await api.as("owner");
    const owner = await api.signedIn(person);
    for (const type of ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data"]) {
      const answer = await owner.send("POST", "/api/v1/people", '{"name":"Eve"}', { "content-type": type });
      expect(answer.statusCode, type).toBe(415);
    }
  });

  it("every answer says what a browser may do with it: refusals, nothing found, files and lists alike", async () => {
    const { person } = await api.as("owner");
    const owner = await api.signedIn(person);
    const paths = [
      "/",
      "/favicon.ico",
      "/healthz",
      "/api/v1/openapi.json",
      "/api/v1/people",
      "/nowhere",
      "/api/v1/%",
    ];
    const answers = [
      ...(await Promise.all(paths.map((path) => owner.get(path)))),
      await owner.get("/api/v1/people", { host: "evil.example" }),
      await api.client().get("/api/v1/people"),
    ];
    for (const { headers } of answers) {
      expect(headers["content-security-policy"]).toContain("default-src 'none'");
      expect(headers["content-security-policy"]).toContain("frame-ancestors 'none'");
      expect(headers["content-security-policy"]).not.toContain("unsafe");
      expect(headers["x-content-type-options"]).toBe("nosniff");
      expect(headers["referrer-policy"]).toBe("no-referrer");
    }
    const cached = answers.map(({ headers }) => headers["cache-control"]);
    expect(new Set(cached)).toEqual(new Set(["no-cache", "no-store"]));
    expect(cached[4]).toBe("no-store");
  });
});
