import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { entry, TYPICAL } from "../../test/docs/gallery-people.ts";
import { FOUR_ROWS, TWO_ROWS, Walk } from "../../test/docs/walk.ts";
import { keypadWords, showable } from "./letters.ts";
import { shortenPerson } from "./shorten.ts";

/** Names as people have them, and as nobody has them: whatever it is, the display says whose profile this is. */

const NUMBER = "9999";
const SIZES = [FOUR_ROWS, TWO_ROWS];

const NAMES: readonly (readonly [what: string, name: string])[] = [
  ["one letter", "Q"],
  ["200 letters in one word", "W".repeat(200)],
  ["200 letters in words", "Anna Maria ".repeat(18).trim().padEnd(200, "a")],
  ["right-to-left, Hebrew", "שרה כהן"],
  ["right-to-left, Arabic, with vowel marks", "مُحَمَّد"],
  ["right-to-left overrides", "\u202eanA\u202c Kovač"],
  ["emoji", "👩🏽‍🔧"],
  ["emoji after a name", "Ana 🎉🎉🎉 Kovač"],
  ["combining marks one after the other", `A${"\u0301\u0323".repeat(60)}na`],
  ["marks without a letter", "\u0301\u0302\u0303"],
  ["zero-width letters", "A\u200bn\u200ca\u200d Ko\ufeffvač"],
  ["nothing but zero-width", "\u200b\u200c\u200d"],
  ["SQL", `Robert'); DROP TABLE people;--`],
  ["control characters", "Ana\u0007\u001b[2J\u0000 Kovač"],
  ["line ends", "Ana\r\nKovač\u2028\u2029"],
  ["half a pair", "Ana \ud83d Kovač"],
  ["blanks of every kind", "Ana\u00a0\u2003\t Kovač"],
  ["Cyrillic", "Иван Петров"],
  ["Chinese", "王小明"],
  ["markup", "<b>Ana</b> &amp; {{7*7}}"],
];

/** Every screen that names the person, on both displays. */
function screensOf(
  name: string,
): { readonly size: (typeof SIZES)[number]; readonly rows: readonly string[] }[] {
  const person = entry(77, NUMBER, name);
  const directory = { revision: 1, people: [...TYPICAL.directory.people, person], cards: [] };
  const place = { ...TYPICAL, directory };
  return SIZES.flatMap((size) => {
    const screens: (readonly string[])[] = [];
    const walk = new Walk(place, size);
    const look = (): void => void screens.push(walk.screen());
    walk.press("99");
    look();
    walk.press("99");
    walk.opened();
    look();
    walk.press("4821");
    walk.accepted();
    walk.recorded();
    look();
    return screens.map((rows) => ({ size, rows }));
  });
}

function expectReadable(name: string): void {
  for (const { size, rows } of screensOf(name)) {
    expect(rows.length, name).toBeLessThanOrEqual(size.rows);
    for (const row of rows) {
      expect(row.length, row).toBeLessThanOrEqual(size.columns);
      // One code unit a cell, and nothing that a cell cannot hold.
      expect(row, JSON.stringify(name)).not.toMatch(/[\p{C}\p{M}\p{Zl}\p{Zp}]/u);
    }
    const all = rows.join(" ");
    const letters = keypadWords(name).length > 0 ? /\p{Script=Latin}|\d/u : new RegExp(NUMBER);
    expect(all, JSON.stringify(name)).toMatch(letters);
  }
}

describe("a name on the display", () => {
  it.each(NAMES)(
    "of %s: something readable, within the room, at every screen that says it",
    (_what, name) => {
      expectReadable(name);
    },
  );

  it("of any letters at all", () => {
    const names = fc.oneof(
      fc.string({ unit: "binary", minLength: 1, maxLength: 200 }),
      fc.string({ unit: "grapheme", minLength: 1, maxLength: 60 }),
      fc
        .array(fc.constantFrom(...NAMES.map(([, name]) => name.slice(0, 20))), { minLength: 1, maxLength: 5 })
        .map((parts) => parts.join(" ")),
    );
    fc.assert(fc.property(names, expectReadable), { numRuns: 60 });
  });

  it.each([
    ["A\u200bn\u200ca", "Ana"],
    ["A\u0323\u0301na", "Ạna"],
    ["👩🏽‍🔧 Ana", "? Ana"],
    ["\u202eAna\u202c", "Ana"],
    ["Ana\u0007 \u001b Kovač", "Ana Kovač"],
    ["\u200b", "?"],
  ])("%j is shown as %j", (name, shown) => {
    expect(showable(name)).toBe(shown);
  });

  it.each([
    ["Ana Kovač", 9, "Ana Kovač"],
    ["שרה", 20, "שרה 9999"],
    ["王小明", 7, "王. 9999"],
    ["王小明", 6, "9999"],
    ["王小明", 3, "王小明"],
  ])("%s in %i columns is %s", (name, room, shown) => {
    expect(shortenPerson({ name, number: NUMBER }, room)).toBe(shown);
  });
});
