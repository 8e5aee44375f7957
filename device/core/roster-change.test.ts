import { describe, expect, it } from "vitest";
import { ANA, entry, TYPICAL } from "../../test/docs/gallery-people.ts";
import { IN_SINCE, Walk, withoutPin } from "../../test/docs/walk.ts";
import type { Place } from "./state.ts";

const WITHOUT_ANA: Place = {
  ...TYPICAL,
  directory: {
    ...TYPICAL.directory,
    revision: 2,
    people: TYPICAL.directory.people.filter((each) => each !== ANA),
  },
};

const RENAMED: Place = {
  ...TYPICAL,
  directory: {
    ...TYPICAL.directory,
    revision: 2,
    people: TYPICAL.directory.people.map((each) => (each === ANA ? { ...each, name: "Ana Horvat" } : each)),
  },
};

describe("a roster that changes while someone is at the terminal", () => {
  it("begins with the first roster, and ends with unpairing", () => {
    const walk = new Walk(TYPICAL);
    expect(walk.core.render(walk.core.initial, walk.now, walk.display).rows[1]).toBe("starting");
    expect(walk.state.screen).toBe("idle");
    walk.give({ type: "unpaired" });
    expect(walk.screen()[0]).toBe("Not paired yet");
    walk.press("1002");
    expect(walk.state.screen).toBe("unpaired");
  });

  it("PIN case 9: ends the entry of a person who is gone, and says so", () => {
    const walk = new Walk(TYPICAL);
    walk.enter("48");
    walk.roster(WITHOUT_ANA);
    expect(walk.screen().slice(0, 2)).toEqual(["Ana Kovač", "is no longer on the"]);
    expect(walk.sounds()).toEqual(["refused"]);
    walk.pass(60_000);
    expect(walk.state.screen).toBe("idle");
  });

  it("PIN case 9: ends a choice of a person who is gone", () => {
    const walk = new Walk(TYPICAL);
    walk.enter();
    walk.accepted({ presence: IN_SINCE(0) });
    walk.roster(WITHOUT_ANA);
    walk.press("1");
    expect(walk.drafts()).toEqual([]);
  });

  it("PIN case 9: still shows a punch that was valid under what was known", () => {
    const walk = new Walk(TYPICAL);
    walk.enter();
    walk.accepted();
    walk.roster(WITHOUT_ANA);
    walk.recorded();
    expect(walk.state.screen).toBe("result");
  });

  it("takes a new name without disturbing the entry", () => {
    const walk = new Walk(TYPICAL);
    walk.enter("48");
    walk.roster(RENAMED);
    expect(walk.screen().slice(0, 2)).toEqual(["Ana Horvat", "PIN ■■__"]);
  });

  it("asks again when Requires PIN or the PIN length changed", () => {
    const off = new Walk(TYPICAL);
    off.enter("48");
    off.roster(withoutPin(TYPICAL));
    expect(off.state.screen).toBe("confirm");
    const longer = new Walk(TYPICAL);
    longer.enter("48");
    longer.roster({ ...TYPICAL, kiosk: { ...TYPICAL.kiosk, pinLength: 6 } });
    expect(longer.screen()[1]).toBe("PIN ______");
  });

  it("PIN rule 4: asks for the PIN of whoever was let in without one, once the kiosk requires it", () => {
    const walk = new Walk(withoutPin(TYPICAL));
    walk.press("1002");
    walk.opened({ presence: IN_SINCE(0) });
    walk.roster(TYPICAL);
    walk.press("#");
    expect(walk.drafts()).toEqual([]);
    walk.press("*");
    expect(walk.state.screen).toBe("idle");
  });

  it("PIN rule 4: punches no more for whoever was let in without a PIN, after an undo either", () => {
    const walk = new Walk(withoutPin(TYPICAL));
    walk.press("1002#");
    walk.opened();
    walk.recorded();
    walk.pass(1000);
    walk.press("*");
    walk.recorded();
    expect(walk.state.screen).toBe("undone");
    walk.roster(TYPICAL);
    walk.press("1");
    expect(walk.drafts()).toEqual([]);
    expect(walk.state.screen).toBe("pin");
  });

  it("shows the newest people in a list, from its first page", () => {
    const walk = new Walk(TYPICAL);
    walk.press("##0");
    walk.roster({ ...TYPICAL, directory: { revision: 2, people: [entry(9, "1001", "Bo")], cards: [] } });
    expect(walk.screen()[0]).toBe("1 Bo            1001");
  });
});

describe("a store that fails as a whole", () => {
  it("stops everyone until it is back", () => {
    const walk = new Walk(TYPICAL);
    walk.give({ type: "trouble", trouble: "store" });
    expect(walk.screen()[0]).toBe("Cannot record");
    expect(walk.core.isIdle(walk.state)).toBe(true);
    walk.press("1");
    expect(walk.sounds()).toEqual(["refused"]);
    walk.pass(3_600_000);
    expect(walk.state.screen).toBe("trouble");
    walk.give({ type: "trouble", trouble: "none" });
    expect(walk.state.screen).toBe("idle");
  });

  it("ends an entry at once, but not what is already true on the screen", () => {
    const entering = new Walk(TYPICAL);
    entering.enter("48");
    entering.give({ type: "trouble", trouble: "store" });
    expect(entering.state.screen).toBe("trouble");
    const done = new Walk(TYPICAL);
    done.clockIn();
    done.give({ type: "trouble", trouble: "store" });
    expect(done.state.screen).toBe("result");
    done.pass(3_000);
    expect(done.state.screen).toBe("trouble");
  });
});

describe("the link", () => {
  it("is on the idle screen with what is unsent, and since when there is none", () => {
    const walk = new Walk(TYPICAL);
    expect(walk.screen()[1]).toBe("Westside Bar    ok 0");
    const sinceMs = walk.now.monotonicMs - 22 * 60_000;
    walk.give({ type: "link", state: { link: "down", unsent: 3, sinceMs } });
    expect(walk.screen().slice(1)).toEqual([
      "Westside Bar   off 3",
      "Number *=name #=help",
      "No hub since 05:40",
    ]);
  });

  it("does not disturb who is entering", () => {
    const walk = new Walk(TYPICAL);
    walk.enter("48");
    walk.give({ type: "link", state: { link: "up", unsent: 2 } });
    expect(walk.state).toMatchObject({ screen: "pin", typed: "48" });
  });
});
