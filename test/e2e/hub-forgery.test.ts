import { createServer, type Server } from "node:http";
import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { signUp } from "../../hub/testing/access.ts";
import { aKiosk, anAssignee } from "../../hub/testing/people.ts";
import { listAudit } from "../../hub/audit/list.ts";
import { theWorkspace } from "../../hub/workspace/workspace.ts";
import type { KioskId, PersonId } from "../../protocol/ids.ts";
import { openBrowser } from "./browser.ts";
import { startPageHub, type PageHub } from "./page-hub.ts";

/** Pages of others in the browser of someone who is signed in, and people who try what is not theirs. */

let browser: Browser;
let at: PageHub;
let kiosk: KioskId;
let ana: PersonId;
let elsewhere: Server;
let elsewherePort: number;

beforeAll(async () => {
  browser = await openBrowser();
  elsewhere = createServer((_request, response) => {
    response.writeHead(200, { "content-type": "text/html" });
    response.end("<!doctype html><title>Win a prize</title><body></body>");
  });
  await new Promise<void>((resolve) => elsewhere.listen(0, resolve));
  const address = elsewhere.address();
  elsewherePort = typeof address === "object" ? (address?.port ?? 0) : 0;
});
afterAll(async () => {
  await browser.close();
  elsewhere.close();
});
beforeEach(async () => {
  at = await startPageHub();
  ({ kiosk } = await aKiosk(at.hub));
  ({ person: ana } = await anAssignee(at.hub, kiosk, { name: "Ana Kovač" }));
});
afterEach(async () => {
  for (const context of browser.contexts()) await context.close();
  await at.hub.close();
});

type Request = readonly [method: string, path: string, body?: unknown];

/** What an owner may do, and each of which would leave a trace. */
const ownerActs = (): readonly Request[] => [
  ["PUT", "workspace/plan", { plan: "free" }],
  ["PUT", "workspace/pin-visibility", { writeOnlyPins: true }],
  ["PUT", "workspace/pin-length", { pinLength: 6 }],
  ["POST", "people", { name: "Mallory", role: "owner" }],
  ["PUT", `people/${ana}/role`, { role: "owner" }],
  ["POST", `people/${ana}/pin/show`, {}],
  ["PUT", `people/${ana}/pin`, { pin: "8264" }],
  ["POST", `people/${ana}/deactivate`],
  ["POST", "pin-slips", { people: [ana] }],
  ["POST", "kiosks", { name: "Mine", requiresPin: true, timeZone: "Europe/Zagreb" }],
  ["POST", `kiosks/${kiosk}/universal-pin/show`, {}],
  ["DELETE", `kiosks/${kiosk}`],
  ["POST", "claim-tokens", { kiosk }],
  ["POST", "tokens", { name: "Mine", scopes: ["pins"], expiresMs: null }],
  ["POST", "invitations", { person: ana }],
];

/** Sends them from the page, with its cookies; answers with each status, or "refused" where the page is told nothing. */
function sendFrom(page: Page, requests: readonly Request[], options: object): Promise<(number | string)[]> {
  const script = `Promise.all(${JSON.stringify(requests)}.map(([method, path, body]) =>
    fetch(${JSON.stringify(`${at.hub.url}api/v1/`)} + path, {
      method, credentials: "include", ...${JSON.stringify(options)},
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    }).then((answer) => answer.status, () => "refused")))`;
  return page.evaluate(script);
}

/** Everything that was done, by whom; whoever adds something to it has done something. */
async function trace(): Promise<readonly string[]> {
  const audit = await listAudit(at.hub.context.store.queries, null, 500);
  const { plan, pinLength, writeOnlyPins } = await theWorkspace(at.hub.context.store.queries);
  return [
    ...audit.map((each) => `${each.action} ${each.subject ?? ""}`).sort(),
    plan,
    `${pinLength}`,
    `${writeOnlyPins}`,
  ];
}

