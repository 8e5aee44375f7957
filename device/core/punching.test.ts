import { describe, expect, it } from "vitest";
import { ANA, TYPICAL } from "../../test/docs/gallery-people.ts";
import { IN_SINCE, punchedAgo, Walk } from "../../test/docs/walk.ts";
import type { Presence } from "../../protocol/presence.ts";

function admitted(presence: Presence): Walk {
  const walk = new Walk(TYPICAL);
  walk.enter();
  walk.accepted({ presence });
  return walk;
}

function asked(agoMs: number, action: "in" | "out" = "in"): Walk {
  const walk = new Walk(TYPICAL);
  walk.enter();
  const presence: Presence = { state: action, sinceMs: walk.now.wallMs - agoMs, spans: [] };
  walk.accepted({ presence, lastPunch: punchedAgo(walk.now, agoMs, action) });
  return walk;
}

describe("choosing", () => {
  it("offers 1 Out to who is in", () => {
    const walk = admitted(IN_SINCE(Date.UTC(2026, 10, 24, 4, 40)));
    expect(walk.screen()).toEqual(["Ana Kovač   IN 05:40", "1=OUT", "", "*=cancel"]);
    walk.press("1");
    expect(walk.drafts()).toEqual([
      {
        kind: "punch",
        person: ANA.person,
        payload: { action: "out", auth: "personal", was: "in", again: false },
      },
    ]);
  });

  it("offers 1 Out to who is on break", () => {
    const walk = admitted({ state: "break", sinceMs: 0, spans: [] });
    walk.press("1");
    expect(walk.drafts()).toMatchObject([{ payload: { action: "out", was: "break" } }]);
  });

  it("keeps 2, 3 and 4 free for Break, Project and Hours", () => {
    const walk = admitted(IN_SINCE(0));
    walk.press("234567890#ABC");
    expect(walk.state.screen).toBe("act");
    expect(walk.drafts()).toEqual([]);
  });

  it("cancels with * and D, and nothing is recorded", () => {
    for (const key of ["*", "D"]) {
      const walk = admitted(IN_SINCE(0));
      walk.press(key);
      expect(walk.state.screen).toBe("idle");
      expect(walk.drafts()).toEqual([]);
    }
  });
});

describe("the double-punch guard", () => {
  it("asks before any punch within 60 s of the last", () => {
    const walk = asked(59_999);
    expect(walk.drafts()).toEqual([]);
    expect(walk.screen().slice(0, 2)).toEqual(["IN 06:01 already", "1=OUT too  *=no"]);
    expect(walk.sounds()).toEqual(["asked"]);
  });

  it("does not ask when 60 s are over", () => {
    expect(asked(60_000).state.screen).toBe("act");
    expect(asked(60_000, "out").drafts()).toMatchObject([{ payload: { action: "in" } }]);
  });

  it("asks who just left too", () => {
    expect(asked(1000, "out").screen().slice(0, 2)).toEqual(["OUT 06:01 already", "1=IN too  *=no"]);
  });

  it("marks a confirmed one as made again", () => {
    const walk = asked(1000);
    walk.press("1");
    expect(walk.drafts()).toMatchObject([{ payload: { action: "out", was: "in", again: true } }]);
  });

  it("takes nothing but 1 for a yes: # is pressed from habit", () => {
    const walk = asked(1000);
    walk.press("#23");
    expect(walk.state.screen).toBe("guard");
    walk.press("*");
    expect(walk.state.screen).toBe("idle");
    expect(walk.drafts()).toEqual([]);
  });

  it("goes by wall time for a punch made elsewhere, however the clocks differ", () => {
    for (const offsetMs of [-30_000, 30_000]) {
      const walk = new Walk(TYPICAL);
      walk.enter();
      const atMs = walk.now.wallMs + offsetMs;
      const lastPunch = { action: "in", auth: "personal", atMs, monotonicMs: null } as const;
      walk.accepted({ presence: IN_SINCE(atMs), lastPunch });
      expect(walk.state.screen).toBe("guard");
    }
  });

  it("does not ask for ever because another terminal's clock is ahead", () => {
    const walk = new Walk(TYPICAL);
    walk.enter();
    const atMs = walk.now.wallMs + 3_600_000;
    walk.accepted({
      presence: IN_SINCE(atMs),
      lastPunch: { action: "in", auth: "personal", atMs, monotonicMs: null },
    });
    expect(walk.state.screen).toBe("act");
  });

  it("goes by monotonic time for a punch made here, whatever the wall clock did meanwhile", () => {
    const walk = new Walk(TYPICAL);
    walk.enter();
    const last = punchedAgo(walk.now, 1000);
    walk.accepted({ presence: IN_SINCE(0), lastPunch: { ...last, atMs: last.atMs - 3_600_000 } });
    expect(walk.state.screen).toBe("guard");
  });
});
