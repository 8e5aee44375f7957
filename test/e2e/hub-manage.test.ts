import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { HUB_ACTOR } from "../../hub/access.ts";
import { unassignPerson } from "../../hub/kiosks/assign.ts";
import { deactivatePerson } from "../../hub/people/activity.ts";
import { showPersonPin } from "../../hub/pins/person-pin.ts";
import { PASSWORD, signUp } from "../../hub/testing/access.ts";
import { TestBox } from "../../hub/testing/box.ts";
import { aKiosk, anAssignee } from "../../hub/testing/people.ts";
import { redeemClaim } from "../../hub/terminals/claims.ts";
import { theWorkspace } from "../../hub/workspace/workspace.ts";
import type { KioskId, PersonId } from "../../protocol/ids.ts";
import { generateTerminalKeyPair } from "../../protocol/identity.ts";
import { openBrowser, type WatchedPage } from "./browser.ts";
import { keptInBrowser } from "./checks.ts";
import { startPageHub, type PageHub } from "./page-hub.ts";

/** What an admin sees and does besides people and kiosks: today, requests, terminals, settings, access, audit, mail. */

let at: PageHub;
let browser: Browser;
let kiosk: KioskId;
let ana: PersonId;
let box: TestBox;

beforeAll(async () => {
  browser = await openBrowser();
});
beforeEach(async () => {
  at = await startPageHub();
  ({ kiosk } = await aKiosk(at.hub, { name: "Westside Bar" }));
  ({ person: ana } = await anAssignee(at.hub, kiosk, { name: "Ana Kovač" }));
  box = await TestBox.pair(at.hub, kiosk);
});
afterEach(async () => {
  for (const context of browser.contexts()) await context.close();
  await at.hub.close();
});
afterAll(() => browser.close());

const asOwner = (view: string): Promise<WatchedPage> => at.open(browser, at.owner, view);
const row = (page: Page, table: string, text: string | RegExp) =>
  page.getByRole("table", { name: table }).getByRole("row").filter({ hasText: text });
const press = (page: Page, name: string | RegExp): Promise<void> =>
  page.getByRole("button", { name, exact: typeof name === "string" }).click();
const inDialog = (page: Page, name: string) =>
  page.getByRole("dialog").getByRole("button", { name, exact: true });
const said = (page: Page, text: string | RegExp): Promise<void> =>
  page.getByRole("status").filter({ hasText: text }).waitFor();

/** A person's PIN as the hub keeps it. */
const pinOf = async (person: PersonId): Promise<string> =>
  (await showPersonPin(at.hub.context, HUB_ACTOR, person)).pin;

describe("Today", () => {
  test("says live who is in, where and since when", async () => {
    const { page } = await asOwner("today");
    await page.getByText("0 of 2 people").waitFor();
    await box.punch(ana, "in");
    await row(page, "Who is in now", "Ana Kovač").filter({ hasText: "Westside Bar" }).waitFor();
    await row(page, "Who is in now", "24 Nov, 07:02").waitFor();
    await page.getByText("1 of 2 people").waitFor();
  });

  test("PIN rule 5: a punch made with the Universal PIN says so", async () => {
    await box.punch(ana, "in", "universal");
    const { page } = await asOwner("today");
    await row(page, "Today's punches", "In 07:02 Universal PIN").waitFor();
  });

  test("PIN case 9: a punch at a terminal that did not know yet of a change counts, and is flagged", async () => {
    const { person: jan } = await anAssignee(at.hub, kiosk, { name: "Jan Novák" });
    await box.sync();
    await unassignPerson(at.hub.context, HUB_ACTOR, kiosk, jan);
    await box.punch(jan, "in");
    const { page } = await asOwner("today");
    await row(page, "Today's punches", "Jan Novák").filter({ hasText: "In 07:02 outdated" }).waitFor();
    await page.getByText("The punch counts.").waitFor();
    await row(page, "Who is in now", "Jan Novák").waitFor();
  });

  test("PIN case 11: who was deactivated while they were in is still shown with their day", async () => {
    await box.punch(ana, "in");
    await deactivatePerson(at.hub.context, HUB_ACTOR, ana);
    await box.punch(ana, "out");
    const { page } = await asOwner("today");
    await row(page, "Today's punches", "Ana Kovač not active").filter({ hasText: "Out 07:02" }).waitFor();
  });
});

