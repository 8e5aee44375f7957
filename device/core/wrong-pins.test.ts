import { describe, expect, it } from "vitest";
import { ANA, EXTREME, TYPICAL } from "../../test/docs/gallery-people.ts";
import { IN_SINCE, MARK, triesOf, TWO_ROWS, Walk, withoutPin } from "../../test/docs/walk.ts";
import type { Place } from "./state.ts";

/** What wrong PINs cost at the terminal, and what is free. */

const DAY_MS = 86_400_000;

function entered(place: Place = TYPICAL, display?: typeof TWO_ROWS): Walk {
  const walk = new Walk(place, display);
  walk.enter();
  return walk;
}

/** Ana with `count` wrong PINs that all count for the day until `leaveInMs` from now. */
function withTries(walk: Walk, count: number, leaveInMs: number): ReturnType<typeof triesOf> {
  const leaveAtMs = Array.from({ length: count }, () => walk.now.monotonicMs + leaveInMs);
  return { ...triesOf(0), leaveAtMs };
}

describe("the same wrong PIN again", () => {
  it("looks, sounds and blinks as the first time, and is no event", () => {
    const first = entered();
    first.wrong(1);
    first.recorded();
    const again = entered();
    again.verified({ result: "repeated", tries: triesOf(2) });
    expect(again.drafts()).toEqual([]);
    expect(again.screen()).toEqual(first.screen());
    expect(again.effects).toEqual(first.effects);
  });

  it("flushes what was typed ahead like any refusal", () => {
    const walk = entered();
    walk.press("12");
    walk.verified({ result: "repeated", tries: triesOf(1) });
    expect(walk.state).toMatchObject({ screen: "wrong", typed: "" });
  });

  it("has its mark written down with the first refusal, and nowhere in the event", () => {
    const walk = entered();
    walk.wrong(0);
    expect(walk.effects).toMatchObject([{ type: "record", wrongPin: MARK }]);
    expect(JSON.stringify(walk.drafts())).not.toContain(MARK);
    const late = entered();
    const id = late.newestId();
    late.pass(20_000);
    late.give({ type: "verified", id, outcome: { result: "wrong", tries: triesOf(0), mark: MARK } });
    expect(late.effects).toMatchObject([{ type: "record", wrongPin: MARK }]);
  });

  it("costs nothing either when its check was given up on", () => {
    const walk = entered();
    const id = walk.newestId();
    walk.pass(20_000);
    walk.give({ type: "verified", id, outcome: { result: "repeated", tries: triesOf(2) } });
    expect(walk.drafts()).toEqual([]);
  });
});

describe("the last wrong PIN that a day has", () => {
  const { triesPerDay } = TYPICAL.kiosk.tries;

  it("begins a wait until the oldest counts no more, shown in hours", () => {
    const walk = entered();
    walk.verified({ result: "wrong", tries: withTries(walk, triesPerDay - 1, DAY_MS / 4), mark: MARK });
    expect(walk.drafts()).toMatchObject([{ payload: { count: 1, waitMs: DAY_MS / 4 } }]);
    walk.recorded();
    expect(walk.screen()[0]).toBe("WAIT 6:00 h A. Kovač");
  });

  it("is announced by how many tries are left", () => {
    const walk = entered();
    walk.verified({ result: "wrong", tries: withTries(walk, triesPerDay - 2, DAY_MS), mark: MARK });
    walk.recorded();
    expect(walk.screen()[2]).toBe("1 try, then a wait");
  });
});

describe("a check that is held back since too many wrong PINs were tried at this terminal", () => {
  it("keeps its screen and the keys typed ahead, and is answered as ever", () => {
    const walk = entered();
    const screen = walk.screen();
    walk.give({ type: "delayed", id: walk.newestId(), untilMs: walk.now.monotonicMs + 10_000 });
    walk.press("1");
    walk.pass(10_000);
    expect(walk.screen()).toEqual(screen);
    walk.accepted({ presence: IN_SINCE(0) });
    expect(walk.drafts()).toMatchObject([{ kind: "punch", payload: { action: "out" } }]);
  });

  it("is given up on as late as any other, counted from when it begins", () => {
    const walk = entered();
    walk.give({ type: "delayed", id: walk.newestId(), untilMs: walk.now.monotonicMs + 10_000 });
    walk.pass(14_999);
    expect(walk.state.screen).toBe("checking");
    walk.pass(1);
    expect(walk.state.screen).toBe("trouble");
  });

  it("is not another one's: a stale word of it changes nothing", () => {
    const walk = entered();
    const before = walk.state;
    walk.give({ type: "delayed", id: walk.newestId() - 1, untilMs: walk.now.monotonicMs + 10_000 });
    expect(walk.state).toBe(before);
  });
});

