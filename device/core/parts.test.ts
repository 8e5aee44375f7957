import { describe, expect, it } from "vitest";
import { TYPICAL } from "../../test/docs/gallery-people.ts";
import { IN_SINCE, TWO_ROWS, Walk } from "../../test/docs/walk.ts";
import type { CorePart, PartTrouble } from "./types.ts";

function walkWith(part: CorePart, trouble: PartTrouble, display?: typeof TWO_ROWS): Walk {
  const walk = new Walk(TYPICAL, display);
  walk.give({ type: "part", part, trouble });
  return walk;
}

describe("a part out of order", () => {
  it("a keypad: idle says so in place of what to type, until it works again", () => {
    const walk = walkWith("keypad", "out-of-order");
    expect(walk.screen().slice(2)).toEqual(["Keypad out of order", "Tell your admin"]);
    walk.give({ type: "part", part: "keypad", trouble: null });
    expect(walk.screen()[2]).toBe("Type your number");
    expect(walkWith("keypad", "out-of-order", TWO_ROWS).screen()).toEqual([
      "Keypad is broken",
      "Tell your admin",
    ]);
  });

  it("a stuck key: idle says so, and the other keys work", () => {
    const walk = walkWith("keypad", "stuck");
    expect(walk.screen().slice(2)).toEqual(["Number *=name #=help", "A key is stuck"]);
    walk.press("1002");
    expect(walk.state.screen).toBe("pin");
  });

  it("a reader: a hint where nothing more important is said", () => {
    const walk = walkWith("reader", "out-of-order");
    expect(walk.screen()[3]).toBe("Card reader broken");
    walk.give({ type: "link", state: { link: "down", unsent: 1, sinceMs: walk.now.monotonicMs } });
    expect(walk.screen()[3]).toBe("No hub since 06:02");
  });

  it("before the first roster is remembered", () => {
    const walk = new Walk(TYPICAL);
    walk.state = walk.core.initial;
    walk.give({ type: "part", part: "keypad", trouble: "out-of-order" });
    walk.roster(TYPICAL);
    expect(walk.screen()[2]).toBe("Keypad out of order");
  });
});

describe("punching at a dark display", () => {
  it("goes by ear: a found number, a choice and each outcome are heard", () => {
    const walk = walkWith("display", "out-of-order");
    walk.press("100");
    expect(walk.sounds()).toEqual(["key", "key", "key"]);
    walk.press("2");
    expect(walk.sounds()).toEqual(["asked"]);
    walk.opened();
    walk.press("4821");
    expect(walk.sounds()).toEqual(["key", "key", "key", "key"]);
    walk.accepted({ presence: IN_SINCE(walk.now.wallMs) });
    expect(walk.sounds()).toEqual(["asked"]);
    walk.press("1");
    walk.recorded();
    expect(walk.sounds()).toEqual(["out"]);
  });

  it("tells a refusal as ever", () => {
    const walk = walkWith("display", "out-of-order");
    walk.enter();
    walk.wrong(0);
    walk.recorded();
    expect(walk.sounds()).toEqual(["refused"]);
  });
});
