import type { DisplaySize } from "../../hal/ports.ts";
import type { Paragraph, Text } from "./texts/texts.ts";

/** Putting texts into rows. Nothing here cuts: a text has forms, and the longest that fits its room is taken. */

/** Something that can be said in a given number of columns. */
export type Fitting = Text | ((room: number) => string);

const SHORTEST_FOUR_ROW_DISPLAY = 4;
/** Digits 1 to 9 pick from a list; 0 is "more". */
const MAX_PEOPLE_PER_PAGE = 9;

export function isTall(size: DisplaySize): boolean {
  return size.rows >= SHORTEST_FOUR_ROW_DISPLAY;
}

/** How many people one page of a list has on such a display: a tall one keeps its last row for the keys. */
export function peoplePerPage(size: DisplaySize): number {
  return isTall(size) ? Math.min(size.rows - 1, MAX_PEOPLE_PER_PAGE) : 2;
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
