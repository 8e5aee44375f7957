import { readFile } from "node:fs/promises";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { HUB_ACTOR } from "../../hub/access.ts";
import { listKiosks } from "../../hub/kiosks/kiosks.ts";
import { showUniversalPin } from "../../hub/kiosks/universal-pin.ts";
import { PASSWORD } from "../../hub/testing/access.ts";
import { addTestPerson } from "../../hub/testing/hub.ts";
import { aKiosk, anAssignee, auditOf } from "../../hub/testing/people.ts";
import { changePlan } from "../../hub/workspace/plan.ts";
import { openBrowser } from "./browser.ts";
import { startPageHub, type PageHub } from "./page-hub.ts";

/** Kiosks on the admin's page: Requires PIN and its plan, Universal PINs, assignees, export. */

let given: PageHub;
let browser: Browser;

beforeAll(async () => {
  given = await startPageHub();
  browser = await openBrowser();
});
afterAll(async () => {
  await browser.close();
  await given.hub.close();
});

const kioskNamed = async (name: string) =>
  (await listKiosks(given.hub.context.store.queries)).find((each) => each.name === name);
const button = (page: Page, name: string) => page.getByRole("button", { name, exact: true });
const choice = (page: Page, name: string) =>
  page.getByRole("dialog").getByRole("button", { name, exact: true });
const heading = (page: Page, name: string) => page.getByRole("heading", { name, exact: true });
const row = (page: Page, text: string) => page.getByRole("row").filter({ hasText: text });

