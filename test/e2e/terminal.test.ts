import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { LONGEST_PAUSE_MS } from "../../device/sync/backoff.ts";
import { canvasSize, CELL_COLUMNS, CELL_ROWS, cellPlace, DOT, dotPlace, isSet } from "../../sim/page/dots.ts";
import { eventually, PATIENCE_MS } from "../start/polling.ts";
import {
  makeFolder,
  startSimulator,
  type FolderForTests,
  type RunningSimulator,
} from "../start/simulator-process.ts";
import { openBrowser, openPage, type WatchedPage } from "./browser.ts";

/** A person at the page: real keys in Chromium, and the punch read from the hub. */

/** How long a finger rests on a key. */
const HOLD_MS = 60;
/** 320 is the narrowest phone that WCAG 2.2 (1.4.10, reflow) asks for. */
const PHONE = { width: 320, height: 640 };

/** After an outage the terminal may be in the middle of its longest pause between two tries. */
const OUTAGE_MS = LONGEST_PAUSE_MS + PATIENCE_MS;

let folder: FolderForTests;
let simulator: RunningSimulator;
let browser: Browser;
let terminal: WatchedPage;
let hub: WatchedPage;

beforeAll(async () => {
  folder = makeFolder();
  simulator = await startSimulator(folder.path);
  browser = await openBrowser();
  terminal = await openPage(browser, simulator.url);
  hub = await openPage(browser, simulator.hubUrl);
}, 4 * PATIENCE_MS);
afterAll(async () => {
  await browser.close();
  await simulator.process.stop();
  await folder.remove();
});
afterEach(async () => {
  for (const part of ["hub", "network", "power"] as const) await simulator.client.switch(part, true);
  await simulator.client.idle();
});

async function click(keys: string): Promise<void> {
  for (const key of keys) {
    await terminal.page.getByRole("button", { name: `Key ${key}`, exact: true }).click({ delay: HOLD_MS });
  }
}

async function type(...keys: readonly string[]): Promise<void> {
  for (const key of keys) await terminal.page.keyboard.press(key, { delay: HOLD_MS });
}

/** Waits until the display, as a screen reader is told it, has a row that begins so. */
async function see(text: string): Promise<void> {
  await terminal.page.getByTestId("screen").filter({ hasText: text }).waitFor({ state: "attached" });
}

const row = (page: Page, name: string) => page.getByRole("row").filter({ hasText: name });

