import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { signUp, type SignedUp } from "../../hub/testing/access.ts";
import { openBrowser, type PageOptions, type WatchedPage } from "./browser.ts";
import {
  addressesHere,
  axeFindings,
  buttonTexts,
  focusedName,
  injectedElements,
  keptInBrowser,
  keyboardFindings,
  sidewaysScrollers,
  smallTargets,
} from "./checks.ts";
import { startPageHub, type PageHub } from "./page-hub.ts";
import { populate } from "./populate.ts";

/** What holds on every view of the hub's page, whoever looks, with nothing to show and with too much. */

const PHONE = { width: 360, height: 640, hasTouch: true } as const;
const MANY_PAGES_MS = 180_000;

let browser: Browser;
beforeAll(async () => {
  browser = await openBrowser();
});
afterAll(() => browser.close());
afterEach(async () => {
  for (const context of browser.contexts()) await context.close();
});

/** Waits until a page has shown what it has to show. */
async function settled(page: Page): Promise<void> {
  await page.locator("main h2").first().waitFor();
  await page.locator("#app:not(:has(.loading))").waitFor();
}

/** Waits until the page has drawn what a key began, and had its answer if it asked the hub. */
async function rested(page: Page): Promise<void> {
  await page.evaluate(
    "new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)))",
  );
  await page.locator('#app:not(:has(button[aria-disabled="true"]))').waitFor();
}

async function go(page: Page, address: string): Promise<void> {
  const view = address.split("/")[0] ?? "";
  await page.goto(`${page.url().replace(/#.*/, "")}#${address}`);
  await page.locator(`nav a[href="#${view}"][aria-current="page"]`).waitFor();
  await settled(page);
}

/** An id is any id, and a day any day: one person's page is like another's. */
const shapeOf = (address: string): string =>
  address.replaceAll(/[0-9a-z]{16}/g, "{id}").replaceAll(/\d{4}-\d{2}-\d{2}/g, "{day}");

/** Every address that the page's own links lead to, one of each shape: a new view is among them by itself. */
async function addressesOf(page: Page): Promise<readonly string[]> {
  const found = new Map<string, string>();
  const queue = await addressesHere(page);
  for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
    if (found.has(shapeOf(next))) continue;
    found.set(shapeOf(next), next);
    await go(page, next);
    queue.push(...(await addressesHere(page)));
  }
  return [...found.values()];
}

describe.each(["with nothing yet", "with people, kiosks and trouble"])("the hub's page %s", (state) => {
  let at: PageHub;
  let manager: SignedUp;
  beforeAll(async () => {
    at = await startPageHub();
    manager = await signUp(at.hub, "manager");
    if (state !== "with nothing yet") await populate(at.hub);
  });
  afterAll(() => at.hub.close());

  describe.each(["owner", "manager"] as const)("as %s", (role) => {
    /** Looks at each address in one browser. */
    async function lookEverywhere(
      options: PageOptions,
      look: (page: Page) => Promise<readonly string[]>,
    ): Promise<void> {
      const { page, complaints } = await at.open(browser, role === "owner" ? at.owner : manager, "", options);
      await settled(page);
      const addresses = await addressesOf(page);
      expect(addresses.length).toBeGreaterThanOrEqual(role === "owner" ? 13 : 4);
      for (const address of addresses) {
        await go(page, address);
        expect(await look(page), address).toEqual([]);
      }
      // Whatever the policy forbids would be among them.
      expect(complaints).toEqual([]);
      expect(await keptInBrowser(page)).toEqual([]);
    }

    test(
      "everywhere axe finds nothing serious, light and dark, Tab reaches all, and names are nothing but text",
      { timeout: MANY_PAGES_MS },
      async () => {
        await lookEverywhere({}, async (page) => {
          const found: string[] = [];
          for (const colorScheme of ["light", "dark"] as const) {
            await page.emulateMedia({ colorScheme });
            found.push(...(await axeFindings(page)));
          }
          return [...found, ...(await keyboardFindings(page)), ...(await injectedElements(page))];
        });
      },
    );

    test(
      "on a phone nothing scrolls sideways, and a finger hits everything",
      { timeout: MANY_PAGES_MS },
      async () => {
        await lookEverywhere(PHONE, async (page) => [
          ...(await sidewaysScrollers(page)),
          ...(await smallTargets(page)),
        ]);
      },
    );
  });
});

