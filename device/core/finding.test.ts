import { describe, expect, it } from "vitest";
import { EXTREME, TYPICAL } from "../../test/docs/gallery-people.ts";
import { TWO_ROWS, Walk } from "../../test/docs/walk.ts";

function screenAfter(keys: string): readonly string[] {
  const walk = new Walk(TYPICAL);
  walk.press(keys);
  return walk.screen();
}

function personAfter(keys: string, walk = new Walk(TYPICAL)): string | null {
  walk.press(keys);
  return walk.state.screen === "pin" ? walk.state.person.name : null;
}

describe("finding oneself", () => {
  it("selects with the last digit of a number, without a further key", () => {
    expect(personAfter("1038")).toBe("Jan Novák");
  });

  it("shows how far the number is typed", () => {
    expect(screenAfter("10")[0]).toBe("Number 10__ 2 people");
  });

  it("offers names on the same digits while no number starts with them", () => {
    expect(screenAfter("526").slice(0, 3)).toEqual([
      "Name 526    3 people",
      "Jan Novák       1038",
      "Jana Novak      1177",
    ]);
  });

  it("reads digits as letters only, after * on the idle screen", () => {
    expect(screenAfter("*2").slice(0, 2)).toEqual(["Name 2      1 person", "Ana Kovač       1002"]);
  });

  it("takes the one match with #, and lists several", () => {
    expect(personAfter("*26#")).toBe("Ana Kovač");
    expect(screenAfter("526#")[2]).toBe("3 Janko Novak   1302");
    expect(personAfter("526#2")).toBe("Jana Novak");
  });

  it("deletes with *, and is idle again when nothing is left of a number", () => {
    const walk = new Walk(TYPICAL);
    walk.press("10*");
    expect(walk.screen()[0]).toContain("Number 1___");
    walk.press("*");
    expect(walk.state.screen).toBe("idle");
  });

  it("goes back from an empty name with *", () => {
    const walk = new Walk(TYPICAL);
    walk.press("*2**");
    expect(walk.state.screen).toBe("idle");
  });

  it("never shows digits beyond a number's length: they may be a PIN typed too early", () => {
    const rows = screenAfter("99994821");
    expect(rows[0]).toBe("Number 9999■■■■");
    expect(rows.join()).not.toMatch(/4821|482|821/);
  });

  it("says so, and is heard, when nobody is found", () => {
    const walk = new Walk(TYPICAL);
    walk.press("99");
    expect(walk.screen()[1]).toBe("Not found");
    expect(walk.sounds()).toEqual(["key", "refused"]);
  });

  it("does nothing with # while nobody is found", () => {
    const walk = new Walk(TYPICAL);
    walk.press("99#");
    expect(walk.state.screen).toBe("find");
  });

  it("takes a bounded number of digits", () => {
    const walk = new Walk(TYPICAL);
    walk.press("9".repeat(100));
    expect(walk.state).toMatchObject({ query: { typed: "9".repeat(11) } });
  });
});

describe("the list", () => {
  it("turns its page with 0 and goes round after the last", () => {
    const walk = new Walk(TYPICAL);
    walk.press("##");
    expect(walk.screen()[0]).toBe("1 Ana Kovač     1002");
    walk.press("0");
    expect(walk.screen()[0]).toBe("1 Janko Novak   1302");
    walk.press("0");
    expect(walk.screen()[0]).toBe("1 Ana Kovač     1002");
  });

  it("turns with A and B too", () => {
    const walk = new Walk(TYPICAL);
    walk.press("##B");
    expect(walk.screen()[0]).toContain("Janko");
    walk.press("A");
    expect(walk.screen()[0]).toContain("Ana");
    walk.press("A");
    expect(walk.screen()[0]).toContain("Janko");
  });

  it("picks only digits that are on the display", () => {
    expect(personAfter("##4")).toBeNull();
    expect(personAfter("##3", new Walk(TYPICAL, TWO_ROWS))).toBeNull();
    expect(personAfter("##02", new Walk(TYPICAL, TWO_ROWS))).toBe("Janko Novak");
  });

  it("reaches everybody with digits, * and # alone, on either display", () => {
    for (const display of [undefined, TWO_ROWS]) {
      const perPage = display === undefined ? 3 : 2;
      EXTREME.directory.people.forEach(({ name }, at) => {
        const walk = new Walk(EXTREME, display);
        const turns = "0".repeat(Math.floor(at / perPage));
        expect(personAfter(`##${turns}${(at % perPage) + 1}`, walk)).toBe(name);
      });
    }
  });

  it("goes back to what was typed with *, or to idle when it lists everybody", () => {
    const walk = new Walk(TYPICAL);
    walk.press("526#*");
    expect(walk.screen()[0]).toContain("Name 526");
    walk.press("D##*");
    expect(walk.state.screen).toBe("idle");
  });
});

describe("help", () => {
  it("comes with # on the idle screen, and the list of all with # again", () => {
    const walk = new Walk(TYPICAL);
    walk.press("#");
    expect(walk.screen()[0]).toBe("Type your number,");
    walk.press("#");
    expect(walk.state.screen).toBe("list");
  });

  it("gives way to a number", () => {
    expect(screenAfter("#10")[0]).toContain("Number 10__");
  });
});
