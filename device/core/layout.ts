import type { DisplaySize } from "../../hal/ports.ts";
import type { Paragraph, Text } from "./texts/texts.ts";

/** Putting texts into rows. Nothing here cuts: a text has forms, and the longest that fits its room is taken. */

/** Something that can be said in a given number of columns. */
export type Fitting = Text | ((room: number) => string);

const SHORTEST_FOUR_ROW_DISPLAY = 4;
/** The columns for which the tall screens' longest rows are written; below, what stands beside another gets its own row. */
const FULL_COLUMNS = 20;
/** Least columns of one half, and what parts the halves. */
const LEAST_HALF_COLUMNS = 16;
const HALVES_GAP = 2;
/** Digits 1 to 9 pick from a list; 0 is "more". */
const MAX_PEOPLE_PER_PAGE = 9;

export function isTall(size: DisplaySize): boolean {
  return size.rows >= SHORTEST_FOUR_ROW_DISPLAY;
}

export function isNarrow(columns: number): boolean {
  return columns < FULL_COLUMNS;
}

/**
 * What screens are laid out on: the display itself, or, where two rows are wide enough (40x2), a page of four rows and half the
 * columns. {@link onDisplay} then puts its lower half beside its upper half: what one is told stands left, what one can do right.
 */
export function pageOf(size: DisplaySize): DisplaySize {
  const columns = Math.floor((size.columns - HALVES_GAP) / 2);
  return size.rows === 2 && columns >= LEAST_HALF_COLUMNS ? { columns, rows: 4 } : size;
}

/** Rows of a page as rows of the display. */
export function onDisplay(rows: readonly string[], size: DisplaySize): readonly string[] {
  const page = pageOf(size);
  if (page.rows === size.rows) return rows;
  const left = page.columns + HALVES_GAP;
  return Array.from(
    { length: size.rows },
    (_, row) => (rows[row] ?? "").padEnd(left) + (rows[row + size.rows] ?? ""),
  );
}

/** How many people one page of a list has on such a display: a tall one keeps its last row for the keys. */
export function peoplePerPage(size: DisplaySize): number {
  const { rows } = pageOf(size);
  return rows >= SHORTEST_FOUR_ROW_DISPLAY ? Math.min(rows - 1, MAX_PEOPLE_PER_PAGE) : 2;
}

/** The longest form that fits, else the shortest there is. */
export function fit(what: Fitting, room: number): string {
  if (typeof what === "function") return what(room);
  return what.find((form) => form.length <= room) ?? what.at(-1) ?? "";
}

/** The shortest form: where something beside it is worth more than the longer one. */
export function briefest(text: Text): string {
  return text.at(-1) ?? text[0];
}

/** What is on the left takes the room that the right leaves, a blank between them. Left alone when `right` is empty. */
export function spread(columns: number, left: Fitting, right: string): string {
  if (right === "") return fit(left, columns);
  const room = columns - right.length - 1;
  return fit(left, room).padEnd(room) + " " + right;
}

const GAPS = ["  ", " "] as const;

/** What the keys do, side by side: two blanks between them, or one, the texts shorter as far as they have to be. */
export function keysRow(columns: number, ...texts: readonly Text[]): string {
  const mostForms = Math.max(1, ...texts.map((text) => text.length));
  let row = "";
  for (let form = 0; form < mostForms; form++) {
    const parts = texts.map((text) => text[Math.min(form, text.length - 1)] ?? "");
    for (const gap of GAPS) {
      row = parts.join(gap);
      if (row.length <= columns) return row;
    }
  }
  return row;
}

/** The first form whose rows all fit and are few enough; else the last, which fits everything. */
export function paragraph(forms: Paragraph, columns: number, rows: number): readonly string[] {
  const fits = (form: readonly string[]): boolean =>
    form.length <= rows && form.every((row) => row.length <= columns);
  return forms.find(fits) ?? forms.at(-1) ?? [];
}

/** `above` from the top, `below` on the last row. */
export function withLastRow(rows: number, above: readonly string[], below: string): readonly string[] {
  const filled = Array.from({ length: rows - 1 }, (_, row) => above[row] ?? "");
  return [...filled, below];
}
