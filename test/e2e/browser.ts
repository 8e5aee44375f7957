import { chromium, type Browser, type BrowserContext, type Page } from "playwright-core";
import { CHROMIUM_FLAGS, findChromium } from "./chromium.ts";

/** Starts Chromium. Throws when there is none: `npm test` leaves these tests out then. */
export async function openBrowser(): Promise<Browser> {
  const executablePath = findChromium();
  if (executablePath === null) throw new Error("no Chromium found: install it, or name it in CHROMIUM_PATH");
  return chromium.launch({ executablePath, args: CHROMIUM_FLAGS });
}

/** Longest wait for something to be on a page. */
const PAGE_PATIENCE_MS = 15_000;

export interface WatchedPage {
  readonly page: Page;
  /** Whatever the page complained of: errors and warnings of its console (policy violations are), and exceptions. */
  readonly complaints: string[];
}

export interface PageOptions {
  readonly width?: number;
  readonly height?: number;
  readonly colorScheme?: "light" | "dark";
  /** A finger instead of a mouse. */
  readonly hasTouch?: boolean;
  /** What the browser brings along from an earlier visit. */
  readonly cookies?: Parameters<BrowserContext["addCookies"]>[0];
}

export async function openPage(
  browser: Browser,
  url: string,
  options: PageOptions = {},
): Promise<WatchedPage> {
  const { width = 1200, height = 900, colorScheme = "light", hasTouch = false, cookies = [] } = options;
  const context = await browser.newContext({ viewport: { width, height }, colorScheme, hasTouch });
  await context.addCookies(cookies);
  const page = await context.newPage();
  page.setDefaultTimeout(PAGE_PATIENCE_MS);
  const complaints: string[] = [];
  page.on("console", (message) => {
    // Reading the canvas is these tests' doing.
    const isOurs = message.text().includes("willReadFrequently");
    if (["error", "warning"].includes(message.type()) && !isOurs) complaints.push(message.text());
  });
  page.on("pageerror", (error) => complaints.push(String(error)));
  await page.goto(url);
  return { page, complaints };
}
