import { describe, expect, it } from "vitest";
import { ANA, TYPICAL } from "../../test/docs/gallery-people.ts";
import { IN_SINCE, Walk, withoutPin } from "../../test/docs/walk.ts";
import type { Place } from "./state.ts";

const MORE_TIME: Place = {
  ...TYPICAL,
  directory: {
    ...TYPICAL.directory,
    people: TYPICAL.directory.people.map((each) => (each === ANA ? { ...each, moreTime: true } : each)),
  },
};

/** How long until the walk is somewhere else by itself. */
function lastsMs(walk: Walk): number {
  const { screen } = walk.state;
  const startMs = walk.now.monotonicMs;
  const maxWakes = 100;
  for (let wakes = 0; walk.state.screen === screen && wakes < maxWakes; wakes++) {
    const dueMs = walk.core.nextWakeMs(walk.state, walk.now);
    if (dueMs === null) return Infinity;
    walk.pass(dueMs - walk.now.monotonicMs);
  }
  return walk.now.monotonicMs - startMs;
}

function walked(place: Place, way: (walk: Walk) => void): Walk {
  const walk = new Walk(place);
  way(walk);
  return walk;
}

const WAYS: readonly (readonly [string, number, (walk: Walk) => void])[] = [
  ["PIN", 10_000, (walk) => walk.enter("48")],
  [
    "act",
    6_000,
    (walk) => {
      walk.enter();
      walk.accepted({ presence: IN_SINCE(0) });
    },
  ],
  ["result", 3_000, (walk) => void walk.clockIn()],
  [
    "receipt",
    15_000,
    (walk) => {
      walk.clockIn();
      walk.press("#");
    },
  ],
];

describe("timeouts", () => {
  it.each(WAYS)("%s lasts %i ms, three times as long for a person with more time", (_, timeoutMs, way) => {
    expect(lastsMs(walked(TYPICAL, way))).toBe(timeoutMs);
    expect(lastsMs(walked(MORE_TIME, way))).toBe(3 * timeoutMs);
  });

  it("find, list and help last 8 s: nobody is known yet", () => {
    for (const keys of ["1", "##", "#", "*"]) {
      expect(lastsMs(walked(MORE_TIME, (walk) => walk.press(keys)))).toBe(8_000);
    }
  });

  it("count from the last key", () => {
    const walk = walked(TYPICAL, (each) => each.press("9"));
    walk.pass(7_999);
    walk.press("9");
    walk.pass(7_999);
    expect(walk.state.screen).toBe("find");
    walk.pass(1);
    expect(walk.state.screen).toBe("idle");
  });

  it("make no try of an abandoned PIN", () => {
    const walk = walked(TYPICAL, (each) => each.enter("482"));
    walk.pass(60_000);
    expect(walk.state.screen).toBe("idle");
    expect(walk.drafts()).toEqual([]);
    expect(walk.pins()).toEqual([]);
  });

  it("say that nothing was recorded when a choice is abandoned, with the refused sound", () => {
    const walk = walked(TYPICAL, (each) => {
      each.enter();
      each.accepted({ presence: IN_SINCE(0) });
    });
    walk.pass(6_000);
    expect(walk.screen()).toEqual(["Ana Kovač", "Nothing recorded", "", ""]);
    expect(walk.sounds()).toEqual(["refused"]);
    walk.pass(3_000);
    expect(walk.state.screen).toBe("idle");
  });

  it("say so too when a confirmation is abandoned", () => {
    const walk = walked(withoutPin(TYPICAL), (each) => {
      each.press("1002");
      each.opened();
    });
    walk.pass(10_000);
    expect(walk.state.screen).toBe("nothingRecorded");
  });

  it("hold though no wake came: a late key meets what is due first", () => {
    const walk = walked(TYPICAL, (each) => each.enter("482"));
    walk.now = { ...walk.now, monotonicMs: walk.now.monotonicMs + 10_000 };
    walk.press("1");
    expect(walk.pins()).toEqual([]);
    expect(walk.state.screen).toBe("find");
  });
});

describe("waking", () => {
  it("is not asked for while idle: an idle terminal has no timer", () => {
    const walk = new Walk(TYPICAL);
    expect(walk.core.nextWakeMs(walk.state, walk.now)).toBeNull();
    expect(walk.core.nextWakeMs(walk.core.initial, walk.now)).toBeNull();
  });

  it("is harmless at any time", () => {
    const walk = walked(TYPICAL, (each) => each.enter("48"));
    const before = walk.state;
    walk.give({ type: "wake" });
    expect(walk.state).toBe(before);
    expect(walk.effects).toEqual([]);
  });

  it("comes for answers that fail to: the store is given 5 s", () => {
    const walk = walked(TYPICAL, (each) => {
      each.enter();
      each.accepted();
    });
    expect(lastsMs(walk)).toBe(5_000);
    expect(walk.state.screen).toBe("trouble");
  });

  it("gives the look-up of a person 5 s as well", () => {
    const walk = walked(TYPICAL, (each) => each.press("1002"));
    walk.pass(5_000);
    expect(walk.state.screen).toBe("trouble");
  });
});
