import { describe, expect, test } from "vitest";
import { EMPTY_CHAIN, encodeEvent, eventHash, receiptCode, type ChainHead } from "../../protocol/chain.ts";
import type { EventDraft } from "../../protocol/events.ts";
import { bootId, eventSeq, makeId, personId, storeId, terminalId } from "../../protocol/ids.ts";
import { SeededRandom } from "../../sim/world/seeded-random.ts";
import type { HubEvidence, StoredEvent } from "./evidence.ts";
import type { Shown } from "./reports.ts";
import { troublesOfHub, troublesOfTerminal } from "./verify.ts";

const random = new SeededRandom(1);
const ana = makeId(personId, random);
const jan = makeId(personId, random);
const ids = {
  terminal: makeId(terminalId, random),
  store: makeId(storeId, random),
  boot: makeId(bootId, random),
} as const;

const punch = (
  person: typeof ana,
  action: "in" | "out",
  was: "in" | "out",
  auth: "personal" | "universal" = "personal",
): EventDraft => ({ kind: "punch", person, payload: { action, auth, was, again: false } });
const refused = (person: typeof ana, count: number): EventDraft => ({
  kind: "pin.refused",
  person,
  payload: { count, waitMs: 0 },
});
const undone = (person: typeof ana, target: number): EventDraft => ({
  kind: "punch.undone",
  person,
  payload: { target: eventSeq.parse(target), auth: "personal" },
});

function ledger(...drafts: readonly EventDraft[]): StoredEvent[] {
  let head: ChainHead = EMPTY_CHAIN;
  return drafts.map(({ kind, person, payload }, index) => {
    const seq = eventSeq.parse(index + 1);
    const text = encodeEvent({
      v: 1,
      ...ids,
      seq,
      kind,
      person,
      rosterRevision: 1,
      monotonicMs: index,
      wallMs: index,
      offsetMinutes: 0,
      clock: "set",
      nonce: "0123456789abcdef",
      payload: { ...payload },
      previous: head.hash,
    });
    head = { seq, hash: eventHash(text) };
    return { seq, hash: head.hash, text };
  });
}

const DAY = ledger(
  punch(ana, "in", "out"),
  refused(jan, 1),
  refused(jan, 2),
  punch(jan, "in", "out", "universal"),
  refused(jan, 3),
  punch(jan, "out", "in"),
  refused(jan, 1),
  undone(ana, 1),
  punch(ana, "in", "out"),
);
const KINDS = ["punch", "pin.refused", "pin.refused", "punch", "pin.refused", "punch", "pin.refused"];
const SHOWN = KINDS.map((kind, index): Shown => ({
  type: "shown",
  kind,
  person: index === 0 ? ana : jan,
  seq: index + 1,
  receipt: receiptCode(DAY[index]?.hash ?? ""),
}));

const ACTIONS = new Map([
  [1, "in"],
  [4, "in"],
  [6, "out"],
  [9, "in"],
]);
function hubWith(events: readonly StoredEvent[]): HubEvidence {
  const punches = events.flatMap(({ seq }) => {
    const action = ACTIONS.get(seq);
    return action === undefined ? [] : [{ seq, action }];
  });
  return { events, punches, stores: 1, forks: 0 };
}

describe("what a terminal's disk is checked for", () => {
  test("a day of which nothing was lost has no troubles", () => {
    expect(troublesOfTerminal(DAY, SHOWN)).toEqual([]);
  });

  test("what was shown and is not there is named by number", () => {
    expect(troublesOfTerminal(DAY.slice(0, 5), SHOWN)).toEqual([
      "the display said that event 6 (punch) was recorded: it is lost",
      "the display said that event 7 (pin.refused) was recorded: it is lost",
    ]);
  });

  test("a number used again by another event is seen by its receipt", () => {
    const other = ledger(punch(ana, "in", "out"), refused(ana, 1));
    expect(troublesOfTerminal(other, SHOWN.slice(0, 2))).toEqual([
      "the display showed another event 2 (pin.refused) than is in the ledger",
    ]);
    const twice = SHOWN.flatMap((each) =>
      each.seq === 7 ? [each, { ...each, receipt: "00000000" }] : [each],
    );
    expect(troublesOfTerminal(DAY, twice)).toContain("event 7 was shown with two receipts");
  });

  test.each([
    ["a missing event", [...DAY.slice(0, 2), ...DAY.slice(3)], /breaks at event 4 \(chain\.gap\)/],
    [
      "an event of another history",
      [...DAY.slice(0, 1), ...ledger(punch(jan, "in", "out"), refused(jan, 1)).slice(1)],
      /breaks at event 2 \(chain\.broken\)/,
    ],
    [
      "a text that was changed",
      DAY.map((each) => ({ ...each, text: each.text.replace('"wallMs":3', '"wallMs":4') })),
      /event 4 is not what was written/,
    ],
  ])("%s breaks the chain", (_what, events, expected) => {
    expect(troublesOfTerminal(events, [])).toEqual([expect.stringMatching(expected)]);
  });

  test("a refusal that a crash forgot is seen in the next one's count, and a punch in the next one's state", () => {
    const forgetful = ledger(
      refused(jan, 1),
      refused(jan, 1),
      punch(ana, "in", "out"),
      punch(ana, "in", "out"),
    );
    expect(troublesOfTerminal(forgetful, [])).toEqual([
      "event 2 is refusal 2 in a row and was counted as 1",
      "event 4 took somebody for out who was in",
    ]);
  });
});

describe("what a hub's disk is checked for", () => {
  test("a hub that has all or less than the terminal has no troubles", () => {
    expect(troublesOfHub(hubWith(DAY), DAY, 9)).toEqual([]);
    expect(troublesOfHub(hubWith(DAY.slice(0, 5)), DAY, 5)).toEqual([]);
  });

  test("what it acknowledged and does not have is lost, with or without a terminal to ask", () => {
    for (const terminal of [DAY, null]) {
      expect(troublesOfHub(hubWith(DAY.slice(0, 5)), terminal, 6)).toEqual([
        "the hub acknowledged event 6 and has 5 events: it lost some",
      ]);
    }
  });

  test("what the terminal lost, and what it has otherwise", () => {
    expect(troublesOfHub(hubWith(DAY), DAY.slice(0, 8), 9)).toEqual([
      "the hub has event 9, the terminal lost it",
    ]);
    const other = ledger(punch(jan, "in", "out"));
    expect(troublesOfHub(hubWith(DAY.slice(0, 1)), other, 1)).toEqual([
      "event 1 differs at hub and terminal",
    ]);
  });

  test("a punch that counts twice or not at all, a second ledger, a fork", () => {
    const hub = hubWith(DAY);
    const [first, ...others] = hub.punches;
    expect(troublesOfHub({ ...hub, punches: others }, DAY, 9)).toHaveLength(1);
    expect(
      troublesOfHub({ ...hub, punches: [...hub.punches, ...(first ? [first] : [])] }, DAY, 9),
    ).toHaveLength(1);
    expect(troublesOfHub({ ...hub, stores: 2, forks: 1 }, DAY, 9)).toHaveLength(2);
  });
});