describe("a page of another origin, in the browser of an owner who is signed in", () => {
  // A port of the same host is the same site: its requests carry the cookie. Another name's do not.
  describe.each(["127.0.0.1", "localhost"])("at %s", (host) => {
    async function openForged(): Promise<Page> {
      const { page } = await at.open(browser, at.owner, "today");
      await page.getByText("0 of 2 people").waitFor();
      const forged = await page.context().newPage();
      await forged.goto(`http://${host}:${elsewherePort}/`);
      return forged;
    }

    test("changes nothing and reads nothing by fetch", async () => {
      const forged = await openForged();
      const before = await trace();
      const json = { headers: { "content-type": "application/json" } };
      const answers = [
        ...(await sendFrom(forged, ownerActs(), json)),
        ...(await sendFrom(
          forged,
          [
            ["GET", "people"],
            ["GET", "audit"],
            ["GET", "access"],
          ],
          {},
        )),
      ];
      expect(answers.filter((each) => each !== "refused")).toEqual([]);
      // What a page may send anywhere without asking, and is told nothing about.
      const simple = ownerActs().filter(([method]) => method === "POST");
      await sendFrom(forged, simple, { mode: "no-cors", headers: { "content-type": "text/plain" } });
      await sendFrom(forged, simple, { mode: "no-cors" });
      expect(await trace()).toEqual(before);
    });

    test("changes nothing with a form, and is told nothing of what changes", async () => {
      const forged = await openForged();
      const before = await trace();
      for (const [, path, body] of ownerActs().filter(([method]) => method === "POST")) {
        const text = JSON.stringify(body ?? {});
        await forged.setContent(`<form method="post" enctype="text/plain" target="_self"><input></form>`);
        await forged.evaluate(
          `((action, text) => { const form = document.forms[0]; form.action = action;
            form.elements[0].name = text.slice(0, -1) + ',"x":"'; form.elements[0].value = '"}'; form.submit(); })(
            ${JSON.stringify(`${at.hub.url}api/v1/${path}`)}, ${JSON.stringify(text)})`,
        );
        await forged.waitForURL(/api\/v1/);
        expect(await forged.textContent("body")).toContain("request.origin");
        await forged.goto(`http://${host}:${elsewherePort}/`);
      }
      const stream = await forged.evaluate(
        `new Promise((resolve) => { const source = new EventSource(${JSON.stringify(`${at.hub.url}api/v1/live`)}, { withCredentials: true });
          source.onopen = () => resolve("open"); source.onerror = () => resolve("refused"); })`,
      );
      expect(stream).toBe("refused");
      expect(await trace()).toEqual(before);
    });

    test("cannot show the hub's page in a frame", async () => {
      const forged = await openForged();
      await forged.setContent(`<iframe src="${at.hub.url}"></iframe>`);
      await forged.waitForLoadState("load");
      const frame = forged.frames().find((each) => each !== forged.mainFrame());
      expect((await frame?.content()) ?? "").not.toContain("Punchbox");
    });
  });
});

describe("a manager", () => {
  test("is refused every act of an owner, and every list beyond who is in and who forgot their PIN", async () => {
    const manager = await signUp(at.hub, "manager");
    const { page } = await at.open(browser, manager, "today");
    await page.getByText("0 of 3 people").waitFor();
    const before = await trace();
    const lists: readonly Request[] = [
      "people",
      `people/${ana}`,
      "kiosks",
      "punches",
      "terminals",
      "audit",
      "mail",
      "alarms",
      "waits",
      "tokens",
      "invitations",
      "workspace/settings",
    ].map((path) => ["GET", path]);
    const json = { headers: { "content-type": "application/json" } };
    expect(new Set(await sendFrom(page, [...ownerActs(), ...lists], json))).toEqual(new Set([403]));
    expect(await trace()).toEqual(before);
    expect(
      await sendFrom(
        page,
        [
          ["GET", "presence"],
          ["GET", "requests"],
        ],
        {},
      ),
    ).toEqual([200, 200]);
  });

  test("who types the address of an admin's view sees the first of their own", async () => {
    const { page, complaints } = await at.open(browser, await signUp(at.hub, "manager"), "today");
    await page.getByText("0 of 3 people").waitFor();
    const asked: string[] = [];
    page.on("request", (request) => asked.push(new URL(request.url()).pathname));
    for (const view of [
      "team",
      `team/${ana}`,
      "kiosks",
      "terminals",
      "mail",
      "audit",
      "access",
      "settings",
    ]) {
      await page.goto(`${at.hub.url}#${view}`);
      await page.getByRole("heading", { name: "Today", exact: true }).waitFor();
      await page.getByText("0 of 3 people").waitFor();
    }
    expect([...new Set(asked)].sort()).toEqual(["/api/v1/presence", "/api/v1/requests", "/api/v1/workspace"]);
    expect(complaints).toEqual([]);
  });
});
