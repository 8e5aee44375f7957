import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { HUB_ACTOR } from "../../hub/access.ts";
import { showUniversalPin } from "../../hub/kiosks/universal-pin.ts";
import { savePersonPin, showPersonPin } from "../../hub/pins/person-pin.ts";
import { setWriteOnlyPins } from "../../hub/pins/write-only.ts";
import { addTestPerson } from "../../hub/testing/hub.ts";
import { aKiosk, anAssignee, auditOf } from "../../hub/testing/people.ts";
import type { KioskId, PersonId } from "../../protocol/ids.ts";
import { openBrowser } from "./browser.ts";
import { keptInBrowser } from "./checks.ts";
import { startPageHub, type PageHub } from "./page-hub.ts";

/** Edit PIN on the admin's page, of people and of kiosks. */

const OWNER_PIN = "9630";
const KIOSK_PIN = "8062";

let given: PageHub;
let browser: Browser;
let kiosk: KioskId;
let jan: PersonId;

beforeAll(async () => {
  given = await startPageHub();
  browser = await openBrowser();
  await savePersonPin(given.hub.context, HUB_ACTOR, given.owner.person, OWNER_PIN);
  ({ kiosk } = await aKiosk(given.hub, { name: "Westside Bar", universalPin: KIOSK_PIN }));
  await aKiosk(given.hub, { name: "Warehouse", universalPin: "7245" });
  ({ person: jan } = await anAssignee(given.hub, kiosk, { name: "Jan Novák", pin: "7306" }));
});
afterAll(async () => {
  await browser.close();
  await given.hub.close();
});

const pinOf = async (person: PersonId): Promise<string> =>
  (await showPersonPin(given.hub.context, HUB_ACTOR, person)).pin;
const universalPin = async (): Promise<string> =>
  (await showUniversalPin(given.hub.context, HUB_ACTOR, kiosk)).pin;

const button = (page: Page, name: string) => page.getByRole("button", { name, exact: true });
const field = (page: Page) => page.getByLabel("New PIN");
/** The dialog is gone, and with it what was in it. */
const closed = (page: Page): Promise<void> => page.getByRole("dialog").waitFor({ state: "detached" });

/** A button of the open dialog. */
const choice = (page: Page, name: string) =>
  page.getByRole("dialog").getByRole("button", { name, exact: true });

async function save(page: Page, pin: string): Promise<void> {
  await field(page).fill(pin);
  await choice(page, "Save").click();
}

/** Types a PIN that is refused in these words, and answers with all that is said at the field. */
async function refusal(page: Page, pin: string, words: RegExp): Promise<string> {
  await save(page, pin);
  const alert = page.getByRole("dialog").getByRole("alert").filter({ hasText: words });
  await alert.waitFor();
  expect(await field(page).getAttribute("aria-invalid")).toBe("true");
  expect(await field(page).getAttribute("aria-describedby")).toContain(await alert.getAttribute("id"));
  return (await alert.textContent()) ?? "";
}

/** Whatever of the page could still hold a text. */
async function pageHolds(page: Page, text: string): Promise<string[]> {
  const places: readonly (readonly [string, string])[] = [
    ["address", page.url()],
    ["title", await page.title()],
    ["page", await page.content()],
    ["fields", (await page.locator("input").evaluateAll(valuesOf)).join(" ")],
  ];
  return places.filter(([, held]) => held.includes(text)).map(([place]) => place);
}
const valuesOf = (inputs: readonly { readonly value?: string }[]): string[] =>
  inputs.map(({ value }) => value ?? "");

