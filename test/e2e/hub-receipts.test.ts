import { readFile } from "node:fs/promises";
import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { ExportChecker } from "../../device/verify/check-export.ts";
import { signUp } from "../../hub/testing/access.ts";
import { aKiosk, anAssignee } from "../../hub/testing/people.ts";
import { eventHash, receiptCode } from "../../protocol/chain.ts";
import type { PersonId } from "../../protocol/ids.ts";
import { openBrowser, type WatchedPage } from "./browser.ts";
import { startPageHub, type PageHub } from "./page-hub.ts";
import { PageTerminal } from "./page-terminal.ts";

/** The code on a terminal's screen leads to the event, on the page and in the file that it exports. */

let at: PageHub;
let browser: Browser;
let ana: PersonId;
let bar: PageTerminal;

beforeAll(async () => {
  browser = await openBrowser();
});
beforeEach(async () => {
  at = await startPageHub();
  const { kiosk } = await aKiosk(at.hub, { name: "Westside Bar" });
  ({ person: ana } = await anAssignee(at.hub, kiosk, { name: "Ana Kovač" }));
  bar = await PageTerminal.pair(at.hub, kiosk);
  bar.punch(ana, "in", "out", Date.UTC(2026, 10, 24, 5, 2));
  await bar.handIn();
});
afterEach(async () => {
  for (const context of browser.contexts()) await context.close();
  await at.hub.close();
});
afterAll(() => browser.close());

const codeOf = (seq: number): string => receiptCode(eventHash(bar.wire.events[seq - 1] ?? ""));
async function lookUp(page: Page, typed: string): Promise<void> {
  await page.getByLabel("Code").fill(typed);
  await page.getByRole("button", { name: "Look up", exact: true }).click();
}

describe("Receipt", () => {
  test("a code as somebody writes it down tells which event it is, in words, and leads to the person's day", async () => {
    const { page, complaints } = await at.open(browser, at.owner, "receipt");
    const code = codeOf(1).toUpperCase().replaceAll("0", "O").replaceAll("1", "l");
    await lookUp(page, ` ${code.slice(0, 4)} ${code.slice(4)} `);
    await page.getByRole("status").filter({ hasText: "Found: see below." }).waitFor();
    await page.getByText("Ana Kovač clocked in at Westside Bar, 2026-11-24 06:02.").waitFor();
    await page.getByText("06:02, Tue 24 Nov 2026").waitFor();
    await page.getByText("Counts", { exact: true }).waitFor();
    await page.getByText("For a check without this hub").click();
    await page.getByText(eventHash(bar.wire.events[0] ?? "")).waitFor();
    await page.getByRole("link", { name: "Ana Kovač" }).click();
    await page.getByRole("heading", { name: "Tue 24 Nov 2026" }).waitFor();
    await page.getByRole("row").filter({ hasText: "In 06:02" }).waitFor();
    expect(complaints).toEqual([]);
  });

  test("what is no code is said at the field, one of no event too, and what was found before is gone", async () => {
    const { page } = await at.open(browser, at.owner, "receipt");
    await lookUp(page, codeOf(1));
    await page.getByText("06:02, Tue 24 Nov 2026").waitFor();
    await lookUp(page, "7k2m9q4");
    await page.getByRole("alert").filter({ hasText: "A receipt has 8 letters and digits" }).waitFor();
    expect(await page.getByLabel("Code").getAttribute("aria-invalid")).toBe("true");
    expect(await page.getByText("06:02, Tue 24 Nov 2026").count()).toBe(0);
    await lookUp(page, "7k2m9q4x");
    await page
      .getByRole("alert")
      .filter({ hasText: /receipt/ })
      .filter({ hasText: /No event/ })
      .waitFor();
  });

  test("a manager finds their own punches only", async () => {
    const manager = await signUp(at.hub, "manager");
    bar.punch(manager.person, "in", "out", Date.UTC(2026, 10, 24, 5, 30));
    await bar.handIn(2);
    const { page } = await at.open(browser, manager, "receipt");
    await page.getByText("Of one of your own punches").waitFor();
    await lookUp(page, codeOf(1));
    await page
      .getByRole("alert")
      .filter({ hasText: /No event/ })
      .waitFor();
    await lookUp(page, codeOf(2));
    await page.getByText("The manager clocked in at Westside Bar, 2026-11-24 06:30.").waitFor();
    expect(await page.getByRole("link", { name: "The manager" }).count()).toBe(0);
  });

  test("a terminal's ledger is exported as a file that proves the receipt with no hub", async () => {
    const { page }: WatchedPage = await at.open(browser, at.owner, "terminals");
    await page.getByRole("link", { name: "Westside Bar" }).click();
    await page.getByText("punchbox verify ledger.ndjson").waitFor();
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      page.getByRole("link", { name: "Export the ledger" }).click(),
    ]);
    expect(download.suggestedFilename()).toBe("ledger.ndjson");
    const checker = new ExportChecker({ receipt: codeOf(1), publicKey: null });
    const text = await readFile(await download.path(), "utf8");
    for (const line of text.trimEnd().split("\n")) checker.line(line);
    expect(checker.report()).toMatchObject({
      events: 1,
      findings: [],
      receipts: [{ terminal: bar.wire.id, isSigned: true, event: { kind: "punch", person: ana } }],
    });
  });
});