describe("the hub's page", () => {
  let at: PageHub;
  let person: string;
  beforeAll(async () => {
    at = await startPageHub();
    person = (await populate(at.hub)).people[0] ?? "";
  });
  afterAll(() => at.hub.close());

  const open = (address: string, options: PageOptions = {}): Promise<WatchedPage> =>
    at.open(browser, at.owner, address, options);

  /** Leaves the page it is on. */
  const LEAVES = /^(End|Sign out)/;

  test(
    "a dialog, whichever button opens it, keeps the focus, gives it back on Escape, and has room on a phone",
    { timeout: MANY_PAGES_MS },
    async () => {
      const { page, complaints } = await open("", PHONE);
      await settled(page);
      const titles: string[] = [];
      for (const address of await addressesOf(page)) {
        await go(page, address);
        for (const text of await buttonTexts(page)) {
          if (LEAVES.test(text)) continue;
          await go(page, "account");
          await go(page, address);
          const button = page.getByRole("main").getByText(text, { exact: true }).first();
          if ((await button.count()) === 0) continue;
          await button.focus();
          const opener = await focusedName(page);
          await page.keyboard.press("Enter");
          const dialog = page.getByRole("dialog");
          await rested(page);
          if (!(await dialog.isVisible())) continue;
          await settled(page);
          const title = `${address}: ${(await dialog.getByRole("heading").first().textContent()) ?? ""}`;
          expect(await axeFindings(page), title).toEqual([]);
          expect(await sidewaysScrollers(page), title).toEqual([]);
          expect(await smallTargets(page), title).toEqual([]);
          expect(await keyboardFindings(page), title).toEqual([]);
          await page.keyboard.press("Escape");
          await dialog.waitFor({ state: "detached" });
          expect(await focusedName(page), title).toBe(opener);
          titles.push(title);
        }
      }
      expect(titles.length).toBeGreaterThanOrEqual(10);
      expect(complaints).toEqual([]);
    },
  );

  test("by keyboard alone: sign in, Edit PIN with Generate and Save, then Cancel, and create a kiosk", async () => {
    const { page, complaints } = await at.open(browser, null, "");
    await page.getByRole("heading", { name: "Sign in" }).waitFor();
    const tabTo = async (name: string): Promise<void> => {
      for (let press = 0; press < 100 && (await focusedName(page)) !== name; press += 1) {
        await page.keyboard.press("Tab");
      }
      expect(await focusedName(page)).toBe(name);
    };
    const choose = async (name: string): Promise<void> => {
      await tabTo(name);
      await page.keyboard.press("Enter");
    };
    const dialog = page.getByRole("dialog");
    await tabTo("E-mail");
    await page.keyboard.type("owner@example.com");
    await tabTo("Password");
    await page.keyboard.type("horse battery staple 7");
    await page.keyboard.press("Enter");
    await settled(page);
    await choose("Team");
    await page.getByRole("heading", { name: "Team" }).waitFor();
    expect(await focusedName(page)).toBe("Team");
    await choose("Edit PIN of Ana Kovač");
    await dialog.waitFor();
    expect(await focusedName(page)).toBe("New PIN");
    await choose("Generate");
    await page.getByText("nothing is stored before Save").waitFor();
    const pin = await page.getByLabel("New PIN").inputValue();
    await choose("Save");
    await dialog.waitFor({ state: "detached" });
    await page.getByRole("status").filter({ hasText: "The new PIN is saved." }).waitFor();
    expect(await focusedName(page)).toBe("Edit PIN of Ana Kovač");
    await page.keyboard.press("Enter");
    await dialog.waitFor();
    await choose("Cancel");
    await dialog.waitFor({ state: "detached" });
    expect(await focusedName(page)).toBe("Edit PIN of Ana Kovač");
    await choose("Kiosks");
    await choose("Create a kiosk");
    await dialog.waitFor();
    await tabTo("Name");
    await page.keyboard.type("By keyboard");
    await choose("Create");
    await page.getByText("By keyboard").first().waitFor();
    expect(await page.content()).not.toContain(`>${pin}<`);
    expect(complaints).toEqual([]);
  });

  test("reload shows the same view again, and back goes through all that was seen", async () => {
    const { page, complaints } = await open("");
    await settled(page);
    const heading = page.locator("main h2").first();
    const seen: { readonly address: string; readonly title: string }[] = [];
    for (const address of await addressesOf(page)) {
      await go(page, address);
      const title = (await heading.textContent()) ?? "";
      await page.reload();
      await settled(page);
      expect(await heading.textContent(), address).toBe(title);
      expect(page.url()).toBe(`${at.hub.url}#${address}`);
      expect(await page.title()).toBe(`${title} – Punchbox`);
      seen.push({ address, title });
    }
    for (const { address, title } of seen.slice(0, -1).reverse()) {
      await page.goBack();
      await settled(page);
      expect(page.url()).toBe(`${at.hub.url}#${address}`);
      await page.locator("main h2").filter({ hasText: title }).first().waitFor();
    }
    expect(complaints).toEqual([]);
  });

  test("an address that is nobody's is the first view, or says what is not there", async () => {
    const { page } = await open("moon");
    await page.getByRole("heading", { name: "Today", exact: true }).waitFor();
    await go(page, `team/${person.replaceAll(/[0-9]/g, "z")}`);
    await page.getByText(/no such person/i).waitFor();
  });
});