describe("Edit PIN on the admin's page", () => {
  test("PIN rule 6: Generate proposes, Cancel keeps; Generate and Save store; a typed one is stored; no PIN stays behind", async () => {
    const { page, complaints } = await given.open(browser, given.owner, "team");
    const edit = button(page, "Edit PIN of Jan Novák");
    await edit.click();
    await choice(page, "Generate").click();
    await expect.poll(() => field(page).inputValue()).toMatch(/^[1-9][0-9]{3}$/);
    const proposed = await field(page).inputValue();
    expect(await pinOf(jan)).toBe("7306");
    await choice(page, "Cancel").click();
    await closed(page);
    expect(await pinOf(jan)).toBe("7306");
    expect(await pageHolds(page, proposed)).toEqual([]);

    await edit.click();
    await choice(page, "Generate").click();
    await expect.poll(() => field(page).inputValue()).toMatch(/^[1-9][0-9]{3}$/);
    const generated = await field(page).inputValue();
    await choice(page, "Save").click();
    await page.getByText("The new PIN is saved.").waitFor();
    expect(await pinOf(jan)).toBe(generated);

    await edit.click();
    await field(page).fill("5183");
    await page.keyboard.press("Enter");
    await closed(page);
    expect(await pinOf(jan)).toBe("5183");

    await edit.click();
    await field(page).fill("6294");
    await page.keyboard.press("Escape");
    await closed(page);
    expect(await pinOf(jan)).toBe("5183");
    for (const pin of [generated, "5183", "6294"]) expect(await pageHolds(page, pin)).toEqual([]);
    expect(await keptInBrowser(page)).toEqual([]);
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  test("PIN rule 6: the present PIN is shown to who asks, which is audited, and is gone with the dialog", async () => {
    const { page } = await given.open(browser, given.owner, `team/${jan}`);
    await button(page, "Edit PIN").click();
    await field(page).waitFor();
    const pin = await pinOf(jan);
    expect(await pageHolds(page, pin)).toEqual([]);
    const before = (await auditOf(given.hub, jan)).filter((each) => each === "pin.shown").length;
    await button(page, "Show the present PIN").click();
    await page.getByRole("dialog").getByText(pin, { exact: true }).waitFor();
    expect((await auditOf(given.hub, jan)).filter((each) => each === "pin.shown")).toHaveLength(before + 1);
    await choice(page, "Cancel").click();
    await closed(page);
    expect(await pageHolds(page, pin)).toEqual([]);
    await page.context().close();
  });

  test("PIN rule 8: a refused PIN says at the field which rule it broke, and never whose it is", async () => {
    const { page } = await given.open(browser, given.owner, "team");
    await button(page, "Edit PIN of Jan Novák").click();
    const told = [
      await refusal(page, OWNER_PIN, /admin/),
      await refusal(page, "1111", /one digit repeated/),
      await refusal(page, "123", /as many digits/),
      await refusal(page, "12a4", /as many digits/),
    ];
    expect(told.join(" ")).not.toMatch(/owner|Jan/);
    await expect.poll(() => field(page).evaluate(hasFocus)).toBe(true);
    expect(await pinOf(jan)).toBe("5183");
    await choice(page, "Cancel").click();

    await button(page, "Edit PIN of The owner").click();
    await refusal(page, KIOSK_PIN, /kiosk/);
    await refusal(page, "5183", /An admin and a non-admin/);
    await choice(page, "Cancel").click();
    expect(await pinOf(given.owner.person)).toBe(OWNER_PIN);
    await page.context().close();
  });

  test("PIN rule 8: a non-admin's PIN may be a Universal PIN, and the admin is warned", async () => {
    const { page } = await given.open(browser, given.owner, "team");
    await button(page, "Edit PIN of Jan Novák").click();
    await save(page, KIOSK_PIN);
    await page.getByRole("status").getByText("also a kiosk's Universal PIN").waitFor();
    expect(await pinOf(jan)).toBe(KIOSK_PIN);
    await page.context().close();
  });

  test("PIN case 7: the same PIN saved again changes nothing, and the page says so", async () => {
    const { page } = await given.open(browser, given.owner, `team/${jan}`);
    const before = await auditOf(given.hub, jan);
    await button(page, "Edit PIN").click();
    await save(page, KIOSK_PIN);
    await page.getByText("That is the PIN already: nothing has changed.").waitFor();
    expect(await auditOf(given.hub, jan)).toEqual(before);
    await page.context().close();
  });

  test("PIN rule 5: a kiosk's Universal PIN is shown, generated and typed like any, and unlike another kiosk's", async () => {
    const { page } = await given.open(browser, given.owner, `kiosks/${kiosk}`);
    await button(page, "Edit Universal PIN").click();
    await button(page, "Show the present PIN").click();
    await page.getByRole("dialog").getByText(KIOSK_PIN, { exact: true }).waitFor();
    await refusal(page, "7245", /Two kiosks/);
    await refusal(page, OWNER_PIN, /admin/);
    await choice(page, "Generate").click();
    await expect.poll(() => field(page).inputValue()).toMatch(/^[1-9][0-9]{3}$/);
    const generated = await field(page).inputValue();
    expect(await universalPin()).toBe(KIOSK_PIN);
    await choice(page, "Save").click();
    await page.getByText("The new PIN is saved.").waitFor();
    expect(await universalPin()).toBe(generated);
    expect(await pageHolds(page, generated)).toEqual([]);
    expect(await pageHolds(page, KIOSK_PIN)).toEqual([]);
    expect(await auditOf(given.hub, kiosk)).toContain("kiosk.universal-pin-shown");
    await page.context().close();
  });

  test("PIN rule 6: where PINs are write-only none can be shown, printed or exported, and the page offers none of it", async () => {
    const { person } = await addTestPerson(given.hub, { name: "Zoë Lindqvist", pin: "4513" });
    await setWriteOnlyPins(given.hub.context, HUB_ACTOR, true);
    const { page } = await given.open(browser, given.owner, "team");
    await button(page, "Edit PIN of Zoë Lindqvist").click();
    await page.getByText("write-only: the present one cannot be shown").waitFor();
    expect(await button(page, "Show the present PIN").count()).toBe(0);
    await save(page, "4514");
    await page.getByText("The new PIN is saved.").waitFor();
    expect(await page.getByLabel(/^Slip for/).count()).toBe(0);
    await page.goto(`${given.hub.url}#kiosks/${kiosk}`);
    await page.getByText("nothing to export or to print").waitFor();
    expect(await button(page, "Export Assignees").count()).toBe(0);
    await page.goto(`${given.hub.url}#team/${person}`);
    await button(page, "Edit PIN").waitFor();
    expect(await button(page, "PIN slip").count()).toBe(0);
    await setWriteOnlyPins(given.hub.context, HUB_ACTOR, false);
    await page.context().close();
  });
});

const hasFocus = (element: { readonly ownerDocument: { readonly activeElement: unknown } }): boolean =>
  element.ownerDocument.activeElement === element;
