import { describe, expect, it } from "vitest";
import { ANA, TYPICAL } from "../../test/docs/gallery-people.ts";
import { IN_SINCE, TWO_ROWS, Walk } from "../../test/docs/walk.ts";

function clockedIn(display?: typeof TWO_ROWS): Walk {
  const walk = new Walk(TYPICAL, display);
  walk.clockIn();
  return walk;
}

describe("the result", () => {
  it("goes after 3 s", () => {
    const walk = clockedIn();
    walk.pass(2999);
    expect(walk.state.screen).toBe("result");
    walk.pass(1);
    expect(walk.state.screen).toBe("idle");
  });

  it("is cut short by the next person's key, which counts", () => {
    const walk = clockedIn();
    walk.press("1");
    expect(walk.screen()[0]).toContain("Number 1___");
  });

  it("has name, time and hours on two rows too", () => {
    expect(clockedIn(TWO_ROWS).screen()).toEqual(["IN 06:02  *=undo", "Ana Kovač   0:00"]);
  });
});

describe("undo", () => {
  it("is ignored for the first 600 ms", () => {
    const walk = clockedIn();
    walk.pass(599);
    walk.press("*");
    expect(walk.state.screen).toBe("result");
    expect(walk.drafts()).toEqual([]);
    walk.pass(1);
    walk.press("*");
    expect(walk.drafts()).toHaveLength(1);
  });

  it("names the punch it cancels, and is shown when it is durable", () => {
    const walk = new Walk(TYPICAL);
    const target = walk.clockIn();
    walk.pass(1000);
    walk.press("*");
    expect(walk.drafts()).toEqual([
      { kind: "punch.undone", person: ANA.person, payload: { target, auth: "personal" } },
    ]);
    expect(walk.screen().join()).not.toContain("undone");
    walk.recorded();
    expect(walk.screen()).toEqual(["IN 06:02 undone", "Ana Kovač", "1=OUT", "*=done"]);
    expect(walk.sounds()).toEqual(["undone"]);
  });

  it("offers the other action after an IN: who undoes it most likely meant OUT", () => {
    const walk = clockedIn();
    walk.pass(1000);
    walk.press("*");
    walk.recorded();
    walk.press("1");
    expect(walk.drafts()).toMatchObject([{ payload: { action: "out", was: "out", again: false } }]);
  });

  it("offers the other action after an OUT, from the state before it", () => {
    const walk = new Walk(TYPICAL);
    walk.enter();
    walk.accepted({ presence: IN_SINCE(walk.now.wallMs - 3_600_000) });
    walk.press("1");
    walk.recorded();
    walk.pass(1000);
    walk.press("*");
    walk.recorded();
    expect(walk.screen()[2]).toBe("1=IN");
    walk.press("1");
    expect(walk.drafts()).toMatchObject([{ payload: { action: "in", was: "in" } }]);
  });

  it("takes no key typed before the offer was on the screen", () => {
    const walk = clockedIn();
    walk.pass(1000);
    walk.press("*1");
    walk.recorded();
    expect(walk.state.screen).toBe("undone");
    expect(walk.drafts()).toEqual([]);
  });

  it("PIN rule 5: by Universal PIN undoes only what this session punched by it", () => {
    const walk = new Walk(TYPICAL);
    const target = walk.clockIn({ auth: "universal" });
    walk.pass(1000);
    walk.press("*");
    expect(walk.drafts()).toMatchObject([{ payload: { target, auth: "universal" } }]);
  });

  it("claims nothing when it could not be recorded", () => {
    const walk = clockedIn();
    walk.pass(1000);
    walk.press("*");
    walk.give({ type: "recordFailed", id: walk.newestId(), code: "store.full" });
    expect(walk.state.screen).toBe("trouble");
  });
});

describe("undo, later", () => {
  it("is not to be had once the result is gone: * on idle asks for a name, and whoever punches again is asked for the PIN", () => {
    const walk = clockedIn();
    walk.pass(3_000);
    walk.press("*");
    expect(walk.drafts()).toEqual([]);
    expect(walk.state.screen).toBe("find");
    walk.press("*");
    walk.press("1002");
    expect(walk.state.screen).toBe("pin");
  });

  it("has three times as long for a person with more time", () => {
    const slow = { ...ANA, moreTime: true };
    const people = TYPICAL.directory.people.map((each) => (each === ANA ? slow : each));
    const walk = new Walk({ ...TYPICAL, directory: { ...TYPICAL.directory, people } });
    walk.clockIn();
    walk.pass(8_999);
    walk.press("*");
    expect(walk.drafts()).toMatchObject([{ kind: "punch.undone" }]);
  });
});

describe("the receipt", () => {
  it("is held 15 s with # and shows the code in groups of four", () => {
    const walk = clockedIn();
    walk.press("#");
    expect(walk.screen()).toEqual(["IN    06:02", "Ana Kovač", "Receipt    4KF7-2MWP", "*=done"]);
    walk.pass(14_999);
    expect(walk.state.screen).toBe("receipt");
    walk.pass(1);
    expect(walk.state.screen).toBe("idle");
  });

  it("gives way to the next person's number, and to * without undoing", () => {
    const walk = clockedIn();
    walk.press("#1");
    expect(walk.state.screen).toBe("find");
    const other = clockedIn();
    other.pass(1000);
    other.press("#*");
    expect(other.state.screen).toBe("idle");
    expect(other.drafts()).toEqual([]);
  });
});