describe("Requests", () => {
  test("PIN rule 7: who forgot their PIN stands there until an admin gives them a new one", async () => {
    const before = await pinOf(ana);
    const { page } = await asOwner("today");
    await box.tell({ kind: "pin.forgotten", person: ana, payload: {} });
    await page.getByRole("link", { name: "1 person forgot their PIN" }).click();
    await row(page, "Forgot their PIN", "Ana Kovač").filter({ hasText: "Westside Bar" }).waitFor();
    await press(page, "Edit PIN of Ana Kovač");
    await inDialog(page, "Generate").click();
    await page.getByText("nothing is stored before Save").waitFor();
    await inDialog(page, "Save").click();
    await page.getByText("Nobody. Whoever asks at a terminal").waitFor();
    expect(await pinOf(ana)).not.toBe(before);
  });

  test("PIN rule 7: a manager sees the request, and nothing to do about PINs", async () => {
    await box.tell({ kind: "pin.forgotten", person: ana, payload: {} });
    const { page } = await at.open(browser, await signUp(at.hub, "manager"), "requests");
    await row(page, "Forgot their PIN", "Ana Kovač").waitFor();
    expect(await page.getByRole("heading", { level: 3 }).allTextContents()).toEqual(["Forgot their PIN"]);
    expect(await page.getByRole("main").getByRole("button").count()).toBe(0);
  });

  test("a wait is lifted with one click, and an alarm dismissed", async () => {
    const { page } = await asOwner("requests");
    await box.tell({ kind: "pin.refused", person: ana, payload: { count: 3, waitMs: 60_000 } });
    await box.tell({ kind: "pin.spray", person: null, payload: { state: "slowed" } });
    await row(page, "Waits", "Ana Kovač").filter({ hasText: "24 Nov, 15:03" }).waitFor();
    await press(page, "Lift the waits of Ana Kovač");
    await said(page, "Ana Kovač need not wait any more.");
    await page.getByText("Nobody has typed a wrong PIN").waitFor();
    await row(page, "Alarms", /^Many wrong PINs on many people at .Westside Bar/).waitFor();
    await press(page, "Dismiss the alarm about Westside Bar");
    await page.getByText("None: nobody guesses at PINs.").waitFor();
  });
});

describe("Terminals", () => {
  test("a claim token is shown once, pairs a terminal, and is nowhere afterwards", async () => {
    await aKiosk(at.hub, { name: "Kitchen" });
    const { page, complaints } = await asOwner("terminals");
    await press(page, "Pair a terminal");
    await page.getByLabel("Kiosk").selectOption("Kitchen");
    await inDialog(page, "Make a claim token").click();
    const text = (await page.locator(".secret").textContent()) ?? "";
    expect(text).toContain(`url = "${at.hub.terminalUrl}"`);
    const token = /claim_token = "([^"]+)"/.exec(text)?.[1] ?? "";
    await inDialog(page, "Done").click();
    await page.getByRole("dialog").waitFor({ state: "detached" });
    expect(await page.content()).not.toContain(token);
    expect(page.url()).not.toContain(token);
    expect(await keptInBrowser(page)).toEqual([]);
    const { publicKey } = generateTerminalKeyPair();
    await redeemClaim(at.hub.context, { token, publicKey, software: "test" });
    await row(page, "Terminals", "Kitchen").waitFor();
    expect(complaints).toEqual([]);
  });

  test("unpairing says what will happen; Cancel keeps the terminal", async () => {
    const { page } = await asOwner("terminals");
    await press(page, "Unpair the terminal at Westside Bar");
    await page.getByRole("dialog").getByText("PINs stay as they are").waitFor();
    await inDialog(page, "Cancel").click();
    await row(page, "Terminals", /Westside Bar.*Offline/).waitFor();
    await press(page, "Unpair the terminal at Westside Bar");
    await inDialog(page, "Unpair").click();
    await row(page, "Terminals", "Unpairing, not told yet").waitFor();
    await said(page, "The terminal at Westside Bar is unpaired.");
  });

  test("reporting one stolen gives everybody of its kiosk a new PIN, shown once", async () => {
    const before = await pinOf(ana);
    const { page } = await asOwner("terminals");
    await press(page, "Report stolen: the terminal at Westside Bar");
    await page.getByRole("dialog").getByText("new PINs").waitFor();
    await inDialog(page, "Report stolen").click();
    await page.getByRole("heading", { name: "New PINs" }).waitFor();
    const after = await pinOf(ana);
    expect(after).not.toBe(before);
    await page.getByRole("listitem").filter({ hasText: "Ana Kovač" }).getByText(after).waitFor();
    await row(page, "Universal PINs", "Westside Bar").waitFor();
    await press(page, "Done");
    await row(page, "Terminals", "Stolen").waitFor();
    expect(await page.content()).not.toContain(after);
  });
});

