import { describe, expect, test } from "vitest";
import { A00_CHARACTERS, CGROM_A00, FIRST_CGROM_CODE } from "../../sim/chips/cgrom-a00.ts";
import { nearestCode, romCode } from "./charmap-a00.ts";
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

describe("letters on a ROM A00", () => {
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
      CGROM_A00.map((rows, index) => [rows.join(), A00_CHARACTERS[index + FIRST_CGROM_CODE] ?? ""]),
    );
    for (const letter of glyphLetters()) {
      const rows = glyphOf(letter) ?? [];
      expect(rows, letter).toHaveLength(8);
      expect(
        rows.every((dots) => dots >= 0 && dots <= 31),
        letter,
      ).toBe(true);
      if (SAME_SHAPE.has(letter)) continue;
      expect(seen.get(rows.join()), `${letter} looks like another`).toBeUndefined();
      seen.set(rows.join(), letter);
      expect(letterOfGlyph(rows)).toBe(letter);
    }
  });

  test("are single composed characters", () => {
    for (const letter of glyphLetters()) {
      expect(Array.from(letter.normalize("NFC"))).toHaveLength(1);
      expect(letter.normalize("NFC")).toBe(letter);
    }
  });

  test("have ROM codes that show the very character, or one that everybody takes for it", () => {
    const alike = new Map([
      ["ß", "β"],
      ["·", "･"],
      ["•", "･"],
      ["°", "ﾟ"],
      ["μ", "µ"],
      ["■", "█"],
    ]);
    for (let point = 0x20; point < 0x10000; point++) {
      const character = String.fromCharCode(point);
      const code = romCode(character);
      if (code !== null) expect(A00_CHARACTERS[code], character).toBe(alike.get(character) ?? character);
    }
  });

  test("fall back to a question mark where nothing is near", () => {
    expect(nearestCode("漢")).toBe(QUESTION_MARK);
    expect(nearestCode("\n")).toBe(QUESTION_MARK);
    expect(nearestCode("ǎ")).toBe("a".charCodeAt(0));
  });
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
