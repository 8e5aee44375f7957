import { describe, expect, it } from "vitest";
import { ANA, EXTREME, TYPICAL } from "../../test/docs/gallery-people.ts";
import { IN_SINCE, punchedAgo, TWO_ROWS, triesOf, Walk, withoutPin } from "../../test/docs/walk.ts";

function atPrompt(): Walk {
  const walk = new Walk(TYPICAL);
  walk.press("1002");
  walk.opened();
  return walk;
}

describe("the PIN prompt", () => {
  it("PIN rule 4: comes after the profile is selected, and looks the person up", () => {
    const walk = new Walk(TYPICAL);
    walk.press("1002");
    expect(walk.effects).toContainEqual({ type: "openPerson", id: 1, person: ANA.person });
    expect(walk.screen()).toEqual(["Ana Kovač", "PIN ____", "*=back", "#=Forgot your PIN?"]);
  });

  it("shows blocks only", () => {
    const walk = atPrompt();
    walk.press("48");
    expect(walk.screen()).toEqual(["Ana Kovač", "PIN ■■__", "*=delete", ""]);
  });

  it("checks with the last digit, without a further key, and keeps the PIN no longer", () => {
    const walk = atPrompt();
    walk.press("4821");
    expect(walk.pins()).toEqual(["4821"]);
    expect(JSON.stringify(walk.state)).not.toContain("4821");
  });

  it("takes six digits where the workspace has six", () => {
    const walk = new Walk(EXTREME);
    walk.press("88888888482193");
    expect(walk.pins()).toEqual(["482193"]);
  });

  it("takes digits before the person is looked up", () => {
    const walk = new Walk(TYPICAL);
    walk.press("10024821");
    expect(walk.pins()).toEqual(["4821"]);
  });

  it("deletes with *, and goes back on an empty field", () => {
    const walk = atPrompt();
    walk.press("48**");
    expect(walk.state).toMatchObject({ screen: "pin", typed: "" });
    walk.press("*");
    expect(walk.state.screen).toBe("idle");
  });

  it("ignores # while a PIN is half typed", () => {
    const walk = atPrompt();
    walk.press("48#");
    expect(walk.state).toMatchObject({ screen: "pin", typed: "48" });
  });

  it("cancels with D and goes to Forgot with C, whatever is typed", () => {
    const walk = atPrompt();
    walk.press("48C");
    expect(walk.state.screen).toBe("forgotConfirm");
    walk.press("D");
    expect(walk.state.screen).toBe("idle");
  });

  it("sounds the same for every digit", () => {
    const walk = atPrompt();
    for (const digit of "123") {
      walk.press(digit);
      expect(walk.effects).toEqual([{ type: "sound", sound: "key" }]);
    }
  });

  it("becomes the wait when the person has one", () => {
    const walk = new Walk(TYPICAL);
    walk.press("1002");
    walk.press("48");
    walk.opened({ tries: triesOf(3, walk.now.monotonicMs + 59_500) });
    expect(walk.screen()[0]).toBe("WAIT 1:00 Ana Kovač");
    expect(JSON.stringify(walk.state)).not.toContain('"48"');
  });
});

describe("a wait", () => {
  function waiting(waitMs: number): Walk {
    const walk = new Walk(TYPICAL);
    walk.press("1002");
    walk.opened({ tries: triesOf(3, walk.now.monotonicMs + waitMs) });
    return walk;
  }

  it("counts down by the second", () => {
    const walk = waiting(60_000);
    const shown: string[] = [];
    for (let second = 0; second < 3; second++) {
      shown.push(walk.screen()[0]?.slice(0, 9) ?? "");
      walk.pass(1000);
    }
    expect(shown).toEqual(["WAIT 1:00", "WAIT 0:59", "WAIT 0:58"]);
  });

  it("wakes at each second's change", () => {
    const walk = waiting(59_400);
    const dueMs = walk.core.nextWakeMs(walk.state, walk.now);
    expect(dueMs).toBe(walk.now.monotonicMs + 400);
  });

  it("becomes the prompt when it ends under the eyes of the person", () => {
    const walk = waiting(3000);
    walk.pass(3000);
    expect(walk.state).toMatchObject({ screen: "pin", typed: "" });
  });

  it("does not take digits", () => {
    const walk = waiting(60_000);
    walk.press("4821");
    expect(walk.state.screen).toBe("wait");
    expect(walk.pins()).toEqual([]);
  });

  it("does not keep the next person from the terminal", () => {
    const walk = waiting(30 * 60_000);
    walk.pass(10_000);
    expect(walk.state.screen).toBe("idle");
  });

  it("PIN rule 7: leaves Forgot open", () => {
    const walk = waiting(60_000);
    walk.press("#");
    expect(walk.state.screen).toBe("forgotConfirm");
  });
});

