import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openBrowser, type PageOptions } from "./browser.ts";
import { axeFindings, keyboardFindings, sidewaysScrollers, smallTargets } from "./checks.ts";
import { startPageHub, type PageHub } from "./page-hub.ts";
import { HARD_NAMES, populate } from "./populate.ts";

/** What quality.test.ts holds of every view, held of what lies behind Team and Kiosks: parts, dialogs, slips. */

/** An address behind the #, and the buttons to press there. */
type Place = readonly [address: string, ...buttons: readonly (string | RegExp)[]];

/** For one look at every place, on a busy machine. */
const PATIENCE_MS = 120_000;

let given: PageHub;
let browser: Browser;
let places: readonly Place[];

beforeAll(async () => {
  given = await startPageHub();
  browser = await openBrowser();
  const { kiosk, people } = await populate(given.hub);
  const longest = people[HARD_NAMES.findIndex((name) => name.startsWith("WWW"))] ?? "";
  places = [
    ["team/import"],
    [`team/${longest}`],
    [`team/${longest}`, "Edit PIN", "Show the present PIN"],
    [`team/${longest}`, "PIN slip"],
    [`team/${longest}`, "Deactivate"],
    ["team", "Add a person"],
    ["team", /^Edit PIN of Ana/],
    ["kiosks", "Create a kiosk"],
    [`kiosks/${kiosk}`],
    [`kiosks/${kiosk}`, "Edit Universal PIN", "Generate"],
    [`kiosks/${kiosk}`, "Add assignees"],
    [`kiosks/${kiosk}`, "Export Assignees"],
    [`kiosks/${kiosk}`, "PIN slips"],
    [`kiosks/${kiosk}`, "Delete this kiosk"],
  ];
});
afterAll(async () => {
  await browser.close();
  await given.hub.close();
});

async function eachPlace(
  optionsOf: (index: number) => PageOptions,
  look: (page: Page) => Promise<readonly string[]>,
): Promise<void> {
  for (const [index, [address, ...buttons]] of places.entries()) {
    const { page, complaints } = await given.open(browser, given.owner, address, optionsOf(index));
    for (const name of buttons) await page.getByRole("button", { name, exact: true }).click();
    await page.locator("#app:not(:has(.loading))").waitFor();
    const place = `#${address} ${buttons.join(", ")}`;
    expect(await look(page), place).toEqual([]);
    expect(complaints, place).toEqual([]);
    await page.context().close();
  }
}

describe("behind Team and Kiosks", () => {
  // Each part in one of the two: their colours are those of the views, which are looked at in both.
  test(
    "axe finds nothing serious, in light and in dark",
    () => eachPlace((index) => ({ colorScheme: index % 2 === 0 ? "light" : "dark" }), axeFindings),
    PATIENCE_MS,
  );
  test(
    "nothing scrolls sideways on a phone, and a finger hits everything",
    () =>
      eachPlace(
        () => ({ width: 360, height: 640, hasTouch: true }),
        async (page) => [...(await sidewaysScrollers(page)), ...(await smallTargets(page))],
      ),
    PATIENCE_MS,
  );
  test(
    "the Tab key reaches everything, and shows where it is",
    () => eachPlace(() => ({}), keyboardFindings),
    PATIENCE_MS,
  );

  test("a dialog keeps the focus, and gives it back to what opened it", async () => {
    const { page } = await given.open(browser, given.owner, "team");
    const opener = page.getByRole("button", { name: /^Edit PIN of Ana/ });
    await opener.focus();
    for (const close of ["Escape", "Enter"]) {
      await page.keyboard.press("Enter");
      await page.getByRole("dialog").waitFor();
      expect(await page.getByLabel("New PIN").evaluate(hasFocus)).toBe(true);
      if (close === "Enter") await page.getByRole("button", { name: "Cancel" }).focus();
      await page.keyboard.press(close);
      await page.getByRole("dialog").waitFor({ state: "detached" });
      expect(await opener.evaluate(hasFocus)).toBe(true);
    }
    await page.context().close();
  });

  test("who comes to another view is at its heading; back and reload show what was there", async () => {
    const { page } = await given.open(browser, given.owner, "team");
    const heading = (name: string) => page.getByRole("heading", { level: 2, name, exact: true });
    await page.getByRole("link", { name: "Ana Kovač" }).click();
    await heading("Ana Kovač").waitFor();
    expect(await heading("Ana Kovač").evaluate(hasFocus)).toBe(true);
    expect(await page.title()).toBe("Ana Kovač – Punchbox");
    await page.goto(`${given.hub.url}#${places.at(-1)?.[0] ?? ""}`);
    await heading("Westside Bar").waitFor();
    expect(await heading("Westside Bar").evaluate(hasFocus)).toBe(true);
    await page.goBack();
    await heading("Ana Kovač").waitFor();
    await page.reload();
    await heading("Ana Kovač").waitFor();
    await page.goBack();
    await heading("Team").waitFor();
    await page.context().close();
  });
});

const hasFocus = (element: { readonly ownerDocument: { readonly activeElement: unknown } }): boolean =>
  element.ownerDocument.activeElement === element;