describe("a wait that an admin lifts under the eyes of the person", () => {
  function waiting(): Walk {
    const walk = new Walk(TYPICAL);
    walk.press("1002");
    walk.opened({ tries: triesOf(3, walk.now.monotonicMs + 60_000) });
    return walk;
  }

  it("becomes the prompt, as soon as the hub has said so", () => {
    const walk = waiting();
    walk.give({ type: "people", people: [ANA.person], leaving: [] });
    expect(walk.effects).toMatchObject([{ type: "openPerson", person: ANA.person }]);
    expect(walk.state.screen).toBe("wait");
    walk.opened();
    expect(walk.state).toMatchObject({ screen: "pin", typed: "" });
  });

  it("does so with a whole new roster too", () => {
    const walk = waiting();
    walk.roster({ ...TYPICAL });
    walk.opened();
    expect(walk.state.screen).toBe("pin");
  });

  it("goes on where only something else changed, and leaves when it would have left", () => {
    const walk = waiting();
    walk.pass(5_000);
    walk.give({ type: "people", people: [ANA.person], leaving: [] });
    walk.opened({ tries: triesOf(3, walk.now.monotonicMs + 30_000) });
    expect(walk.screen()[0]).toBe("WAIT 0:30 Ana Kovač");
    walk.pass(5_000);
    expect(walk.state.screen).toBe("idle");
  });

  it("asks nothing for somebody else, nor on any other screen", () => {
    const other = waiting();
    other.give({ type: "people", people: [TYPICAL.directory.people[1]?.person ?? ANA.person], leaving: [] });
    expect(other.effects).toEqual([]);
    const walk = entered();
    walk.give({ type: "people", people: [ANA.person], leaving: [] });
    expect(walk.effects).toEqual([]);
  });

  it("stays as it was when the store does not answer", () => {
    const walk = new Walk(TYPICAL);
    walk.press("1002");
    walk.opened({ tries: triesOf(3, walk.now.monotonicMs + 600_000) });
    walk.give({ type: "people", people: [ANA.person], leaving: [] });
    walk.pass(6_000);
    expect(walk.state).toMatchObject({ screen: "wait", opening: null });
  });
});

