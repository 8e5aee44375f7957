import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { entry, TYPICAL } from "../../test/docs/gallery-people.ts";
import { findPeople, MAX_FIND_DIGITS, personNamedBy, prepareFinding } from "./find.ts";
import { keypadWords, showable } from "./letters.ts";
import type { Directory } from "./types.ts";

function namesFound(directory: Directory, typed: string, namesOnly = false): string[] {
  return findPeople(directory, { typed, namesOnly }).people.map(({ name }) => name);
}

function directoryOf(...names: string[]): Directory {
  return { revision: 1, people: names.map((name, at) => entry(at, String(1000 + at), name)), cards: [] };
}

describe("finding by number", () => {
  it("finds everyone whose number begins with what was typed", () => {
    expect(namesFound(TYPICAL.directory, "10")).toEqual(["Ana Kovač", "Jan Novák"]);
  });

  it("names the person whose number is complete", () => {
    const matches = findPeople(TYPICAL.directory, { typed: "1038", namesOnly: false });
    expect(personNamedBy(matches, "1038")?.name).toBe("Jan Novák");
  });

  it("names nobody while a longer number may follow", () => {
    const directory = { revision: 1, people: [entry(1, "10", "Ana"), entry(2, "1038", "Jan")], cards: [] };
    expect(personNamedBy(findPeople(directory, { typed: "10", namesOnly: false }), "10")).toBeNull();
  });

  it("finds everybody when nothing is typed", () => {
    expect(namesFound(TYPICAL.directory, "")).toHaveLength(TYPICAL.directory.people.length);
  });
});

describe("finding by name", () => {
  it("is prepared some people at a time, and finds everyone wherever that was cut short", () => {
    const directory = directoryOf(...Array.from({ length: 500 }, (_, at) => (at % 3 === 0 ? "Ana" : "Jan")));
    const found = (): string[] => namesFound({ ...directory }, "526", true);
    expect(prepareFinding(directory)).toBe(true);
    expect(found()).toHaveLength(333);
    const other = { ...directory, people: [...directory.people] };
    expect([prepareFinding(other), prepareFinding(other), prepareFinding(other)]).toEqual([
      true,
      true,
      false,
    ]);
    expect(namesFound(other, "526", true)).toHaveLength(333);
  });

  it("finds Jan on 5-2-6 while no number starts with it", () => {
    expect(namesFound(TYPICAL.directory, "526")).toEqual(["Jan Novák", "Jana Novak", "Janko Novak"]);
  });

  it("prefers numbers while any starts with what was typed", () => {
    expect(namesFound(TYPICAL.directory, "2")).toEqual(["Łukasz Wiśniewski"]);
    expect(namesFound(TYPICAL.directory, "2", true)).toEqual(["Ana Kovač"]);
  });

  it("finds any word of the name, and goes on from one word into the next", () => {
    expect(namesFound(TYPICAL.directory, "66825", true)).toEqual(["Jan Novák", "Jana Novak", "Janko Novak"]);
    expect(namesFound(TYPICAL.directory, "526668", true)).toEqual(["Jan Novák"]);
  });

  it.each([
    ["Łukasz", "585279"],
    ["Zoë", "963"],
    ["Đorđe", "36733"],
    ["Straße", "7872773"],
    ["Ångström", "26478766"],
    ["O'Brien", "6274"],
    ["Søren", "7673"],
  ])("folds the accents of %s", (name, typed) => {
    expect(namesFound(directoryOf(name), typed, true)).toEqual([name]);
  });

  it("never matches a letter with 0 or 1", () => {
    for (const typed of ["0", "1", "50", "526016", "2000"]) {
      expect(namesFound(directoryOf("Jan", "Ana", "A"), typed, true)).toEqual([]);
    }
  });

  it("does not take a name of one letter for the key beside it", () => {
    expect(namesFound(directoryOf("D"), "2", true)).toEqual([]);
    expect(namesFound(directoryOf("D"), "3", true)).toEqual(["D"]);
  });

  it("finds a name by either half of a hyphenated word", () => {
    expect(namesFound(directoryOf("Eva Bauer-Lang"), "5264", true)).toEqual(["Eva Bauer-Lang"]);
  });

  it("lists each person once, by number", () => {
    expect(namesFound(directoryOf("Jan Jansen", "Jana Jan"), "52", true)).toEqual(["Jan Jansen", "Jana Jan"]);
  });

  const anyName = fc.string({ unit: "grapheme", minLength: 1, maxLength: 40 });

  it("finds exactly those whom reading every name would find", () => {
    const typedKeys = fc.stringMatching(/^[2-9]{1,4}$/);
    const someNames = fc.array(fc.oneof(anyName, fc.constantFrom("Jan Novák", "Ana", "Bo Cal", "Abc Def")), {
      maxLength: 30,
    });
    fc.assert(
      fc.property(someNames, typedKeys, (names, typed) => {
        const directory = directoryOf(...names);
        const read = directory.people.filter(({ name }) => {
          const words = keypadWords(name);
          return words.some((_, at) => words.slice(at).join("").slice(0, MAX_FIND_DIGITS).startsWith(typed));
        });
        expect(findPeople(directory, { typed, namesOnly: true }).people).toEqual(read);
      }),
    );
  });

  it("finds the last of 10,000 people", () => {
    const people = Array.from({ length: 10_000 }, (_, at) =>
      entry(at, String(10_000 + at), `Person Number${at}`),
    );
    const last = entry(10_000, "20000", "Zoë Quick");
    const directory = { revision: 1, people: [...people.slice(0, 9_999), last], cards: [] };
    expect(namesFound(directory, "78425", true)).toEqual(["Zoë Quick"]);
    expect(namesFound(directory, "20000")).toEqual(["Zoë Quick"]);
  });
});

describe("letters of names", () => {
  it("shows one code unit per display cell, whatever the name", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (name) => {
        const shown = showable(name);
        expect(shown.length).toBeGreaterThan(0);
        expect(shown).toBe(shown.trim());
        expect(shown).not.toMatch(/[\p{C}\p{M}]/u);
      }),
    );
  });

  it("composes letters that were sent as letter and accent", () => {
    expect(showable("Nova\u0301k")).toBe("Novák");
  });
});
