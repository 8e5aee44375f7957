import { describe, expect, it } from "vitest";
import { ANA, ANAS_CARD, TYPICAL } from "../../test/docs/gallery-people.ts";
import { IN_SINCE, Walk, withoutPin } from "../../test/docs/walk.ts";
import { personOfCard } from "./find.ts";

const card = (walk: Walk, number = ANAS_CARD): void => walk.give({ type: "card", card: number });

describe("a card held to the reader", () => {
  it("selects its person as a typed number does, and the PIN is asked for", () => {
    const walk = new Walk(TYPICAL);
    card(walk);
    expect(walk.screen().slice(0, 2)).toEqual(["Ana Kovač", "PIN ____"]);
    expect(walk.sounds()).toEqual(["key"]);
    const typed = new Walk(TYPICAL);
    typed.press("1002");
    expect(walk.state).toEqual(typed.state);
  });

  it("leaves a punch to a key where no PIN is asked for (PIN rule 1)", () => {
    const walk = new Walk(withoutPin(TYPICAL));
    card(walk);
    walk.opened();
    card(walk);
    expect(walk.drafts()).toEqual([]);
    expect(walk.state.screen).toBe("confirm");
    walk.press("#");
    expect(walk.drafts()).toMatchObject([{ kind: "punch", person: ANA.person }]);
  });

  it.each(["", "#", "##", "*", "10", "*26"])("is taken while nobody is found yet, after %j", (keys) => {
    const walk = new Walk(TYPICAL);
    walk.press(keys);
    card(walk);
    expect(walk.state).toMatchObject({ screen: "pin", person: ANA });
  });

  it("that nobody here has is refused and said, records nothing, and goes by itself or with a digit", () => {
    const walk = new Walk(TYPICAL);
    card(walk, "FFFF");
    expect(walk.screen()[0]).toBe("Card not known");
    expect(walk.sounds()).toEqual(["refused"]);
    expect(walk.drafts()).toEqual([]);
    walk.pass(3_000);
    expect(walk.state.screen).toBe("idle");
    card(walk, "FFFF");
    walk.press("1");
    expect(walk.state).toMatchObject({ screen: "find", query: { typed: "1" } });
  });

  it("cuts a result short, as the next person's first key does", () => {
    const walk = new Walk(TYPICAL);
    walk.clockIn();
    expect(walk.state.screen).toBe("result");
    card(walk);
    expect(walk.state).toMatchObject({ screen: "pin", person: ANA });
  });

  it("is not taken in the middle of somebody's session, and changes nothing there", () => {
    const walk = new Walk(TYPICAL);
    walk.enter("48");
    const typing = walk.state;
    card(walk);
    expect(walk.state).toEqual(typing);
    expect(walk.sounds()).toEqual(["refused"]);
    walk.press("21");
    card(walk);
    walk.accepted({ presence: IN_SINCE(0) });
    const choosing = walk.state;
    card(walk);
    expect(walk.state).toEqual(choosing);
  });

  it("does nothing while nothing can be recorded", () => {
    const walk = new Walk(TYPICAL);
    walk.give({ type: "trouble", trouble: "store" });
    card(walk);
    expect(walk.state.screen).toBe("trouble");
  });

  it("is found among 10,000 by the last of them, and whoever left is not", () => {
    const people = TYPICAL.directory.people;
    const many = Array.from({ length: 10_000 }, (_, at) => ({ person: ANA.person, card: `X${at}` }));
    const directory = { revision: 1, people, cards: [...many, { person: ANA.person, card: ANAS_CARD }] };
    expect(personOfCard(directory, ANAS_CARD)).toBe(ANA);
    expect(personOfCard({ ...directory, people: people.slice(1) }, ANAS_CARD)).toBeNull();
  });
});