describe("at the terminal's page", () => {
  test("a person clocks in with the mouse; the hub's API has the punch, and its page without a reload", async () => {
    await hub.page.getByText("0 of 12 people").waitFor();
    await click("1038");
    await see("PIN ____");
    await click("7306");
    // What only the result says: a prompt has the name too, and "PIN ".
    await see("*=undo");
    await see("Jan Novák");
    await simulator.client.sent();
    expect(await simulator.client.punches()).toMatchObject([{ action: "in", auth: "personal" }]);
    await hub.page.getByText("1 of 12 people").waitFor();
    await row(hub.page, "Jan Novák").first().waitFor();
  });

  test("a person clocks out with the keyboard, Enter and Backspace being # and *", async () => {
    await type("1", "0", "3", "9");
    await see("Not found");
    await type("Backspace", "8");
    await see("Jan Novák");
    await type("7", "3", "0", "6");
    await see("1=OUT");
    await type("1");
    await see("*=undo");
    await simulator.client.sent();
    expect((await simulator.client.punches()).map((each) => each.action)).toEqual(["in", "out"]);
    await hub.page.getByText("0 of 12 people").waitFor();
    await simulator.client.idle();
    // After a click the focus is on that key; Enter is # all the same.
    await click("*");
    await see("Type your name");
    await type("Enter");
    await see("1 Ana Kovač");
    await type("Backspace", "Backspace");
  });

  test("a card is held to the reader: one of a person, who is asked for the PIN, or one typed that nobody has", async () => {
    const { page } = terminal;
    await page.getByLabel("Card of").selectOption("Jan Novák");
    await page.getByRole("button", { name: "Hold to the reader" }).click();
    await see("Jan Novák");
    await see("PIN ____");
    await click("*");
    await simulator.client.idle();
    await page.getByLabel("or number").fill("0123456789");
    await page.keyboard.press("Enter");
    await see("Card not known");
    await page.getByLabel("or number").fill("");
    await simulator.client.idle();
  });

  test("an admin gives a person a card on the hub's page, and the terminal finds them by it", async () => {
    const { page } = hub;
    await page.getByRole("link", { name: "Team" }).click();
    await page.getByRole("link", { name: "Jana Novak" }).click();
    await page.getByLabel("Card", { exact: true }).fill("0a00c4f2b1");
    await page.getByRole("button", { name: "Save", exact: true }).click();
    await page.getByRole("alert").getByText("card belongs to someone else").waitFor();
    await page.getByLabel("Card", { exact: true }).fill("0a00295c08");
    await page.getByRole("button", { name: "Save", exact: true }).click();
    await page.getByText("Saved.").waitFor();
    await page.getByRole("link", { name: "Today" }).click();
    await eventually(
      "Jana at the prompt",
      async () => {
        await simulator.client.holdCard("0A00295C08");
        return (await simulator.client.screen()).text[0] ?? "";
      },
      (top) => top.startsWith("Jana Novak"),
    );
    await click("*");
    // Chromium tells of every refusal.
    expect(hub.complaints.splice(0)).toEqual([expect.stringContaining("409")]);
  });

  test("a key that has the focus is pressed with the space bar, and with nothing else of its own", async () => {
    await terminal.page.getByRole("button", { name: "Key 5" }).focus();
    await type(" ");
    await see("5");
    await simulator.client.see(/5/);
    expect((await simulator.client.screen()).text.join("")).not.toContain("55");
    await type("*", "*");
  });

  test("each dot on the page is a dot of the chip, those of č too", async () => {
    await click("1001");
    await see("Ana Kovač");
    await see("PIN ____");
    const { pixels, columns, rows, text } = await simulator.client.screen();
    expect(text[0]).toMatch(/^Ana Kovač/);
    expect(await terminal.page.locator("canvas").evaluate(sizeOf)).toEqual(canvasSize(columns, rows));
    const wanted = pixels.map((cells) =>
      cells.map((lines) => lines.map((line) => dotsOf((x) => isSet(line, x)))),
    );
    const shown = await eventually(
      "the chip's dots on the canvas",
      () => readDots(columns, rows),
      (dots) => JSON.stringify(dots) === JSON.stringify(wanted),
    );
    // Ana Kovač: the last letter has its caron, which the controller's own letters lack.
    expect(shown[0]?.[8]?.slice(0, 2)).toEqual([".#.#.", "..#.."]);
    await click("*");
  });

  test(
    "with the hub switched off a punch waits, and arrives when it is on again",
    async () => {
      const before = await simulator.client.punches();
      await terminal.page.getByRole("switch", { name: /^Hub/ }).uncheck();
      await hub.page.getByText("The hub does not answer").waitFor();
      await click("11772958");
      await see("Jana Novak");
      await terminal.page.getByTestId("unsent").filter({ hasText: "1" }).waitFor();
      await terminal.page.getByRole("switch", { name: /^Hub/ }).check();
      await terminal.page.getByTestId("unsent").filter({ hasText: "0" }).waitFor({ timeout: OUTAGE_MS });
      await row(hub.page, "Jana Novak").first().waitFor();
      expect(await simulator.client.punches()).toHaveLength(before.length + 1);
      expect(hub.complaints.filter((each) => !each.includes("ERR_CONNECTION_REFUSED"))).toEqual([]);
    },
    2 * OUTAGE_MS,
  );

  test("power off darkens the display, and on brings it back", async () => {
    const light = (): Promise<number> => terminal.page.locator("canvas").evaluate(firstPixel);
    const lit = await light();
    await terminal.page.getByRole("switch", { name: /^Power/ }).uncheck();
    await eventually("a dark display", light, (now) => now < lit);
    await terminal.page.getByRole("switch", { name: /^Power/ }).check();
    await see("Type your number");
    expect(await eventually("a lit display", light, (now) => now === lit)).toBe(lit);
  });

  test("the page has had nothing to complain of", () => {
    expect(terminal.complaints).toEqual([]);
  });
});

/** A canvas, as much of it as these tests need; the functions below run in the page. */
interface Canvas {
  readonly width: number;
  readonly height: number;
  getContext(kind: "2d"): {
    getImageData(x: number, y: number, w: number, h: number): { readonly data: ArrayLike<number> };
  };
}

