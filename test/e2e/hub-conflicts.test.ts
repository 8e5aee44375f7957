import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { HUB_ACTOR } from "../../hub/access.ts";
import { assignPerson } from "../../hub/kiosks/assign.ts";
import { closeDays } from "../../hub/days/close.ts";
import { signUp } from "../../hub/testing/access.ts";
import { aKiosk, anAssignee, auditOf } from "../../hub/testing/people.ts";
import type { PersonId } from "../../protocol/ids.ts";
import { openBrowser, type WatchedPage } from "./browser.ts";
import { startPageHub, type PageHub } from "./page-hub.ts";
import { PageTerminal } from "./page-terminal.ts";

/** What does not fit is settled on the admin's page, what is wrong corrected, and what is paid closed. */

let at: PageHub;
let browser: Browser;
let ana: PersonId;
let bar: PageTerminal;
let cellar: PageTerminal;

/** A time of Tuesday, 24 November 2026, in Zagreb; the hub's clock shows 15:02. */
const clock = (hours: number, minutes: number, day = 24): number =>
  Date.UTC(2026, 10, day, hours - 1, minutes);

beforeAll(async () => {
  browser = await openBrowser();
});
beforeEach(async () => {
  at = await startPageHub();
  const { kiosk } = await aKiosk(at.hub, { name: "Westside Bar" });
  const { kiosk: other } = await aKiosk(at.hub, { name: "Cellar" });
  ({ person: ana } = await anAssignee(at.hub, kiosk, { name: "Ana Kovač" }));
  await assignPerson(at.hub.context, HUB_ACTOR, other, ana);
  bar = await PageTerminal.pair(at.hub, kiosk);
  cellar = await PageTerminal.pair(at.hub, other);
});
afterEach(async () => {
  for (const context of browser.contexts()) await context.close();
  await at.hub.close();
});
afterAll(() => browser.close());

const asOwner = (view: string): Promise<WatchedPage> => at.open(browser, at.owner, view);
const button = (page: Page, name: string) => page.getByRole("button", { name, exact: true });
const inDialog = (page: Page, name: string) =>
  page.getByRole("dialog").getByRole("button", { name, exact: true });
const said = (page: Page, text: string | RegExp): Promise<void> =>
  page.getByRole("status").filter({ hasText: text }).waitFor();
const row = (page: Page, table: string, text: string | RegExp) =>
  page.getByRole("table", { name: table }).getByRole("row").filter({ hasText: text });
/** The card of a conflict. */
const card = (page: Page, title: string | RegExp) => page.getByRole("region", { name: title });
const counting = async (): Promise<string[]> =>
  (
    await at.hub.context.store.queries
      .selectFrom("punches")
      .select(["action", "at_ms"])
      .where("counts", "=", 1)
      .orderBy("order_ms")
      .execute()
  ).map(({ action, at_ms }) => `${action} ${new Date(at_ms + 3_600_000).toISOString().slice(11, 16)}`);

/** In at both places, each knowing nothing of the other. */
async function inTwice(): Promise<void> {
  bar.punch(ana, "in", "out", clock(6, 2));
  cellar.punch(ana, "in", "out", clock(6, 10));
  cellar.punch(ana, "out", "in", clock(14, 0));
  await bar.handIn();
  await cellar.handIn();
}

