import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { signUp, type SignedUp } from "../../hub/testing/access.ts";
import { openBrowser, type WatchedPage } from "./browser.ts";
import { axeFindings, keptInBrowser, keyboardFindings, sidewaysScrollers, smallTargets } from "./checks.ts";
import { startPageHub, type PageHub } from "./page-hub.ts";
import { populate } from "./populate.ts";

/** What holds on every view of the hub's page, whoever looks, with nothing to show and with too much. */

const PHONE = { width: 360, height: 640, hasTouch: true } as const;

let browser: Browser;
beforeAll(async () => {
  browser = await openBrowser();
});
afterAll(() => browser.close());
afterEach(async () => {
  for (const context of browser.contexts()) await context.close();
});

/** Waits until a page has shown what it has to show at this address. */
async function settled(page: Page, view = ""): Promise<void> {
  await page.locator("main h2").first().waitFor();
  if (view !== "") await page.locator(`nav a[href="#${view}"][aria-current="page"]`).waitFor();
  await page.locator("#app:not(:has(.loading))").waitFor();
}

/** The addresses behind # of all that this person is shown, from the page itself: a new view is in by itself. */
async function viewsOf(page: Page): Promise<string[]> {
  const links = page.getByRole("navigation", { name: "Views" }).getByRole("link");
  return (await links.all()).reduce<Promise<string[]>>(
    async (found, link) => [...(await found), (await link.getAttribute("href"))?.slice(1) ?? ""],
    Promise.resolve([]),
  );
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
    const open = (address: string, options = {}): Promise<WatchedPage> =>
      at.open(browser, role === "owner" ? at.owner : manager, address, options);

    async function eachView(
      options: Parameters<typeof open>[1],
      look: (page: Page, view: string) => Promise<readonly string[]>,
    ): Promise<void> {
      const { page, complaints } = await open("", options);
      await settled(page);
      const views = await viewsOf(page);
      expect(views.length).toBeGreaterThan(0);
      for (const view of views) {
        await page.goto(`${at.hub.url}#${view}`);
        await settled(page, view);
        expect(await look(page, view), view).toEqual([]);
      }
      expect(complaints).toEqual([]);
    }

    test.each(["light", "dark"] as const)("axe finds nothing serious, %s", async (colorScheme) => {
      await eachView({ colorScheme }, axeFindings);
    });

    test("nothing scrolls sideways on a phone, and a finger hits everything", async () => {
      await eachView(PHONE, async (page) => [
        ...(await sidewaysScrollers(page)),
        ...(await smallTargets(page)),
      ]);
    });

    test("the Tab key reaches everything, and shows where it is", async () => {
      await eachView({}, keyboardFindings);
    });

    test("nothing is kept in the browser but a cookie that no script reads", async () => {
      await eachView({}, keptInBrowser);
    });
  });
});
