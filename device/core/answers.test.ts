import { describe, expect, it } from "vitest";
import { ANA, TYPICAL } from "../../test/docs/gallery-people.ts";
import { IN_SINCE, punchedAgo, triesOf, Walk } from "../../test/docs/walk.ts";
import { MAX_TYPE_AHEAD_KEYS } from "./timeouts.ts";

function entered(): Walk {
  const walk = new Walk(TYPICAL);
  walk.enter();
  return walk;
}

describe("an accepted PIN", () => {
  it("brings who is out in at once, and shows it only when it is durable", () => {
    const walk = entered();
    walk.accepted();
    expect(walk.drafts()).toEqual([
      {
        kind: "punch",
        person: ANA.person,
        payload: { action: "in", auth: "personal", was: "out", again: false },
      },
    ]);
    expect(walk.screen().join(" ")).not.toContain("IN");
    expect(walk.sounds()).toEqual([]);
    walk.recorded();
    expect(walk.screen()).toEqual(["IN    06:02", "Ana Kovač", "Today 0:00", "*=undo  #=receipt"]);
    expect(walk.effects).toEqual([
      { type: "sound", sound: "in" },
      { type: "blink", times: 1 },
      { type: "flash", led: "green", times: 1 },
    ]);
  });

  it("shows what was worked today, the part before midnight left out", () => {
    const walk = entered();
    const sinceMs = walk.now.local.dayStartMs - 3_600_000;
    walk.accepted({ presence: IN_SINCE(sinceMs) });
    walk.press("1");
    walk.recorded({
      state: "out",
      sinceMs: walk.now.wallMs,
      spans: [{ fromMs: sinceMs, toMs: walk.now.wallMs }],
    });
    expect(walk.screen()).toEqual(["OUT   06:02", "Ana Kovač", "Today 6:02", "*=undo  #=receipt"]);
    expect(walk.effects).toContainEqual({ type: "blink", times: 2 });
  });

  it("PIN rule 5: by Universal PIN shows no hours, and says so", () => {
    const walk = entered();
    walk.accepted({ auth: "universal", presence: IN_SINCE(walk.now.wallMs - 3_600_000) });
    expect(walk.screen().join()).not.toMatch(/\d:\d\d/);
    walk.press("1");
    expect(walk.drafts()).toMatchObject([{ payload: { auth: "universal" } }]);
    walk.recorded();
    expect(walk.screen()).toEqual(["OUT   06:02", "Ana Kovač", "by Universal PIN", "*=undo  #=receipt"]);
  });

  it("ends the refusals before it durably, before a choice is offered", () => {
    const walk = entered();
    walk.accepted({ presence: IN_SINCE(0), tries: triesOf(2) });
    expect(walk.drafts()).toEqual([
      { kind: "pin.accepted", person: ANA.person, payload: { auth: "personal" } },
    ]);
    expect(walk.state.screen).toBe("recording");
    walk.recorded();
    expect(walk.state.screen).toBe("act");
  });

  it("needs no such event when a punch follows at once, nor without refusals, nor by Universal PIN", () => {
    const punchesAtOnce = entered();
    punchesAtOnce.accepted({ tries: triesOf(2) });
    expect(punchesAtOnce.drafts()).toMatchObject([{ kind: "punch" }]);
    const withoutRefusals = entered();
    withoutRefusals.accepted({ presence: IN_SINCE(0) });
    expect(withoutRefusals.state.screen).toBe("act");
    const universal = entered();
    universal.accepted({ auth: "universal", presence: IN_SINCE(0), tries: triesOf(2) });
    expect(universal.state.screen).toBe("act");
  });
});

describe("a wrong PIN", () => {
  it("is durable before the refusal is on the screen", () => {
    const walk = entered();
    walk.wrong(0);
    expect(walk.drafts()).toEqual([
      { kind: "pin.refused", person: ANA.person, payload: { count: 1, waitMs: 0 } },
    ]);
    expect(walk.screen().join()).not.toContain("WRONG");
    expect(walk.sounds()).toEqual([]);
    walk.recorded();
    expect(walk.screen()).toEqual([
      "WRONG PIN  Ana Kovač",
      "PIN ____",
      "2 tries, then a wait",
      "#=Forgot your PIN?",
    ]);
    expect(walk.effects).toEqual([
      { type: "sound", sound: "refused" },
      { type: "blink", times: 3 },
      { type: "flash", led: "red", times: 3 },
    ]);
  });

  it("looks like a right one while it is checked and recorded", () => {
    const right = entered();
    const wrong = entered();
    expect(right.screen()).toEqual(wrong.screen());
    right.accepted();
    wrong.wrong(0);
    expect(right.screen()).toEqual(wrong.screen());
  });

  it("begins a wait when it is the third", () => {
    const walk = entered();
    walk.wrong(2);
    expect(walk.drafts()).toMatchObject([{ payload: { count: 3, waitMs: 60_000 } }]);
    walk.recorded();
    expect(walk.screen()[0]).toBe("WAIT 1:00 Ana Kovač");
    expect(walk.sounds()).toEqual(["refused"]);
  });

  it("may be followed by the next try at once", () => {
    const walk = entered();
    walk.wrong(0);
    walk.recorded();
    walk.press("1234");
    expect(walk.pins()).toEqual(["1234"]);
  });

  it("is no try while a wait lasts: nothing is recorded", () => {
    const walk = entered();
    walk.verified({ result: "waiting", tries: triesOf(3, walk.now.monotonicMs + 42_000) });
    expect(walk.drafts()).toEqual([]);
    expect(walk.screen()[0]).toBe("WAIT 0:42 Ana Kovač");
  });
});