describe("Conflicts", () => {
  test("two terminals disagree: the card says so in words, with the day around it and what each decision will do", async () => {
    await inTwice();
    const { page, complaints } = await asOwner("today");
    const link = page.getByRole("navigation").getByRole("link", { name: "Conflicts" });
    await link.filter({ hasText: "1 open" }).waitFor();
    await link.click();
    const conflict = card(page, /Ana Kovač, Tue 24 Nov 2026/);
    await conflict
      .getByText(
        /^Two terminals: .*Ana Kovač.* was already in since 06:02 at Westside Bar when In came from Cellar at 06:10\.$/,
      )
      .waitFor();
    expect(await conflict.getByRole("listitem").filter({ hasText: /:\d\d/ }).allTextContents()).toEqual([
      "In 06:02 Westside Bar",
      "In 06:10 Cellar",
      "Out 14:00 Cellar",
    ]);
    await conflict.getByText("The punch counts no more; hours are worked out without it.").waitFor();
    expect(await button(page, "Leave out").getAttribute("aria-describedby")).not.toBeNull();
    await conflict.getByLabel("Reason").fill("Pressed twice on the way down");
    await button(page, "Leave out").click();
    await said(page, "The conflict of Ana Kovač is settled: Leave out.");
    await page.getByText("None: all punches fit.").waitFor();
    await expect.poll(() => link.textContent()).toBe("Conflicts");
    expect(await counting()).toEqual(["in 06:02", "out 14:00"]);

    await button(page, "Show settled ones").click();
    await row(page, "Settled conflicts", "Ana Kovač")
      .filter({ hasText: "Leave out, by The owner: Pressed twice on the way down" })
      .filter({ hasText: "24 Nov, 15:02" })
      .waitFor();
    await page.getByRole("link", { name: "Ana Kovač" }).click();
    await row(page, "Punches", "In 06:10 does not count").waitFor();
    expect(complaints).toEqual([]);
  });

  test("a terminal that never knew the time: the punch lies between two others, and is marked everywhere", async () => {
    bar.punch(ana, "in", "out", clock(5, 10));
    bar.boot(clock(5, 44), "unset");
    bar.punch(ana, "out", "in", clock(5, 45));
    bar.boot(clock(6, 40));
    bar.punch(ana, "in", "out", clock(6, 40));
    await bar.handIn();
    const { page } = await asOwner("conflicts");
    const conflict = card(page, /The terminal did not know the time/);
    await conflict
      .getByText(
        "The clock at Westside Bar was never set while the terminal was on: Out between 05:11 and 06:40.",
      )
      .waitFor();
    await conflict.getByText("Out between 05:11 and 06:40 Westside Bar time not known").waitFor();
    await conflict.getByText(/counts, at the best guess of the time/).waitFor();
    await button(page, "Count").click();
    await page.getByText("None: all punches fit.").waitFor();
    await page.getByRole("link", { name: "Today" }).first().click();
    await row(page, "Today's punches", "Out between 05:11 and 06:40").waitFor();
    await page.getByText(/^Time not known:/).waitFor();
  });

  test("what came late for a closed day waits for a person, who lets it count", async () => {
    bar.punch(ana, "in", "out", clock(6, 2, 23));
    await bar.handIn();
    await closeDays(at.hub.context, HUB_ACTOR, "2026-11-23");
    at.wallClock.set(at.wallClock.wallMs() + 60_000);
    bar.punch(ana, "out", "in", clock(14, 0, 23));
    await bar.handIn(2);
    const { page } = await asOwner("conflicts");
    const conflict = card(page, "Ana Kovač, Mon 23 Nov 2026: Came late for a closed day");
    await conflict.getByText("Out 14:00 at Westside Bar came in when the day was closed already.").waitFor();
    await conflict.getByText("Out 14:00 Westside Bar does not count").waitFor();
    await conflict.getByText("The punch counts from now on.").waitFor();
    expect(await counting()).toEqual(["in 06:02"]);
    await button(page, "Count").click();
    await page.getByText("None: all punches fit.").waitFor();
    expect(await counting()).toEqual(["in 06:02", "out 14:00"]);
  });

  test("a conflict that another admin has settled goes from the page by itself; a manager sees none", async () => {
    await inTwice();
    const { page } = await asOwner("conflicts");
    const { page: other } = await asOwner("conflicts");
    await button(other, "Leave as is").click();
    await page.getByText("None: all punches fit.").waitFor();
    expect(await counting()).toEqual(["in 06:02", "in 06:10", "out 14:00"]);
    const { page: theirs } = await at.open(browser, await signUp(at.hub, "manager"), "conflicts");
    await theirs.getByRole("heading", { name: "Today", exact: true }).waitFor();
    expect(await theirs.getByRole("link", { name: "Conflicts" }).count()).toBe(0);
  });
});