describe("a forgotten PIN", () => {
  it("PIN rule 7: is asked for with # on the empty field, confirmed with #, and told when it is durable", () => {
    const walk = atPrompt();
    walk.press("#");
    expect(walk.screen()[0]).toBe("Forgot your PIN?");
    expect(walk.sounds()).toEqual(["asked"]);
    expect(walk.drafts()).toEqual([]);
    walk.press("#");
    expect(walk.drafts()).toEqual([{ kind: "pin.forgotten", person: ANA.person, payload: {} }]);
    expect(walk.screen()[1]).toBe("One moment");
    walk.recorded();
    expect(walk.screen()).toEqual(["Ana Kovač", "Your admins are told", "", ""]);
  });

  it("PIN rule 7: works offline, and says that it will be sent later", () => {
    const walk = atPrompt();
    walk.give({ type: "link", state: { link: "down", unsent: 1, sinceMs: walk.now.monotonicMs } });
    walk.press("##");
    walk.recorded();
    expect(walk.screen()[2]).toBe("when the hub is back");
  });

  it("sends nothing when it is not confirmed", () => {
    for (const keys of ["#*", "#D", "#5"]) {
      const walk = atPrompt();
      walk.press(keys);
      expect(walk.drafts()).toEqual([]);
    }
  });
});

describe("a kiosk without Requires PIN", () => {
  function chosen(display?: typeof TWO_ROWS): Walk {
    const walk = new Walk(withoutPin(TYPICAL), display);
    walk.press("1002");
    return walk;
  }

  it("PIN rule 1: selecting alone never punches, and shows neither hours nor state", () => {
    const walk = chosen();
    walk.opened({ presence: IN_SINCE(walk.now.wallMs - 1000) });
    expect(walk.drafts()).toEqual([]);
    expect(walk.screen()).toEqual(["Ana Kovač", "#=punch", "", "*=back"]);
    expect(chosen(TWO_ROWS).screen()).toEqual(["Ana Kovač", "#=punch  *=back"]);
  });

  it("PIN rule 1: a key confirms, and the punch says that nobody was asked", () => {
    const walk = chosen();
    walk.opened();
    walk.press("#");
    expect(walk.drafts()).toEqual([
      {
        kind: "punch",
        person: ANA.person,
        payload: { action: "in", auth: "none", was: "out", again: false },
      },
    ]);
    walk.recorded();
    expect(walk.screen()).toEqual(["IN    06:02", "Ana Kovač", "", "*=undo  #=receipt"]);
  });

  it("takes who is in out", () => {
    const walk = chosen();
    walk.opened({ presence: IN_SINCE(0) });
    walk.press("#");
    expect(walk.drafts()).toMatchObject([{ payload: { action: "out", was: "in" } }]);
  });

  it("remembers a confirmation that came before the answer", () => {
    const walk = chosen();
    walk.press("#");
    expect(walk.drafts()).toEqual([]);
    walk.opened();
    expect(walk.drafts()).toHaveLength(1);
  });

  it("asks before a double punch, without telling what the last one was", () => {
    const walk = chosen();
    walk.opened({ presence: IN_SINCE(0), lastPunch: punchedAgo(walk.now, 5000) });
    walk.press("#");
    expect(walk.screen().slice(0, 2)).toEqual(["Punched just now", "1=again  *=no"]);
  });

  it("ignores digits, so that a PIN typed by habit does nothing", () => {
    const walk = chosen();
    walk.opened();
    walk.press("4821");
    expect(walk.state.screen).toBe("confirm");
    expect(walk.drafts()).toEqual([]);
  });
});
