import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { HUB_ACTOR } from "../../hub/access.ts";
import { importPeople } from "../../hub/people/import.ts";
import { listPeople } from "../../hub/people/people.ts";
import { savePersonPin, showPersonPin } from "../../hub/pins/person-pin.ts";
import { PASSWORD, signUp } from "../../hub/testing/access.ts";
import { addTestPerson } from "../../hub/testing/hub.ts";
import { aKiosk, auditOf } from "../../hub/testing/people.ts";
import type { KioskId, PersonId } from "../../protocol/ids.ts";
import { openBrowser } from "./browser.ts";
import { startPageHub, type PageHub } from "./page-hub.ts";

/** Team on the admin's page: adding, roles, leaving and coming back, import, slips. */

const OWNER_PIN = "9630";

let given: PageHub;
let browser: Browser;
let kiosk: KioskId;

beforeAll(async () => {
  given = await startPageHub();
  browser = await openBrowser();
  await savePersonPin(given.hub.context, HUB_ACTOR, given.owner.person, OWNER_PIN);
  ({ kiosk } = await aKiosk(given.hub, { name: "Westside Bar" }));
});
afterAll(async () => {
  await browser.close();
  await given.hub.close();
});

const pinOf = async (person: PersonId): Promise<string> =>
  (await showPersonPin(given.hub.context, HUB_ACTOR, person)).pin;
const personNamed = async (name: string) =>
  (await listPeople(given.hub.context.store.queries)).find((each) => each.name === name);
const button = (page: Page, name: string) => page.getByRole("button", { name, exact: true });
const choice = (page: Page, name: string) =>
  page.getByRole("dialog").getByRole("button", { name, exact: true });
const heading = (page: Page, name: string) => page.getByRole("heading", { name, exact: true });
const slips = (page: Page) => page.locator(".slips li");

