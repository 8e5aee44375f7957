import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { aKiosk, anAssignee } from "../../hub/testing/people.ts";
import type { KioskId, PersonId } from "../../protocol/ids.ts";
import { openBrowser, type WatchedPage } from "./browser.ts";
import { startPageHub, type PageHub } from "./page-hub.ts";
import { PageTerminal } from "./page-terminal.ts";

/** How a terminal is, in words; what it can be told to do; and two cards that say that they are one. */

let at: PageHub;
let browser: Browser;
let kiosk: KioskId;
let ana: PersonId;
let bar: PageTerminal;

beforeAll(async () => {
  browser = await openBrowser();
});
beforeEach(async () => {
  at = await startPageHub();
  ({ kiosk } = await aKiosk(at.hub, { name: "Westside Bar" }));
  ({ person: ana } = await anAssignee(at.hub, kiosk, { name: "Ana Kovač" }));
  bar = await PageTerminal.pair(at.hub, kiosk);
});
afterEach(async () => {
  for (const context of browser.contexts()) await context.close();
  await at.hub.close();
});
afterAll(() => browser.close());

const clock = (hours: number, minutes: number): number => Date.UTC(2026, 10, 24, hours - 1, minutes);
const asOwner = (view: string): Promise<WatchedPage> => at.open(browser, at.owner, view);
const button = (page: Page, name: string) => page.getByRole("button", { name, exact: true });
const inDialog = (page: Page, name: string) =>
  page.getByRole("dialog").getByRole("button", { name, exact: true });
const said = (page: Page, text: string | RegExp): Promise<void> =>
  page.getByRole("status").filter({ hasText: text }).waitFor();
const row = (page: Page, text: string | RegExp) => page.getByRole("row").filter({ hasText: text });

describe("A terminal's page", () => {
  test("says in words what the terminal says of its clock, disk and ledgers, and what to do about it", async () => {
    await bar.connect(at.hub);
    bar.wire.status(3, 0, { clock: "unset", disk: "low", pendingEvents: 12, setAside: 1 });
    const { page, complaints } = await asOwner("terminals");
    await row(page, "Westside Bar")
      .filter({ hasText: "does not know the time" })
      .filter({ hasText: "Disk nearly full" })
      .filter({ hasText: "12 events recovered" })
      .filter({ hasText: "1 damaged ledger" })
      .waitFor();
    await page.getByRole("link", { name: "Westside Bar" }).click();
    await page.getByRole("heading", { name: "Terminal at Westside Bar" }).waitFor();
    await page.getByText("3 events", { exact: true }).waitFor();
    await page.getByText("nearly full", { exact: true }).waitFor();
    await page.getByText("Punches still fit: make room on it soon.").waitFor();
    await page.getByText("kept whole beside the one in use").waitFor();
    await page.getByText("Punches are kept, and when they were is worked out once it does").waitFor();
    expect(complaints).toEqual([]);
  });

  test("tells a connected terminal what to do, and says what it answered; one that is away, why not", async () => {
    const { page, complaints } = await asOwner(`terminals/${bar.wire.id}`);
    await page.getByText("It is offline, and cannot be told anything.").waitFor();
    for (const name of ["Identify", "Unlock", "Send everything again", "Restart"]) {
      expect(await button(page, name).isDisabled()).toBe(true);
    }
    await bar.connect(at.hub);
    await page.getByText("Connected").waitFor();
    const [identified] = await Promise.all([bar.obey(), button(page, "Identify").click()]);
    await said(page, "The terminal at Westside Bar answers: done.");
    const [unlocked] = await Promise.all([bar.obey("command.busy"), button(page, "Unlock").click()]);
    await said(page, "The terminal at Westside Bar could not do it (command.busy).");
    const [sentAgain] = await Promise.all([bar.obey(), button(page, "Send everything again").click()]);
    await said(page, "answers: done.");
    await button(page, "Restart").click();
    const [restarted] = await Promise.all([bar.obey(), inDialog(page, "Restart").click()]);
    await page.getByRole("dialog").waitFor({ state: "detached" });
    expect([identified, unlocked, sentAgain, restarted]).toEqual(["identify", "unlock", "resend", "restart"]);
    expect(bar.wire.all("command").map(({ command }) => command)).toContainEqual({
      act: "resend",
      afterSeq: 0,
    });
    expect(complaints).toEqual([]);
  });

  test("of a terminal that is none says so", async () => {
    const { page } = await asOwner("terminals/0000000000000000");
    await page.getByText("There is no such terminal.").waitFor();
  });
});

describe("Two cards that say that they are one terminal", () => {
  /** The other card's punches are here, and wait. */
  async function twoCards(): Promise<void> {
    bar.punch(ana, "in", "out", clock(6, 2));
    const clone = bar.clone();
    bar.punch(ana, "out", "in", clock(7, 0));
    await bar.handIn();
    clone.punch(ana, "out", "in", clock(14, 0));
    await clone.handIn();
  }
  const counting = async (): Promise<number> =>
    (await at.hub.context.store.queries.selectFrom("punches").select("seq").where("counts", "=", 1).execute())
      .length;

  test("are explained to who never heard of such a thing; Don't count keeps them out, and can be thought over", async () => {
    const { page, complaints } = await asOwner("requests");
    await twoCards();
    await row(page, "Two cards say that they are the terminal at").waitFor();
    await page.getByRole("link", { name: "Open Terminals" }).click();
    const notice = page.getByRole("region", {
      name: "Two cards say that they are the terminal at Westside Bar",
    });
    await notice.getByText("its memory card was copied").waitFor();
    await notice.getByText("The other history has 1 event from number 2 on, with 1 punch in it.").waitFor();
    await row(page, "Two histories").waitFor();
    expect(await counting()).toBe(2);
    await notice.getByRole("button", { name: "Don't count" }).click();
    await said(page, "The other history of the terminal at Westside Bar does not count.");
    await notice.waitFor({ state: "detached" });
    expect(await counting()).toBe(2);

    await page.getByRole("link", { name: "Westside Bar" }).click();
    await page.getByText("It does not count.").waitFor();
    await button(page, "Count after all").click();
    await page.getByText("It counts.").waitFor();
    expect(await counting()).toBe(3);
    expect(complaints).toEqual([]);
  });

  test("can be reported stolen from there, which gives everybody new PINs", async () => {
    await twoCards();
    const { page } = await asOwner(`terminals/${bar.wire.id}`);
    const notice = page.getByRole("region", { name: /^Two cards/ });
    await notice.getByRole("button", { name: "Report stolen" }).click();
    await inDialog(page, "Report stolen").click();
    await page.getByRole("heading", { name: "New PINs" }).waitFor();
    await page.getByText("Ana Kovač").first().waitFor();
    await button(page, "Done").first().click();
    await page.getByRole("region", { name: "How it is" }).getByText("Stolen").waitFor();
    expect(await button(page, "Identify").count()).toBe(0);
  });
});
