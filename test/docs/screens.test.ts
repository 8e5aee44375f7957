import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { State } from "../../device/core/state.ts";
import { coreFor } from "../../device/core/step.ts";
import { screensGallery } from "./screens-gallery.ts";
import { screensPage, SIZES } from "./screens-page.ts";

/** Complete by its type: a screen that the union gains or loses is an error here. */
const SCREENS: Readonly<Record<State["screen"], true>> = {
  starting: true,
  unpaired: true,
  idle: true,
  help: true,
  find: true,
  list: true,
  pin: true,
  wrong: true,
  checking: true,
  wait: true,
  confirm: true,
  act: true,
  guard: true,
  recording: true,
  result: true,
  receipt: true,
  undone: true,
  forgotConfirm: true,
  forgotSent: true,
  nothingRecorded: true,
  unknownCard: true,
  gone: true,
  trouble: true,
  identify: true,
};

const OTHER_SIZES = [
  { columns: 20, rows: 2 },
  { columns: 40, rows: 4 },
] as const;

describe("the gallery of screens", () => {
  it("is what docs/screens.md shows; run `npm run docs` when this fails", () => {
    const file = readFileSync(new URL("../../docs/screens.md", import.meta.url), "utf8");
    expect(file, "docs/screens.md is out of date: run `npm run docs`").toBe(screensPage());
  });

  it("has every screen there is", () => {
    const shown = new Set(screensGallery(SIZES[0]).map(({ state }) => state.screen));
    expect([...shown].sort()).toEqual(Object.keys(SCREENS).sort());
  });

  it("names every picture differently", () => {
    const titles = screensGallery(SIZES[0]).map(({ title }) => title);
    expect(new Set(titles).size).toBe(titles.length);
  });
});

describe.each([...SIZES, ...OTHER_SIZES])("a display of $columns x $rows", (size) => {
  const screens = screensGallery(size).map(({ title, state, now }) => ({
    title,
    rows: coreFor(size).render(state, now, size).rows,
  }));

  // Fixed texts are never cut by the code, so one without room shows up as a row that is too long.
  it("has room for all texts, the longest names and the longest numbers", () => {
    for (const { title, rows } of screens) {
      expect(rows, title).toHaveLength(size.rows);
      for (const row of rows) expect(row.length, `${title}: ${row}`).toBeLessThanOrEqual(size.columns);
    }
  });

  it("shows only letters, digits, plain signs and blocks", () => {
    for (const { title, rows } of screens) {
      for (const row of rows) expect(row, title).toMatch(/^[\x20-\x7e\p{L}■]*$/u);
    }
  });

  it("says something in the first row of every screen", () => {
    for (const { title, rows } of screens) expect(rows[0], title).not.toBe("");
  });
});
