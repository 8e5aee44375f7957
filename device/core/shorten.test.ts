import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { shortenName, shortenPlace, shortenTogether } from "./shorten.ts";

describe("shortening a person's name", () => {
  it("leaves a name that fits as it is", () => {
    expect(shortenName("Ana Kovač", 9)).toBe("Ana Kovač");
  });

  it.each([
    [18, "Ana M. Kovačević"],
    [15, "Ana Kovačević"],
    [12, "A. Kovačević"],
    [11, "A.Kovačević"],
    [9, "Kovačević"],
    [6, "Ana K."],
    [5, "Ana"],
    [3, "Ana"],
    [2, "K."],
  ])("gives up words before letters: %i columns", (room, shown) => {
    expect(shortenName("Ana Marija Kovačević", room)).toBe(shown);
  });

  it("halves a double name before it clips one", () => {
    expect(shortenName("Karl Müller-Lüdenscheidt", 12)).toBe("K.Müller-L.");
  });

  it("marks a single word that had to lose letters", () => {
    expect(shortenName("Wolfeschlegelsteinhausen", 10)).toBe("Wolfeschl.");
  });

  const names = fc.oneof(
    fc.string({ unit: "grapheme", minLength: 1, maxLength: 60 }),
    fc
      .array(fc.stringMatching(/^[A-Z][a-z]{0,14}$/), { minLength: 1, maxLength: 5 })
      .map((words) => words.join(" ")),
  );

  it("always fits, is never empty, and never ends inside a word without a mark", () => {
    fc.assert(
      fc.property(names, fc.integer({ min: 2, max: 40 }), (name, room) => {
        const shown = shortenName(name, room);
        expect(shown.length).toBeGreaterThan(0);
        expect(shown.length).toBeLessThanOrEqual(room);
        const words = name.normalize("NFC").split(/[\s]+/u);
        const isPlain = /^[A-Za-z ]*[A-Za-z][A-Za-z ]*$/.test(name);
        if (isPlain && !shown.includes("."))
          for (const word of shown.split(" ")) expect(words).toContain(word);
      }),
    );
  });
});

describe("shortening a place's name", () => {
  it.each([
    [22, "Westside Bar and Grill"],
    [20, "Westside Bar and."],
    [13, "Westside Bar."],
    [9, "Westside."],
    [5, "West."],
  ])("keeps its first words: %i columns", (room, shown) => {
    expect(shortenPlace("Westside Bar and Grill", room)).toBe(shown);
  });
});

describe("names shown together", () => {
  it("tells namesakes apart by more letters of their first names", () => {
    const names = ["Jan Novák", "Johann Novák"].map((name) => ({ name, room: 8 }));
    expect(shortenTogether(names)).toEqual(["Ja.Novák", "Jo.Novák"]);
  });

  it("leaves alone what no letters can tell apart", () => {
    const names = ["Jan Novák", "Jan Novák"].map((name) => ({ name, room: 8 }));
    expect(shortenTogether(names)).toEqual(["J. Novák", "J. Novák"]);
  });

  it("always fits", () => {
    const one = fc.record({
      name: fc.string({ unit: "grapheme", minLength: 1 }),
      room: fc.integer({ min: 2, max: 20 }),
    });
    fc.assert(
      fc.property(fc.array(one, { maxLength: 9 }), (entries) => {
        for (const [at, shown] of shortenTogether(entries).entries()) {
          expect(shown.length).toBeLessThanOrEqual(entries[at]?.room ?? 0);
        }
      }),
    );
  });
});
