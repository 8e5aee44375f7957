import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startHub, type RunningHub } from "../../hub/start.ts";
import { argon2Kdf } from "../../protocol/seams/argon2.ts";
import { systemRandom, systemScheduler, systemWallClock } from "../../protocol/seams/clocks.ts";
import { bundlePage } from "../../systemd/bundle-page.ts";
import { openBrowser, openPage } from "./browser.ts";

/** The hub's first owner, and whoever they invite, at the hub's own page. */

const PASSWORD = "horse battery staple 7";

let folder: string;
let hub: RunningHub;
let browser: Browser;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "punchbox-access-"));
  hub = await startHub({
    data: { dataDir: folder },
    port: 0,
    host: "127.0.0.1",
    assets: await bundlePage(fileURLToPath(new URL("../../hub/web", import.meta.url))),
    logger: { info: () => undefined, warn: () => undefined, error: () => undefined },
    scheduler: systemScheduler,
    wallClock: systemWallClock,
    random: systemRandom,
    kdf: argon2Kdf,
    timeZone: "Europe/Zagreb",
    firstStart: "empty",
  });
  browser = await openBrowser();
});
afterAll(async () => {
  await browser.close();
  await hub.close();
  rmSync(folder, { recursive: true });
});

const button = (page: Page) => page.getByRole("button", { name: "Sign in", exact: true });

describe("the hub's page", () => {
  test("makes an owner with the printed link, whose token leaves the address bar at once", async () => {
    const { page, complaints } = await openPage(browser, hub.ownerLink ?? "");
    await page.getByRole("heading", { name: "You are the owner of this hub" }).waitFor();
    expect(page.url()).toBe(hub.url);
    await page.getByLabel("Your name").fill("Olga Owner");
    await page.getByLabel("E-mail").fill("olga@example.com");
    await page.getByLabel(/^New password/).fill(PASSWORD);
    await button(page).click();
    await page.getByText("0 of 1 people").waitFor();
    await page.getByText("Olga Owner").waitFor();
    expect(complaints).toEqual([]);
    await page.getByRole("button", { name: "Sign out" }).click();
    await page.getByRole("heading", { name: "Sign in" }).waitFor();
    await page.context().close();
  });

  test("says that a link is used up, and lets people sign in with their password, by keyboard alone", async () => {
    const { page } = await openPage(browser, hub.ownerLink ?? "");
    await page.getByRole("heading", { name: "This link is not good any more" }).waitFor();
    await page.getByRole("button").click();
    await page.getByLabel("E-mail").focus();
    for (const password of ["not it at all", PASSWORD]) {
      await page.getByLabel("E-mail").fill("olga@example.com");
      await page.keyboard.press("Tab");
      await page.keyboard.type(password);
      await page.keyboard.press("Enter");
      if (password !== PASSWORD) {
        await page.getByRole("alert").filter({ hasText: "cannot sign in" }).waitFor();
        await page.getByLabel("Password").clear();
      }
    }
    await page.getByText("0 of 1 people").waitFor();
    await page.reload();
    await page.getByText("0 of 1 people").waitFor();
    const cookies = await page.context().cookies();
    expect(cookies).toMatchObject([{ httpOnly: true, sameSite: "Strict" }]);
    await page.context().close();
  });
});