describe("Kiosks on the admin's page", () => {
  test("PIN rule 1: Requires PIN is on the create form and on the edit form; PIN rule 5: a Universal PIN is made with the kiosk", async () => {
    const { page, complaints } = await given.open(browser, given.owner, "kiosks");
    await button(page, "Create a kiosk").click();
    expect(await page.getByLabel("Requires PIN").isChecked()).toBe(true);
    await page.getByLabel("Name", { exact: true }).fill("Westside Bar");
    await page.getByLabel("Time zone").selectOption("Europe/London");
    await page.getByLabel("Language").selectOption("Deutsch");
    await choice(page, "Create").click();
    await page.getByText("Its Universal PIN:").waitFor();
    const made = await kioskNamed("Westside Bar");
    if (made === undefined) throw new RangeError("no kiosk was created");
    expect(made).toMatchObject({ requiresPin: true, timeZone: "Europe/London", language: "de" });
    const { pin } = await showUniversalPin(given.hub.context, HUB_ACTOR, made.kiosk);
    await page.getByRole("dialog").getByText(pin, { exact: true }).waitFor();
    await choice(page, "Choose its assignees").click();
    await heading(page, "Westside Bar").waitFor();
    expect(page.url()).toBe(`${given.hub.url}#kiosks/${made.kiosk}`);
    expect(await page.content()).not.toContain(pin);

    await page.getByLabel("Requires PIN").uncheck();
    await page.getByLabel("Breaks").check();
    await button(page, "Save").click();
    await page.getByText("serves nothing while Requires PIN is off").waitFor();
    expect(await kioskNamed("Westside Bar")).toMatchObject({ requiresPin: false, breakEnabled: true });
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  test("PIN case 6: a kiosk created without PIN has its Universal PIN once Requires PIN is on; it is not edited before", async () => {
    const { page } = await given.open(browser, given.owner, "kiosks");
    await button(page, "Create a kiosk").click();
    await page.getByLabel("Name", { exact: true }).fill("Westside Bar");
    await choice(page, "Create").click();
    await page.getByRole("alert").filter({ hasText: /name/ }).waitFor();
    await page.getByLabel("Name", { exact: true }).fill("Warehouse");
    await page.getByLabel("Requires PIN").uncheck();
    await choice(page, "Create").click();
    await page.getByText("which serves nothing while Requires PIN is off").waitFor();
    await choice(page, "Choose its assignees").click();
    await heading(page, "Warehouse").waitFor();
    expect(await button(page, "Edit Universal PIN").count()).toBe(0);
    await page.getByLabel("Requires PIN").check();
    await button(page, "Save").click();
    await button(page, "Edit Universal PIN").click();
    await choice(page, "Show the present PIN").click();
    await page
      .getByRole("dialog")
      .locator("output")
      .filter({ hasText: /^\d{4}$/ })
      .waitFor();
    await page.context().close();
  });

  test("PIN rule 2: the free plan keeps Requires PIN off and says why; one click restores it after an upgrade, with the same PIN", async () => {
    const { context } = given.hub;
    const { kiosk } = await aKiosk(given.hub, { name: "Rooftop", universalPin: "8062" });
    const { page } = await given.open(browser, given.owner, `kiosks/${kiosk}`);
    await page.getByLabel("Requires PIN").waitFor();
    await changePlan(context, HUB_ACTOR, "free");
    await page.getByText("The free plan turned Requires PIN off at Rooftop").waitFor();
    expect(await page.getByLabel("Requires PIN").isDisabled()).toBe(true);
    await page.getByText("this workspace is on the free plan").waitFor();
    expect(await button(page, "Restore Requires PIN").count()).toBe(0);
    expect(await button(page, "Edit Universal PIN").count()).toBe(0);
    // Other settings are still saved.
    await page.getByLabel("Breaks").check();
    await button(page, "Save").click();
    await page.getByText("Saved.").waitFor();
    expect(await kioskNamed("Rooftop")).toMatchObject({
      breakEnabled: true,
      requiresPin: false,
      requiresPinLapsed: true,
    });
    await page.getByRole("link", { name: "Kiosks" }).first().click();
    await row(page, "Rooftop").filter({ hasText: "Off, by the plan" }).waitFor();
    await button(page, "Create a kiosk").click();
    expect(await page.getByRole("dialog").getByLabel("Requires PIN").isDisabled()).toBe(true);
    await choice(page, "Cancel").click();

    await changePlan(context, HUB_ACTOR, "standard");
    await button(page, "Restore Requires PIN").waitFor();
    expect(await kioskNamed("Rooftop")).toMatchObject({ requiresPin: false });
    await button(page, "Restore Requires PIN").click();
    await row(page, "Rooftop").filter({ hasText: "On" }).waitFor();
    expect(await showUniversalPin(context, HUB_ACTOR, kiosk)).toEqual({ pin: "8062" });
    await page.context().close();
  });

  test("people are assigned and removed; who is added elsewhere shows without a reload", async () => {
    const { kiosk } = await aKiosk(given.hub, { name: "Cellar" });
    for (const name of ["Jan Novák", "Jana Novak", "Zoë Lindqvist"]) await addTestPerson(given.hub, { name });
    const { page } = await given.open(browser, given.owner, `kiosks/${kiosk}`);
    await page.getByText("Nobody can punch here yet.").waitFor();
    await button(page, "Add assignees").click();
    await page.getByLabel("Search people").fill("novak");
    await choice(page, "Choose all 2").click();
    await choice(page, "Add 2").click();
    await row(page, "Jan Novák").waitFor();
    await row(page, "Jana Novak").waitFor();
    await anAssignee(given.hub, kiosk, { name: "Late Lena" });
    await row(page, "Late Lena").waitFor();
    await button(page, "Remove Jana Novak").click();
    await row(page, "Jana Novak").waitFor({ state: "detached" });
    // The focus does not go with the row.
    await page.keyboard.type("jan");
    await page.getByText("1 of 2").waitFor();
    await page.context().close();
  });

  test("PIN rule 6: Export Assignees asks for the password again, and gives a file that the page keeps nothing of", async () => {
    const { kiosk } = await aKiosk(given.hub, { name: "Back / Office" });
    const { pin } = await anAssignee(given.hub, kiosk, { name: "Marko Horvat", number: "7001" });
    const { page } = await given.open(browser, given.owner, `kiosks/${kiosk}`);
    await button(page, "Export Assignees").click();
    await page.getByLabel("Your password").fill("not it at all");
    await choice(page, "Export Assignees").click();
    await page
      .getByRole("alert")
      .filter({ hasText: /password/i })
      .waitFor();
    expect(await page.getByLabel("Your password").getAttribute("aria-invalid")).toBe("true");
    expect(await auditOf(given.hub, kiosk)).not.toContain("kiosk.assignees-exported");
    await page.getByLabel("Your password").fill(PASSWORD);
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      choice(page, "Export Assignees").click(),
    ]);
    expect(download.suggestedFilename()).toBe("Back  Office assignees.csv");
    const csv = await readFile(await download.path(), "utf8");
    expect(csv).toContain(`"Marko Horvat","7001",,"regular","${pin}"`);
    expect(await auditOf(given.hub, kiosk)).toContain("kiosk.assignees-exported");
    await page.getByRole("dialog").waitFor({ state: "detached" });
    expect(await page.content()).not.toContain(pin);
    await page.context().close();
  });

  test("slips of a kiosk name it; a kiosk is deleted after a confirmation", async () => {
    const { kiosk } = await aKiosk(given.hub, { name: "Pop-up" });
    const { pin } = await anAssignee(given.hub, kiosk, { name: "Ana Kovač" });
    const { page } = await given.open(browser, given.owner, `kiosks/${kiosk}`);
    await button(page, "PIN slips").click();
    const slip = page.locator(".slips li");
    await slip.filter({ hasText: "Pop-up" }).filter({ hasText: pin }).waitFor();
    await button(page, "Done").click();
    await button(page, "Delete this kiosk").click();
    await choice(page, "Cancel").click();
    expect(await kioskNamed("Pop-up")).toBeDefined();
    await button(page, "Delete this kiosk").click();
    await choice(page, "Delete").click();
    await heading(page, "Kiosks").waitFor();
    expect(await kioskNamed("Pop-up")).toBeUndefined();
    expect(await row(page, "Pop-up").count()).toBe(0);
    await page.goBack();
    await page.getByText("there is no such kiosk").waitFor();
    await page.context().close();
  });
});