describe("Settings", () => {
  test("PIN rule 2: a downgrade says where Requires PIN goes off; after an upgrade one click restores it, same PINs", async () => {
    const before = await pinOf(ana);
    const { page } = await asOwner("settings");
    await press(page, "Change to the free plan");
    await page.getByRole("dialog").getByRole("listitem").filter({ hasText: "Westside Bar" }).waitFor();
    await inDialog(page, "Cancel").click();
    await page.getByText("Standard, with PINs.").waitFor();
    await press(page, "Change to the free plan");
    await inDialog(page, "Change to the free plan").click();
    await page.getByText("The free plan turned Requires PIN off at Westside Bar").waitFor();
    expect(await page.getByRole("button", { name: "Restore Requires PIN" }).count()).toBe(0);
    await press(page, "Change to the standard plan");
    await inDialog(page, "Change to the standard plan").click();
    await said(page, "The workspace is on the standard plan.");
    await press(page, "Restore Requires PIN");
    await said(page, "Requires PIN is on again");
    await page.getByText("The free plan turned Requires PIN off").waitFor({ state: "detached" });
    expect(await pinOf(ana)).toBe(before);
  });

  test("PIN case 7: 6 digits give everyone a PIN that is shown once; back at 4 they have their old ones", async () => {
    const before = await pinOf(ana);
    const { page } = await asOwner("settings");
    await press(page, "Change to 6 digits");
    await inDialog(page, "Change to 6 digits").click();
    await page.getByRole("heading", { name: "New PINs" }).waitFor();
    const longer = await pinOf(ana);
    expect(longer).toMatch(/^\d{6}$/);
    await page.getByRole("listitem").filter({ hasText: "Ana Kovač" }).getByText(longer).waitFor();
    await press(page, "Done");
    await page.getByText("PINs have 6 digits.").waitFor();
    expect(await page.content()).not.toContain(longer);
    await press(page, "Change to 4 digits");
    await inDialog(page, "Change to 4 digits").click();
    await page.getByText("PINs have 4 digits.").waitFor();
    expect(await pinOf(ana)).toBe(before);
  });

  test("write-only says what is destroyed before it is", async () => {
    const { page } = await asOwner("settings");
    await press(page, "Make PINs write-only");
    await page.getByRole("dialog").getByText("destroyed, and does not come back").waitFor();
    await inDialog(page, "Cancel").click();
    expect(await theWorkspace(at.hub.context.store.queries)).toMatchObject({ writeOnlyPins: false });
    await press(page, "Make PINs write-only");
    await inDialog(page, "Make PINs write-only").click();
    await page.getByText("PINs are write-only: nobody can").waitFor();
    await press(page, "Make PINs readable");
    await inDialog(page, "Make PINs readable").click();
    await page.getByText("Admins can show, print and export PINs").waitFor();
  });

  test("what wrong PINs cost is changed, and numbers that contradict each other are refused", async () => {
    const { page } = await asOwner("settings");
    await page.getByLabel("Step 3: wrong PINs").fill("7");
    await page.getByLabel("Step 3: wait, minutes").fill("12.5");
    await press(page, "Save");
    await said(page, "Saved: terminals take it at once.");
    await page.getByLabel("Step 4: wrong PINs").waitFor();
    expect(await page.getByLabel("Step 3: wait, minutes").inputValue()).toBe("12.5");
    await page.getByLabel("Person: admins told at").fill("200");
    await press(page, "Save");
    await page.getByRole("alert").filter({ hasText: "at most" }).waitFor();
    await page.reload();
    await page.getByLabel("Step 1: wrong PINs").waitFor();
    expect(await page.getByLabel("Person: admins told at").inputValue()).toBe("50");
  });
});

