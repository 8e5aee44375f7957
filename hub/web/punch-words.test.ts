import { describe, expect, it } from "vitest";
import { conflictBody, correctionBody } from "../http/history-schemas.ts";
import { punchBody } from "../http/schemas.ts";
import { conflictWords, decisionWords } from "./conflict-words.ts";
import { entriesOf, punchWords, whyNot, type Correction, type Punch } from "./punch-words.ts";

const PERSON = "a".repeat(16);
const KIOSK = "b".repeat(16);
const BAR = "c".repeat(16);
const CELLAR = "d".repeat(16);
const ZONE = "Europe/Zagreb";
const clock = (hours: number, minutes = 0): number => Date.UTC(2026, 10, 24, hours - 1, minutes);

function aPunch(seq: number, action: Punch["action"], atMs: number, given: object = {}): Punch {
  return punchBody.parse({
    ...{ person: PERSON, kiosk: KIOSK, terminal: BAR, store: "e".repeat(16), seq, action, atMs },
    ...{ auth: "personal", basis: "clock", fromMs: atMs, toMs: atMs, wallMs: atMs, offsetMinutes: 60 },
    ...{ undone: false, counts: true, outdated: false, ...given },
  });
}

function aCorrection(id: string, atMs: number, given: object): Correction {
  return correctionBody.parse({
    ...{ correction: id.repeat(16), person: PERSON, name: "Ana", add: null, void: null, atMs },
    ...{ reason: "Forgot", author: PERSON, authorName: "Olga", createdMs: atMs, ...given },
  });
}
const added = (id: string, atMs: number, action = "out"): Correction =>
  aCorrection(id, atMs, { add: { action, kiosk: null, kioskName: null } });

const aConflict = (kind: string, punches: readonly Punch[], detail = "As the hub says.") =>
  conflictBody.parse({
    ...{ conflict: "f".repeat(16), person: PERSON, name: "Ana", day: "2026-11-24", kind, punches, detail },
    ...{ openedMs: 0, settledMs: null, decision: null, settledBy: null, settledByName: null, reason: null },
  });
const words = (
  kind: string,
  punches: readonly Punch[],
  day: readonly Punch[],
  corrections: Correction[] = [],
) =>
  conflictWords(aConflict(kind, punches), {
    entries: entriesOf(day, corrections),
    kioskName: ({ terminal }) => (terminal === CELLAR ? "Cellar" : "Westside Bar"),
    timeZone: ZONE,
  }).replaceAll(/[\u2068\u2069]/g, "");

describe("a punch in words", () => {
  it("says when it was, or between what, days too where they differ", () => {
    const bounded = { basis: "bounded", fromMs: clock(5, 10), toMs: clock(6, 40) };
    expect(punchWords(aPunch(1, "in", clock(6, 2)), ZONE)).toBe("In 06:02");
    expect(punchWords(aPunch(1, "out", clock(6), bounded), ZONE)).toBe("Out between 05:10 and 06:40");
    expect(punchWords(aPunch(1, "out", clock(6), { ...bounded, toMs: clock(30) }), ZONE)).toBe(
      "Out between 24 Nov, 05:10 and 25 Nov, 06:00",
    );
    expect(punchWords(aPunch(1, "out", clock(6), { ...bounded, toMs: null }), ZONE)).toBe(
      "Out after 24 Nov, 05:10",
    );
  });

  it("says why it is in nobody's hours, and who says so", () => {
    const punch = aPunch(1, "in", clock(6));
    expect(whyNot(punch, null)).toBeNull();
    expect(whyNot({ ...punch, undone: true, counts: false }, null)).toBe("undone");
    expect(whyNot({ ...punch, counts: false }, null)).toBe("does not count");
    const { terminal, store, seq } = punch;
    const voided = aCorrection("1", clock(6), { void: { terminal, store, seq } });
    expect(whyNot({ ...punch, counts: false }, voided)).toBe("voided by Olga: Forgot");
    expect(whyNot(punch, { ...voided, authorName: null })).toBe("voided by the hub: Forgot");
  });

  it("stands with what was added in the order of time, of one instant before it, and with what voids it", () => {
    const punches = [aPunch(1, "in", clock(6)), aPunch(2, "in", clock(10))];
    const [, second] = punches;
    const voids = aCorrection("9", clock(10), {
      void: second && { terminal: second.terminal, store: second.store, seq: second.seq },
    });
    const entries = entriesOf(punches, [
      added("3", clock(14)),
      voids,
      added("2", clock(10)),
      added("1", clock(8)),
    ]);
    expect(entries.map((each) => each.punch?.seq ?? each.key.slice(0, 1))).toEqual([1, "1", 2, "2", "3"]);
    expect(entries.map((each) => each.punch !== null && each.voided?.reason)).toEqual([
      undefined,
      false,
      "Forgot",
      false,
      false,
    ]);
  });
});

describe("a conflict in words", () => {
  const first = aPunch(1, "in", clock(6, 2));
  const other = aPunch(1, "in", clock(6, 10), { terminal: CELLAR });

  it("of two terminals says what the person was already, since when and where", () => {
    expect(words("state", [other], [first, other])).toBe(
      "Two terminals: Ana was already in since 06:02 at Westside Bar when In came from Cellar at 06:10.",
    );
  });

  it("leaves out what does not count, and takes in what was added", () => {
    const undone = aPunch(2, "out", clock(6, 5), { undone: true, counts: false });
    expect(words("state", [other], [first, undone, other])).toContain("already in since 06:02");
    expect(words("state", [other], [first, other], [added("1", clock(6, 5))])).toBe(
      "Ana was out since 06:05, as was added when In came from Cellar at 06:10.",
    );
  });

  it("without anything before it on that day is what the hub says", () => {
    expect(words("state", [other], [other])).toBe("As the hub says.");
    expect(words("time-unknown", [], [])).toBe("As the hub says.");
  });

  it("says of each decision whether the punch will count", () => {
    const waits = aConflict("closed-day", [{ ...first, counts: false }]);
    expect(decisionWords(waits, "count")).toBe("The punch counts from now on.");
    expect(decisionWords(waits, "leave-out")).toBe("The punch stays out of the hours.");
    expect(decisionWords(aConflict("state", [other]), "leave-out")).toMatch(/^The punch counts no more/);
    expect(decisionWords(aConflict("undo", [first, other]), "count")).toMatch(
      /the punch is out of the hours/,
    );
    expect(decisionWords(aConflict("time-unknown", [first, other]), "leave-out")).toMatch(
      /^The punches count no more/,
    );
  });
});