describe("Corrections", () => {
  test("a missing punch is added and a wrong one voided; the originals stay, with who says so and why", async () => {
    bar.punch(ana, "in", "out", clock(6, 2));
    bar.punch(ana, "out", "in", clock(7, 30));
    await bar.handIn();
    const { page } = await asOwner("today");
    await row(page, "Today's punches", "Ana Kovač").getByRole("link", { name: "Ana Kovač" }).click();
    await page.getByRole("heading", { name: "Tue 24 Nov 2026" }).waitFor();

    await button(page, "Void Out 07:30").click();
    await inDialog(page, "Cancel").click();
    await button(page, "Void Out 07:30").click();
    await page.getByLabel("Reason").fill("Wrong profile");
    await inDialog(page, "Void").click();
    await said(page, "Out 07:30 of Ana Kovač is voided.");
    const voided = row(page, "Punches", "voided by The owner: Wrong profile");
    await voided.locator(".undone").filter({ hasText: "Out 07:30" }).waitFor();
    expect(await voided.getByRole("button").count()).toBe(0);

    await button(page, "Add a missing punch").click();
    await page.getByLabel("What").selectOption("Out");
    await page.getByLabel("Time", { exact: true }).fill("16:00");
    await page.getByLabel("Kiosk").selectOption("Cellar");
    await page.getByLabel("Reason").fill("Forgot to punch");
    await inDialog(page, "Add").click();
    await page
      .getByRole("alert")
      .filter({ hasText: /must lie in the past/ })
      .waitFor();
    expect(await page.getByLabel("Time", { exact: true }).getAttribute("aria-invalid")).toBe("true");
    await page.getByLabel("Time", { exact: true }).fill("14:00");
    await inDialog(page, "Add").click();
    await said(page, "A punch of Ana Kovač is added.");
    await row(page, "Punches", "Out 14:00 added by The owner: Forgot to punch")
      .filter({ hasText: "Cellar" })
      .waitFor();

    await page.getByRole("link", { name: "Today" }).last().click();
    await row(page, "Today's punches", "Ana Kovač").filter({ hasText: "7:58" }).waitFor();
    expect(await auditOf(at.hub, ana)).toEqual(expect.arrayContaining(["punch.voided", "punch.added"]));
  });

  test("a time that clocks show twice asks which of the two, one that they leave out is refused; days are walked", async () => {
    const { page } = await asOwner(`today/${ana}/2026-10-25`);
    await page.getByText("No punches.").waitFor();
    await button(page, "Add a missing punch").click();
    await page.getByLabel("Time", { exact: true }).fill("02:30");
    await page.getByLabel("Reason").fill("Night shift");
    await inDialog(page, "Add").click();
    await page
      .getByRole("alert")
      .filter({ hasText: /showed this time twice/ })
      .waitFor();
    await page.getByLabel("Which of the two").selectOption("02:30 after clocks went back");
    await inDialog(page, "Add").click();
    await row(page, "Punches", "In 02:30 added by The owner: Night shift").waitFor();
    const added = await at.hub.context.store.queries.selectFrom("corrections").select("at_ms").execute();
    expect(added).toEqual([{ at_ms: Date.UTC(2026, 9, 25, 1, 30) }]);

    await button(page, "Add a missing punch").click();
    await page.getByLabel("Day", { exact: true }).fill("2026-03-29");
    await page.getByLabel("Time", { exact: true }).fill("02:30");
    await page.getByLabel("Reason").fill("Night shift");
    await inDialog(page, "Add").click();
    await page
      .getByRole("alert")
      .filter({ hasText: /clocks went forward over it/ })
      .waitFor();
    await inDialog(page, "Cancel").click();
    await page.getByRole("link", { name: "Day after" }).click();
    await page.getByRole("heading", { name: "Mon 26 Oct 2026" }).waitFor();
    await page.getByText("No punches.").waitFor();
  });
});

describe("Closed days", () => {
  test("are closed up to a day, corrected no more, and opened again by an owner who is asked once more", async () => {
    bar.punch(ana, "in", "out", clock(6, 2, 23));
    await bar.handIn();
    const { page, complaints } = await asOwner("settings");
    const part = page.getByRole("region", { name: "Closed days" });
    await part.getByText("No day is closed.").waitFor();
    await part.getByLabel("Close up to and with").fill("2026-11-23");
    await button(page, "Close days").click();
    await said(page, "Days up to Mon 23 Nov 2026 are closed.");
    await part.getByText("Closed: all days up to and with Mon 23 Nov 2026.").waitFor();

    const { page: day } = await asOwner(`today/${ana}/2026-11-23`);
    await day.getByText("This day is closed.").waitFor();
    await row(day, "Punches", "In 06:02").waitFor();
    expect(await button(day, "Add a missing punch").count()).toBe(0);
    expect(await button(day, "Void In 06:02").count()).toBe(0);

    await part.getByLabel("Close up to and with").fill("2026-11-20");
    await button(page, "Close days").click();
    await page.getByRole("heading", { name: "Open the days after Fri 20 Nov 2026 again?" }).waitFor();
    await inDialog(page, "Open again").click();
    await part.getByText("Closed: all days up to and with Fri 20 Nov 2026.").waitFor();
    await button(day, "Add a missing punch").waitFor();
    await button(page, "Open all again").click();
    await inDialog(page, "Open all again").click();
    await part.getByText("No day is closed.").waitFor();
    expect(complaints).toEqual([]);
  });

  test("an admin closes days, and is told that only an owner opens them again", async () => {
    await closeDays(at.hub.context, HUB_ACTOR, "2026-11-22");
    const { page } = await at.open(browser, await signUp(at.hub, "admin"), "settings");
    const part = page.getByRole("region", { name: "Closed days" });
    await part.getByText("Only an owner opens days again.").waitFor();
    expect(await button(page, "Open all again").count()).toBe(0);
    await part.getByLabel("Close up to and with").fill("2026-11-20");
    await button(page, "Close days").click();
    await part.getByRole("alert").filter({ hasText: "Only an owner opens closed days again." }).waitFor();
    await part.getByText("Closed: all days up to and with Sun 22 Nov 2026.").waitFor();
  });
});