describe("Access", () => {
  test("someone invited by a link, shown once, chooses a password and is in, as what they are", async () => {
    await anAssignee(at.hub, kiosk, { name: "Mia Manager", role: "manager" });
    const { page } = await asOwner("access");
    await press(page, "Make a link for Mia Manager");
    const link = (await page.locator(".secret").textContent()) ?? "";
    await inDialog(page, "Done").click();
    await row(page, "People who may sign in", "Mia Manager").filter({ hasText: "open until" }).waitFor();
    expect(await page.content()).not.toContain(link);
    const { page: theirs } = await at.open(browser, null, new URL(link).hash.slice(1));
    await theirs.getByRole("heading", { name: "Welcome, Mia Manager" }).waitFor();
    expect(theirs.url()).toBe(at.hub.url);
    await theirs.getByLabel("E-mail").fill("mia@example.com");
    await theirs.getByLabel(/^New password/).fill("short");
    await press(theirs, "Sign in");
    expect(await theirs.getByRole("heading", { name: "Today", exact: true }).count()).toBe(0);
    await theirs.getByLabel(/^New password/).fill("correct horse 9 battery");
    await press(theirs, "Sign in");
    await theirs.getByRole("heading", { name: "Today", exact: true }).waitFor();
    const views = theirs.getByRole("navigation").getByRole("link");
    expect(await views.allTextContents()).toEqual(["Today", "Requests", "Receipt", "Account"]);
    await press(page, "End sessions of Mia Manager");
    await inDialog(page, "End sessions").click();
    await said(page, "1 session has ended.");
    await theirs.reload();
    await theirs.getByRole("heading", { name: "Sign in" }).waitFor();
  });

  test("an API token is shown once, does what its scopes say, and nothing once it is revoked", async () => {
    const { page } = await asOwner("access");
    await press(page, "Make a token");
    await page.getByLabel("What it is for").fill("Payroll");
    await inDialog(page, "Make a token").click();
    await page.getByRole("heading", { name: "The token" }).waitFor();
    const token = (await page.locator(".secret").textContent()) ?? "";
    await inDialog(page, "Done").click();
    const ask = async (method: string, path: string): Promise<number> => {
      const headers = { authorization: `Bearer ${token}` };
      return (await fetch(`${at.hub.url}api/v1/${path}`, { method, headers })).status;
    };
    expect(await ask("GET", "people")).toBe(200);
    expect(await ask("POST", `people/${ana}/pin/show`)).toBe(403);
    await row(page, "API tokens", "Payroll").waitFor();
    expect(await page.content()).not.toContain(token);
    await press(page, "Revoke the token Payroll");
    await inDialog(page, "Revoke").click();
    await page.getByText("None. A program").waitFor();
    expect(await ask("GET", "people")).toBe(401);
  });

  test("one's own password is changed, for the present one; all other sessions end", async () => {
    const { page: elsewhere } = await at.open(browser, null, "");
    await elsewhere.getByLabel("E-mail").fill(at.owner.email);
    await elsewhere.getByLabel("Password").fill(PASSWORD);
    await press(elsewhere, "Sign in");
    await elsewhere.getByRole("heading", { name: "Today", exact: true }).waitFor();
    const { page } = await asOwner("account");
    await page.getByLabel("Present password").fill("not it at all");
    await page.getByLabel("New password").fill("another horse 9 battery");
    await press(page, "Change password");
    await page.getByRole("alert").filter({ hasText: "This is not your password." }).waitFor();
    await page.getByLabel("Present password").fill(PASSWORD);
    await press(page, "Change password");
    await page.getByRole("heading", { name: "Your password is changed" }).waitFor();
    await inDialog(page, "Done").click();
    await row(page, "Sessions", "this one").waitFor();
    await row(page, "Sessions", /End$/).nth(1).waitFor({ state: "detached" });
    await elsewhere.reload();
    await elsewhere.getByRole("heading", { name: "Sign in" }).waitFor();
    await press(page, "Sign out everywhere");
    await page.getByRole("heading", { name: "Sign in" }).waitFor();
  });
});

describe("Audit and Mail", () => {
  test("acts stand in the log in words, by name, older ones on request", async () => {
    for (let count = 0; count < 60; count += 1) await anAssignee(at.hub, kiosk, { name: `Person ${count}` });
    const { page } = await asOwner("audit");
    const log = page.getByRole("table", { name: "Audit" }).getByRole("row");
    await log.filter({ hasText: "added" }).first().waitFor();
    expect(await log.count()).toBe(101);
    await press(page, "Show older");
    await page.getByRole("button", { name: "Show older" }).waitFor({ state: "detached" });
    await log.filter({ hasText: "made this workspace" }).waitFor();
    // Among more acts of one instant than a page shows, the newest has no place of its own.
    at.wallClock.set(at.wallClock.wallMs() + 1_000);
    await page.goto(`${at.hub.url}#team/${ana}`);
    await press(page, "Edit PIN");
    await press(page, "Show the present PIN");
    await page.getByText("Present PIN:").waitFor();
    await page.keyboard.press("Escape");
    await page.goto(`${at.hub.url}#audit`);
    await log.filter({ hasText: /The owner.*looked at the PIN of .Ana Kovač/ }).waitFor();
    expect(await page.content()).not.toContain(await pinOf(ana));
  });

  test("PIN rule 7: without a mail server the mail to admins is read here; it says who, where and when, and no PIN", async () => {
    const { page } = await asOwner("mail");
    await page.getByText("None yet.").waitFor();
    await box.tell({ kind: "pin.forgotten", person: ana, payload: {} });
    await row(page, "Mail", "owner@example.com").filter({ hasText: "no mail server" }).waitFor();
    await page.getByText(/^Ana Kovač forgot their PIN at Westside Bar/).click();
    const letter = (await page.locator(".letter").textContent()) ?? "";
    expect(letter).toContain(`${at.hub.url}#requests`);
    expect(letter).not.toContain(await pinOf(ana));
  });
});