describe("rules and cases", () => {
  it("PIN rule 2: the wall says that the plan turned PINs off, on every size, and asks for none", () => {
    const plan = {
      ...withoutPin(TYPICAL),
      kiosk: { ...withoutPin(TYPICAL).kiosk, pinOffByPlan: true as const },
    };
    const idle = new Walk(plan);
    expect(idle.screen()[3]).toBe("PIN off: free plan");
    expect(new Walk(plan, TWO_ROWS).screen()[0]).toBe("06:02 PIN is off");
    idle.press("1002");
    expect(idle.screen()).toEqual(["Ana Kovač", "#=punch", "PIN off: free plan", "*=back"]);
    idle.opened();
    idle.press("#");
    expect(idle.drafts()).toMatchObject([{ payload: { auth: "none" } }]);
    expect(new Walk(withoutPin(TYPICAL)).screen().join()).not.toContain("PIN");
  });

  it("PIN rule 4: six digits are asked for, and checked with the sixth", () => {
    const walk = new Walk(EXTREME);
    walk.press("88888888");
    walk.opened();
    walk.press("48219");
    expect(walk.pins()).toEqual([]);
    walk.press("3");
    expect(walk.pins()).toEqual(["482193"]);
  });

  it("PIN rule 5: its person is told of a punch by Universal PIN at their next personal punch", () => {
    const untold = { action: "out", atMs: Date.UTC(2026, 10, 23, 20) } as const;
    const tall = entered();
    tall.accepted({ untold });
    tall.recorded();
    expect(tall.screen()).toEqual([
      "IN    06:02     0:00",
      "Ana Kovač",
      "Univ.PIN OUT 21:00",
      "*=undo  #=receipt",
    ]);
    const short = entered(TYPICAL, TWO_ROWS);
    short.accepted({ untold });
    short.recorded();
    expect(short.screen()).toEqual(["IN 06:02 A.Kovač", "Univ.PIN 21:00"]);
  });

  it("PIN rule 5: whoever has the Universal PIN is not told of its use", () => {
    const walk = entered();
    walk.accepted({ auth: "universal", untold: { action: "out", atMs: walk.now.wallMs - 3_600_000 } });
    walk.recorded();
    expect(walk.screen()[2]).toBe("by Universal PIN");
    expect(JSON.stringify(walk.state)).not.toContain('"untold":{');
  });

  it("PIN case 9: who was let in by Universal PIN and is an admin now has to show their own", () => {
    const walk = entered();
    walk.accepted({ auth: "universal", presence: IN_SINCE(0) });
    expect(walk.state.screen).toBe("act");
    const people = TYPICAL.directory.people.map((each) =>
      each === ANA ? { ...each, role: "admin" as const } : each,
    );
    walk.roster({ ...TYPICAL, directory: { ...TYPICAL.directory, revision: 2, people } });
    walk.press("1");
    expect(walk.drafts()).toEqual([]);
    expect(walk.state.screen).toBe("pin");
  });

  it("PIN case 9: a check under way goes on through a new roster, but not once no PIN or a longer one is asked for", () => {
    const same = entered();
    const id = same.newestId();
    same.roster({ ...TYPICAL });
    expect(same.state).toMatchObject({ screen: "checking", pending: { id } });
    for (const place of [
      withoutPin(TYPICAL),
      { ...TYPICAL, kiosk: { ...TYPICAL.kiosk, pinLength: 6 as const } },
    ]) {
      const walk = entered();
      const checked = walk.newestId();
      walk.roster(place);
      expect(walk.state.screen).toBe(place.kiosk.requiresPin ? "pin" : "confirm");
      walk.give({
        type: "verified",
        id: checked,
        outcome: { result: "wrong", tries: triesOf(0), mark: MARK },
      });
      expect(walk.drafts()).toEqual([]);
    }
  });

  it("PIN case 10: who types on in another's prompt makes one try at most, on the first one's profile", () => {
    const walk = new Walk(TYPICAL);
    walk.press("1002");
    walk.opened();
    walk.press("48");
    // The next person's number and PIN, blindly: two digits complete the first one's PIN, the rest is flushed.
    walk.press("10385739");
    expect(walk.pins()).toEqual(["4810"]);
    walk.wrong(0);
    walk.recorded();
    expect(walk.state).toMatchObject({ screen: "wrong", typed: "", person: ANA });
    expect(walk.pins()).toEqual([]);
  });

  it("PIN case 10: a try whose person walked away counts", () => {
    const walk = entered();
    walk.wrong(2);
    walk.recorded();
    walk.pass(60_000);
    expect(walk.state.screen).toBe("idle");
    walk.press("1002");
    walk.opened({ tries: triesOf(3, walk.now.monotonicMs + 60_000) });
    expect(walk.state.screen).toBe("wait");
  });

  it("PIN case 11: who left the kiosk while in may clock out, and is offered nothing else", () => {
    const walk = entered();
    walk.accepted({ presence: IN_SINCE(0), leaving: true });
    expect(walk.screen()[1]).toBe("1=OUT");
    walk.press("1");
    expect(walk.drafts()).toMatchObject([{ kind: "punch", payload: { action: "out" } }]);
    walk.recorded();
    walk.pass(1_000);
    walk.press("*");
    walk.recorded(IN_SINCE(0));
    expect(walk.screen()[2]).toBe("1=OUT");
  });

  it("PIN case 11: who leaves the kiosk before an offer to come in is not let in by it", () => {
    const lastPunch = { action: "out", auth: "personal", atMs: 0, monotonicMs: 100_000 } as const;
    const theirs = { type: "people", people: [ANA.person], leaving: [ANA.person] } as const;
    const asked = entered();
    asked.accepted({ lastPunch });
    expect(asked.state.screen).toBe("guard");
    asked.give(theirs);
    expect(asked.state.screen).toBe("gone");

    const choosing = entered();
    choosing.accepted({ presence: IN_SINCE(0) });
    choosing.give(theirs);
    choosing.press("1");
    choosing.recorded();
    choosing.pass(1_000);
    choosing.press("*");
    choosing.recorded(IN_SINCE(0));
    expect(choosing.screen()[2]).toBe("1=OUT");
  });

  it("PIN case 11: once they are out they are told that they are not on the list any more", () => {
    const last = { action: "out", auth: "personal", atMs: 0, monotonicMs: null } as const;
    for (const lastPunch of [null, { ...last, monotonicMs: 100_000 }]) {
      const withPin = entered();
      withPin.accepted({ leaving: true, lastPunch });
      expect(withPin.drafts()).toEqual([]);
      expect(withPin.screen()[1]).toBe("is no longer on the");
      const without = new Walk(withoutPin(TYPICAL));
      without.press("1002");
      without.opened({ leaving: true, lastPunch });
      without.press("#");
      expect(without.drafts()).toEqual([]);
      expect(without.screen()[1]).toBe("is no longer on the");
    }
  });
});
