import { describe, expect, test } from "vitest";
import { CGRAM_CODES } from "../../sim/chips/cgram-codes.ts";
import { characterGenerator } from "../../sim/chips/cgrom.ts";
import { charmapOf } from "./charmap.ts";
import { GlyphSlots } from "./glyph-slots.ts";
import { glyphLetters, glyphOf, letterOfGlyph } from "./glyphs.ts";

/** Letters beyond ASCII of the languages of the product, in both cases. */
const ALPHABETS = {
  German: "äöüßÄÖÜẞ",
  Spanish: "áéíóúüñÁÉÍÓÚÜÑ¿¡",
  French: "àâæçéèêëîïôœùûüÿÀÂÆÇÉÈÊËÎÏÔŒÙÛÜŸ",
  Polish: "ąćęłńóśźżĄĆĘŁŃÓŚŹŻ",
  Croatian: "čćđšžČĆĐŠŽ",
  Czech: "áčďéěíňóřšťúůýžÁČĎÉĚÍŇÓŘŠŤÚŮÝŽ",
  Slovak: "áäčďéíĺľňóôŕšťúýžÁÄČĎÉÍĹĽŇÓÔŔŠŤÚÝŽ",
  Romanian: "ăâîșțĂÂÎȘȚşţŞŢ",
};
const SAME_SHAPE = new Set(Array.from("şţŞŢ"));
const QUESTION_MARK = 0x3f;

/** What a ROM shows for another character that everybody takes for it. */
const ALIKE = {
  A00: new Map([
    ["ß", "β"],
    ["·", "･"],
    ["•", "･"],
    ["°", "ﾟ"],
    ["μ", "µ"],
    ["■", "█"],
  ]),
  A02: new Map([
    ["•", "●"],
    ["μ", "µ"],
    ["Đ", "Ð"],
    ["β", "ß"],
    ["Ф", "Φ"],
    ["Г", "Γ"],
    ...Array.from("АВЕКМНОРСТХ", (letter, index) => [letter, "ABEKMHOPCTX"[index] ?? ""] as const),
  ]),
};

describe.each(["A00", "A02"] as const)("letters on a ROM %s", (rom) => {
  const { romCode, nearestCode } = charmapOf(rom);
  const { characters, patternOf } = characterGenerator(rom);

  test.each(Object.entries(ALPHABETS))(
    "are all there for %s, in the ROM or drawn, and have a plain letter to fall back to",
    (_, letters) => {
      for (const letter of letters) {
        expect(romCode(letter) !== null || glyphOf(letter) !== undefined, letter).toBe(true);
        if (letter !== "¿") expect(nearestCode(letter), letter).not.toBe(QUESTION_MARK);
      }
    },
  );

  test("are drawn in eight rows of five dots, each unlike every other and unlike what the ROM has", () => {
    const seen = new Map(
      characters.map((character, code) => [code < CGRAM_CODES ? "" : patternOf(code).join(), character]),
    );
    for (const letter of glyphLetters()) {
      const rows = glyphOf(letter) ?? [];
      expect(rows, letter).toHaveLength(8);
      expect(
        rows.every((dots) => dots >= 0 && dots <= 31),
        letter,
      ).toBe(true);
      if (SAME_SHAPE.has(letter)) continue;
      expect(letterOfGlyph(rows)).toBe(letter);
      if (romCode(letter) !== null) continue;
      expect(seen.get(rows.join()), `${letter} looks like another`).toBeUndefined();
      seen.set(rows.join(), letter);
    }
  });

  test("have ROM codes that show the very character, or one that everybody takes for it", () => {
    for (let point = 0x20; point < 0x20000; point++) {
      const character = String.fromCodePoint(point);
      const code = romCode(character);
      if (code !== null) expect(characters[code], character).toBe(ALIKE[rom].get(character) ?? character);
    }
  });

  test("fall back to a question mark where nothing is near", () => {
    expect(nearestCode("漢")).toBe(QUESTION_MARK);
    expect(nearestCode("\n")).toBe(QUESTION_MARK);
    expect(nearestCode("ǎ")).toBe("a".charCodeAt(0));
  });
});

test("letters are single composed characters", () => {
  for (const letter of glyphLetters()) {
    expect(Array.from(letter.normalize("NFC"))).toHaveLength(1);
    expect(letter.normalize("NFC")).toBe(letter);
  }
});

describe("the slots for glyphs", () => {
  test("keep a letter's slot from frame to frame, and take the one used least recently for a new letter", () => {
    const slots = new GlyphSlots();
    slots.allocate("áčďéěíňó");
    const before = Array.from("čďéěíňó", (letter) => slots.codeOf(letter));
    const oldest = slots.codeOf("á");
    slots.allocate("čďéěíňó");
    slots.allocate("čř");
    expect(slots.codeOf("ř")).toBe(oldest);
    slots.allocate("čďéěíňóř");
    expect(Array.from("čďéěíňó", (letter) => slots.codeOf(letter))).toEqual(before);
  });

  test("give letters beyond eight, and letters of earlier frames, their plain form", () => {
    const slots = new GlyphSlots();
    slots.allocate("áčďéěíňóř");
    expect(slots.codeOf("ř")).toBe("r".charCodeAt(0));
    expect(slots.codeOf("á")).toBeLessThan(8);
    slots.allocate("");
    expect(slots.codeOf("á")).toBe("a".charCodeAt(0));
    expect([...slots.inUse()]).toEqual([]);
  });
});