describe("typing ahead", () => {
  it("survives a success: the digit for the choice may come before the choice", () => {
    const walk = entered();
    walk.press("1");
    walk.accepted({ presence: IN_SINCE(0) });
    expect(walk.drafts()).toMatchObject([{ kind: "punch", payload: { action: "out" } }]);
  });

  it("survives a success: the next person may begin before the result", () => {
    const walk = entered();
    walk.press("10");
    walk.accepted();
    walk.press("38");
    walk.recorded();
    expect(walk.state).toMatchObject({ screen: "pin", person: { name: "Jan Novák" } });
    expect(walk.sounds()).toContain("in");
  });

  it("goes on through the next person's whole entry", () => {
    const walk = entered();
    walk.press("10385739");
    walk.accepted();
    walk.recorded();
    expect(walk.pins()).toEqual(["5739"]);
    expect(walk.state.screen).toBe("checking");
  });

  it("PIN case 10: is flushed by a refusal", () => {
    const walk = entered();
    walk.press("57");
    walk.wrong(0);
    walk.press("39");
    walk.recorded();
    expect(walk.state).toMatchObject({ screen: "wrong", typed: "" });
  });

  it("is no answer to a question that was not yet asked", () => {
    const walk = entered();
    walk.press("1");
    walk.accepted({ presence: IN_SINCE(0), lastPunch: punchedAgo(walk.now, 5000) });
    expect(walk.state.screen).toBe("guard");
    expect(walk.drafts()).toEqual([]);
  });

  it("is bounded, and a key too many is heard to be refused", () => {
    const walk = entered();
    walk.press("1".repeat(MAX_TYPE_AHEAD_KEYS));
    expect(new Set(walk.sounds())).toEqual(new Set(["key"]));
    walk.press("1");
    expect(walk.sounds()).toEqual(["refused"]);
    expect(walk.state).toMatchObject({ typeAhead: { length: MAX_TYPE_AHEAD_KEYS } });
  });
});

describe("answers that fail or come too late", () => {
  it("claims nothing when the event is not durable", () => {
    const walk = entered();
    walk.accepted();
    walk.give({ type: "recordFailed", id: walk.newestId(), code: "store.full" });
    expect(walk.screen()).toEqual(["Cannot record", "Nothing is recorded.", "Tell your admin.", ""]);
    expect(walk.sounds()).toEqual(["refused"]);
    expect(walk.blinks()).toEqual([3]);
  });

  it("counts no try when the check itself failed", () => {
    const walk = entered();
    walk.verified({ result: "failed", code: "store.sql" });
    expect(walk.drafts()).toEqual([]);
    expect(walk.state.screen).toBe("trouble");
  });

  it("ignores results nobody waits for", () => {
    const walk = entered();
    const before = walk.state;
    const id = walk.newestId();
    walk.give({ type: "verified", id: id - 1, outcome: { result: "unknown" } });
    walk.recorded(null, id);
    walk.give({ type: "recordFailed", id, code: "store.sql" });
    walk.give({ type: "opened", id, outcome: { result: "unknown" } });
    expect(walk.state).toBe(before);
  });

  it("shows no success for an event other than the one that is awaited, not even once it is overdue", () => {
    const walk = entered();
    walk.accepted();
    const id = walk.newestId();
    walk.recorded(null, id - 1);
    expect(walk.state.screen).toBe("recording");
    walk.pass(5000);
    walk.recorded(null, id - 1);
    expect(walk.state.screen).toBe("trouble");
    expect(walk.effects).toEqual([]);
  });

  it("does not promise that nothing happened when the store is silent", () => {
    const walk = entered();
    walk.accepted();
    walk.pass(5000);
    expect(walk.screen()[1]).toBe("It may not count.");
  });

  it("still shows a punch that becomes durable while that is on the screen", () => {
    const walk = entered();
    walk.accepted();
    const id = walk.newestId();
    walk.pass(5000);
    walk.recorded(null, id);
    expect(walk.state.screen).toBe("result");
  });

  it("gives up on a silent check, but counts its refusal when it comes after all", () => {
    const walk = entered();
    const id = walk.newestId();
    walk.pass(20_000);
    expect(walk.state.screen).toBe("idle");
    walk.give({ type: "verified", id, outcome: { result: "wrong", tries: triesOf(2), mark: "m" } });
    expect(walk.drafts()).toMatchObject([{ kind: "pin.refused", payload: { count: 3, waitMs: 60_000 } }]);
    walk.give({ type: "verified", id, outcome: { result: "wrong", tries: triesOf(2), mark: "m" } });
    expect(walk.drafts()).toEqual([]);
  });

  it("never punches for a check that was given up on", () => {
    const walk = entered();
    const id = walk.newestId();
    walk.pass(5000);
    const outcome = {
      result: "accepted",
      auth: "personal",
      presence: IN_SINCE(0),
      lastPunch: null,
      leaving: false,
      untold: null,
      tries: triesOf(0),
    } as const;
    walk.give({ type: "verified", id, outcome });
    expect(walk.drafts()).toEqual([]);
    expect(walk.state.screen).toBe("trouble");
  });

  it("PIN case 9: tells a person who is gone from the roster", () => {
    const walk = entered();
    walk.verified({ result: "unknown" });
    expect(walk.screen()[1]).toBe("is no longer on the");
  });
});