describe("Team on the admin's page", () => {
  test("PIN rule 3: who is added gets a PIN by itself, shown once, with a slip for the kiosk that is audited when printed", async () => {
    const { page, complaints } = await given.open(browser, given.owner, "team");
    await button(page, "Add a person").click();
    await page.getByLabel("Name", { exact: true }).fill("Jan Novák");
    await page.getByLabel("Kiosk").selectOption("Westside Bar");
    await choice(page, "Add").click();
    await heading(page, "A new PIN to hand out").waitFor();
    const jan = await personNamed("Jan Novák");
    if (jan === undefined) throw new RangeError("nobody was added");
    const pin = await pinOf(jan.person);
    expect(pin).toMatch(/^[1-9][0-9]{3}$/);
    const slip = (await slips(page).textContent()) ?? "";
    for (const part of ["Jan Novák", jan.number, pin, "Westside Bar", "Type your number"]) {
      expect(slip).toContain(part);
    }
    await page.evaluate("window.print = () => { window.printed = true; }");
    await button(page, "Print a slip").click();
    await page.waitForFunction("window.printed === true");
    expect(await auditOf(given.hub, jan.person)).toContain("pin.slip-printed");
    // On paper there is the slip and nothing else.
    await page.emulateMedia({ media: "print" });
    expect(await page.getByRole("navigation").isVisible()).toBe(false);
    expect(await button(page, "Done").isVisible()).toBe(false);
    expect(await slips(page).isVisible()).toBe(true);
    await page.emulateMedia({ media: "screen" });
    await button(page, "Done").click();
    await page.getByRole("row").filter({ hasText: "Jan Novák" }).waitFor();
    expect(await page.content()).not.toContain(pin);
    expect(await page.title()).toBe("Team – Punchbox");
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  test("what is wrong with a new person is said at the field, and what was typed stays", async () => {
    const { page } = await given.open(browser, given.owner, "team");
    await button(page, "Add a person").click();
    await page.getByLabel("Name", { exact: true }).fill("Zoë Lindqvist");
    await page.getByText("More", { exact: true }).click();
    await page.getByLabel("Number", { exact: true }).fill("12");
    await choice(page, "Add").click();
    await page
      .getByRole("alert")
      .filter({ hasText: /digits/ })
      .waitFor();
    expect(await page.getByLabel("Number", { exact: true }).getAttribute("aria-invalid")).toBe("true");
    await page.getByLabel("Number", { exact: true }).fill("4100");
    await page.getByLabel("PIN", { exact: true }).fill(OWNER_PIN);
    await choice(page, "Add").click();
    await page.getByRole("alert").filter({ hasText: "An admin and a non-admin" }).waitFor();
    await page.getByLabel("PIN", { exact: true }).fill("4513");
    await page.getByLabel("E-mail").fill("zoe@example.com");
    await page.getByLabel("Language").selectOption("Deutsch");
    await page.getByLabel("More time").check();
    await page.getByLabel("Card").fill("0a00c4f2b1");
    await choice(page, "Add").click();
    await heading(page, "A new PIN to hand out").waitFor();
    expect(await personNamed("Zoë Lindqvist")).toMatchObject({
      number: "4100",
      email: "zoe@example.com",
      language: "de",
      moreTime: true,
      card: "0A00C4F2B1",
    });
    await page.context().close();
  });

  test("a double click adds one person, and so does a click whose answer is lost: it is asked for again", async () => {
    const { page } = await given.open(browser, given.owner, "team");
    const added = async (name: string) =>
      (await listPeople(given.hub.context.store.queries)).filter((each) => each.name === name).length;
    await button(page, "Add a person").click();
    await page.getByLabel("Name", { exact: true }).fill("Once Only");
    await choice(page, "Add").dblclick();
    await heading(page, "A new PIN to hand out").waitFor();
    expect(await added("Once Only")).toBe(1);
    await button(page, "Done").click();

    await button(page, "Add a person").click();
    await page.getByLabel("Name", { exact: true }).fill("Lost Answer");
    const keys: string[] = [];
    await page.route("**/api/v1/people", async (route) => {
      if (route.request().method() !== "POST") return route.continue();
      keys.push(route.request().headers()["idempotency-key"] ?? "none");
      const response = await route.fetch();
      return keys.length === 1 ? route.abort() : route.fulfill({ response });
    });
    await choice(page, "Add").click();
    await heading(page, "A new PIN to hand out").waitFor();
    expect(await added("Lost Answer")).toBe(1);
    expect(keys).toHaveLength(2);
    expect(new Set(keys).size).toBe(1);
    const person = await personNamed("Lost Answer");
    if (person === undefined) throw new RangeError("nobody was added");
    expect(await slips(page).textContent()).toContain(await pinOf(person.person));
    await page.context().close();
  });

  test("whose session has ended is asked to sign in, and nothing is done", async () => {
    const other = await signUp(given.hub, "admin", "other@example.com");
    const { page } = await given.open(browser, other, "team");
    await button(page, "Add a person").click();
    await page.getByLabel("Name", { exact: true }).fill("Too Late");
    await given.hub.context.store.queries.deleteFrom("sessions").where("person", "=", other.person).execute();
    await choice(page, "Add").click();
    await heading(page, "Sign in").waitFor();
    expect(await personNamed("Too Late")).toBeUndefined();
    await page.context().close();
  });

  test("who only looks on is asked to sign in, too, once the session has ended", async () => {
    const other = await signUp(given.hub, "admin", "watcher@example.com");
    const { queries } = given.hub.context.store;
    const { page } = await given.open(browser, null, "");
    await page.route("**/api/v1/live", async (route) => {
      // All is loaded; only the stream hears of it.
      await page.getByText(/ of [0-9]+ people/).waitFor();
      await queries.deleteFrom("sessions").where("person", "=", other.person).execute();
      await route.continue();
    });
    await page.getByLabel("E-mail").fill(other.email);
    await page.getByLabel("Password").fill(PASSWORD);
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.waitForRequest("**/api/v1/live");
    await heading(page, "Sign in").waitFor();
    await page.getByLabel("E-mail").waitFor();
    await page.context().close();
  });

  test("a person's details are edited, each refusal at its field; only what was changed is sent", async () => {
    const { person } = await addTestPerson(given.hub, { name: "Janko Novak", number: "1302" });
    await addTestPerson(given.hub, { name: "Łukasz Wiśniewski", number: "4200", card: "0A0071D93E" });
    const { page } = await given.open(browser, given.owner, "team");
    await page.getByRole("link", { name: "Janko Novak" }).click();
    await heading(page, "Janko Novak").waitFor();
    expect(page.url()).toBe(`${given.hub.url}#team/${person}`);
    await page.getByLabel("Number", { exact: true }).fill("4200");
    await button(page, "Save").click();
    await page
      .getByRole("alert")
      .filter({ hasText: /number/i })
      .waitFor();
    await page.getByLabel("Number", { exact: true }).fill("1303");
    await page.getByLabel("Card").fill("0a0071d93e");
    await button(page, "Save").click();
    await page.getByRole("alert").filter({ hasText: "card belongs to someone else" }).waitFor();
    await page.getByLabel("Card").fill("77");
    // Someone else changes the name meanwhile: it is not changed back.
    const { queries } = given.hub.context.store;
    await queries.updateTable("people").set({ name: "Janko N." }).where("id", "=", person).execute();
    await button(page, "Save").click();
    await page.getByText("Saved.").waitFor();
    expect(await personNamed("Janko N.")).toMatchObject({ number: "1303", card: "77" });
    await page.goBack();
    await heading(page, "Team").waitFor();
    await page.context().close();
  });

  test("PIN case 1: a promotion that would clash is refused, and done with a new PIN in the same act; a demotion likewise", async () => {
    const { person } = await addTestPerson(given.hub, { name: "Marko Horvat", pin: "5183" });
    await addTestPerson(given.hub, { name: "Mirko Horvat", pin: "5183" });
    const { page } = await given.open(browser, given.owner, `team/${person}`);
    await page.getByRole("combobox", { name: "Role" }).selectOption("Admin");
    await button(page, "Save role").click();
    await page.getByRole("alert").filter({ hasText: "An admin and a non-admin" }).waitFor();
    expect(await personNamed("Marko Horvat")).toMatchObject({ role: "regular" });
    expect(await page.content()).not.toContain("Mirko");
    await page.getByLabel("Generate a new PIN").check();
    await button(page, "Save role").click();
    await heading(page, "A new PIN to hand out").waitFor();
    expect(await personNamed("Marko Horvat")).toMatchObject({ role: "admin" });
    const pin = await pinOf(person);
    expect(pin).not.toBe("5183");
    await slips(page).filter({ hasText: pin }).waitFor();
    await button(page, "Done").click();

    // Sharing an admin's PIN, they cannot become a non-admin.
    await savePersonPin(given.hub.context, HUB_ACTOR, person, OWNER_PIN);
    await page.getByRole("combobox", { name: "Role" }).selectOption("Regular");
    await button(page, "Save role").click();
    await page.getByRole("alert").filter({ hasText: "An admin and a non-admin" }).waitFor();
    expect(await personNamed("Marko Horvat")).toMatchObject({ role: "admin" });
    await page.context().close();
  });

  test("PIN case 7: who leaves loses the PIN, who comes back gets another; a confirmation says so first", async () => {
    const { person, pin } = await addTestPerson(given.hub, { name: "Aoife Ní Bhriain" });
    const { page } = await given.open(browser, given.owner, `team/${person}`);
    await button(page, "Deactivate").click();
    await choice(page, "Cancel").click();
    expect(await personNamed("Aoife Ní Bhriain")).toMatchObject({ active: true });
    await button(page, "Deactivate").click();
    await choice(page, "Deactivate").click();
    await page.getByText("Inactive: no PIN, on no terminal.").waitFor();
    expect(await personNamed("Aoife Ní Bhriain")).toMatchObject({ active: false });
    await page.getByRole("link", { name: "Team" }).first().click();
    await heading(page, "Team").waitFor();
    expect(await page.getByRole("row").filter({ hasText: "Aoife" }).count()).toBe(0);
    await page.getByLabel(/Inactive too/).check();
    await page.getByRole("link", { name: "Aoife Ní Bhriain" }).click();
    await button(page, "Reactivate").click();
    await heading(page, "A new PIN to hand out").waitFor();
    const anew = await pinOf(person);
    expect(anew).not.toBe(pin);
    await slips(page).filter({ hasText: anew }).waitFor();
    await page.context().close();
  });

  test("PIN case 5: an import with anything wrong applies nothing, and a table says what, line by line", async () => {
    const before = (await listPeople(given.hub.context.store.queries)).length;
    const { page } = await given.open(browser, given.owner, "team/import");
    await page
      .getByLabel("or its text, pasted")
      .fill(
        `name,role,number,pin\nLost Zero,regular,,482\nOne Admin,admin,,7412\nTwo Regular,regular,,7412\nTaken,regular,1000,\n`,
      );
    await button(page, "Import").click();
    const wrong = page.getByRole("table", { name: "What is wrong with the file" });
    await wrong.getByRole("row").filter({ hasText: "eaten a leading zero" }).waitFor();
    const rows = await wrong.getByRole("row").allTextContents();
    expect(rows.slice(1).map((row) => Number(/^[0-9]+/.exec(row)?.[0]))).toEqual([2, 3, 4, 5]);
    expect(rows[2]).toMatch(/line 4/);
    expect(rows[3]).toMatch(/line 3/);
    expect(rows.join(" ")).not.toContain("7412");
    expect(await listPeople(given.hub.context.store.queries)).toHaveLength(before);
    await page.context().close();
  });

  test("people are imported from a file, and their slips are shown once", async () => {
    const { page } = await given.open(browser, given.owner, "team");
    await page.getByRole("link", { name: "Import people" }).click();
    await page.getByLabel("Kiosk of all of them").selectOption("Westside Bar");
    await page.getByLabel("CSV file").setInputFiles({
      name: "people.csv",
      mimeType: "text/csv",
      buffer: Buffer.from("\ufeffname,number\r\nŠtefan Ionescu,6001\r\n=1+1,6002\r\n"),
    });
    await button(page, "Import").click();
    await heading(page, "2 people imported").waitFor();
    const imported = await personNamed("Štefan Ionescu");
    if (imported === undefined) throw new RangeError("nobody was imported");
    await slips(page)
      .filter({ hasText: await pinOf(imported.person) })
      .filter({ hasText: "Westside Bar" })
      .waitFor();
    await button(page, "Done").click();
    await heading(page, "Team").waitFor();
    await page.getByRole("row").filter({ hasText: "=1+1" }).waitFor();
    await page.context().close();
  });

  test("a team of 700 is searched without accents, and slips are printed for whom one chooses", async () => {
    const lines = Array.from({ length: 700 }, (_, index) => `Person ${index + 1},regular`);
    await importPeople(
      given.hub.context,
      HUB_ACTOR,
      new TextEncoder().encode(["name,role", ...lines].join("\n")),
    );
    const { page } = await given.open(browser, given.owner, "team");
    await page.getByText(/^7[0-9][0-9] people$/).waitFor();
    expect(await page.getByRole("row").count()).toBe(101);
    await button(page, "Show more").click();
    await expect.poll(() => page.getByRole("row").count()).toBe(201);
    await page.getByLabel("Search the team").fill("stefan");
    await page.getByText("1 person", { exact: true }).waitFor();
    await page.getByLabel("Slip for Štefan Ionescu").check();
    await page.getByLabel("Search the team").fill("person 700");
    await page.getByLabel("Choose all for slips").check();
    await button(page, "PIN slip of 1 person").click();
    await heading(page, "PIN slips").waitFor();
    expect(await slips(page).count()).toBe(1);
    expect(await slips(page).textContent()).toContain("Person 700");
    await page.context().close();
  });

  test("an admin lifts someone's waits", async () => {
    const { person } = await addTestPerson(given.hub, { name: "Geneviève Lefèvre" });
    const { page } = await given.open(browser, given.owner, `team/${person}`);
    await button(page, "Lift waits").click();
    await page.getByText("Waits after wrong PINs are lifted.").waitFor();
    await page.context().close();
  });

  test("PIN rule 6: managers never see, type or generate PINs: Team and Kiosks are not theirs, whatever they type", async () => {
    const manager = await signUp(given.hub, "manager");
    const { page } = await given.open(browser, manager, "team");
    await heading(page, "Today").waitFor();
    const menu = await page.getByRole("navigation").getByRole("link").allTextContents();
    expect(menu).not.toContain("Team");
    expect(menu).not.toContain("Kiosks");
    for (const address of [`team/${manager.person}`, "team/import", "kiosks", `kiosks/${kiosk}`]) {
      await page.goto(`${given.hub.url}#${address}`);
      await heading(page, "Today").waitFor();
      expect(await page.getByRole("button", { name: /PIN/ }).count()).toBe(0);
    }
    await page.context().close();
  });
});
