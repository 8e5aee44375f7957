import { describe, expect, it } from "vitest";
import { LANGUAGE_CHOICES, matches } from "./words.ts";

describe("a search", () => {
  it("finds words by how they begin, without accents and capitals", () => {
    expect(matches("jose gar", "José García Márquez", "1519")).toBe(true);
    expect(matches("15", "José García Márquez", "1519")).toBe(true);
    expect(matches("STEFAN", "Ștefan Ionescu")).toBe(true);
    expect(matches("luk wis", "Łukasz Wiśniewski")).toBe(true);
    expect(matches("arc", "José García")).toBe(false);
  });

  it("wants each of its words, in any order, and with none finds everybody", () => {
    expect(matches("novak jan", "Jan Novák")).toBe(true);
    expect(matches("jan kovac", "Jan Novák")).toBe(false);
    expect(matches(" ", "Jan Novák", null)).toBe(true);
  });

  it("finds e-mail addresses by their parts", () => {
    expect(matches("example", "Ana", null, "ana.kovac@example.com")).toBe(true);
    expect(matches("kovac", "Ana", "ana.kovac@example.com")).toBe(true);
    expect(matches("ana.kovac@example.com", "Ana", "ana.kovac@example.com")).toBe(true);
  });
});

describe("a choice of language", () => {
  it("calls each what it calls itself", () => {
    expect(LANGUAGE_CHOICES).toContainEqual(["hr", "Hrvatski"]);
    expect(LANGUAGE_CHOICES).toContainEqual(["de", "Deutsch"]);
  });
});