const sizeOf = ({ width, height }: Canvas) => ({ width, height });

const firstPixel = (canvas: Canvas): number =>
  Array.from(canvas.getContext("2d").getImageData(0, 0, 1, 1).data)
    .slice(0, 3)
    .reduce((sum, each) => sum + each, 0);

const brightnessOf = (canvas: Canvas, points: readonly (readonly [number, number])[]): number[] => {
  const context = canvas.getContext("2d");
  return points.map(([x, y]) =>
    Array.from(context.getImageData(x, y, 1, 1).data)
      .slice(0, 3)
      .reduce((a, b) => a + b),
  );
};

function dotsOf(isLit: (x: number) => boolean): string {
  return Array.from({ length: CELL_COLUMNS }, (_, x) => (isLit(x) ? "#" : ".")).join("");
}

/** The dots as they are drawn: in rows of cells, of cells' lines. A dot is brighter than the glass between the cells. */
async function readDots(columns: number, rows: number): Promise<string[][][]> {
  const grid = Array.from({ length: rows }, (_, cellRow) =>
    Array.from({ length: columns }, (_, column) =>
      Array.from({ length: CELL_ROWS }, (_, y) =>
        Array.from({ length: CELL_COLUMNS }, (_, x): [number, number] => {
          const { left, top } = dotPlace(cellPlace(cellRow, column), x, y);
          return [left + DOT / 2, top + DOT / 2];
        }),
      ),
    ),
  );
  const values = await terminal.page.locator("canvas").evaluate(brightnessOf, grid.flat(3));
  const middle = (Math.min(...values) + Math.max(...values)) / 2;
  let next = 0;
  return grid.map((cells) =>
    cells.map((lines) => lines.map(() => dotsOf(() => (values[next++] ?? 0) > middle))),
  );
}

describe("on a phone, and in the dark", () => {
  const hubViews = ["today", "team", "kiosks", "terminals"].map((view) => `#${view}`);

  test.each(["light", "dark"] as const)(
    "%s: nothing is wider than the narrowest phone, and all can be read",
    async (colorScheme) => {
      const pages = [simulator.url, ...hubViews.map((view) => simulator.hubUrl + view)];
      for (const url of pages) {
        const { page, complaints } = await openPage(browser, url, { ...PHONE, colorScheme });
        await page.getByRole("heading", { level: 2 }).first().waitFor();
        expect(await page.evaluate<number>("document.documentElement.scrollWidth"), url).toBeLessThanOrEqual(
          PHONE.width,
        );
        const [ink, paper] = await page.evaluate<[string, string]>(
          "[getComputedStyle(document.body).color, getComputedStyle(document.querySelector('h2').closest('section, body')).backgroundColor]",
        );
        expect(contrast(ink, paper), `${url} ${ink} on ${paper}`).toBeGreaterThan(MIN_CONTRAST);
        expect(luminance(paper) > luminance(ink), url).toBe(colorScheme === "light");
        expect(complaints, url).toEqual([]);
        await page.context().close();
      }
    },
  );

  test("the smallest terminal has its display and all its keys on a phone", async () => {
    const small = makeFolder();
    try {
      const { url } = await startSimulator(small.path, "--display", "16x2", "--keypad", "4x3");
      const { page, complaints } = await openPage(browser, url, PHONE);
      await page.getByTestId("screen").filter({ hasText: "Number" }).waitFor({ state: "attached" });
      await expect.poll(() => page.getByRole("button", { name: /^Key/ }).count()).toBe(12);
      expect(await page.evaluate<number>("document.documentElement.scrollWidth")).toBeLessThanOrEqual(
        PHONE.width,
      );
      expect(complaints).toEqual([]);
      await page.context().close();
    } finally {
      await small.remove();
    }
  });
});

/** Body text, WCAG 2.2, 1.4.6 (enhanced). */
const MIN_CONTRAST = 7;

/** Relative luminance of `rgb(r, g, b)` (WCAG 2.2, definition of relative luminance). */
function luminance(colour: string): number {
  const [red = 0, green = 0, blue = 0] = (colour.match(/[\d.]+/g) ?? []).map((part) => {
    const share = Number(part) / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrast(one: string, other: string): number {
  const [darker = 0, lighter = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (lighter + 0.05) / (darker + 0.05);
}
