import pino from "pino";
import { beforeEach, describe, expect, test } from "vitest";
import { CodedError } from "../../protocol/errors.ts";
import type { EventDraft } from "../../protocol/events.ts";
import { eventPayloads } from "../../protocol/events.ts";
import { FAULT_WINDOW_MS, HealthEvents, MAX_EVENTS_WAITING, MAX_FAULTS_RECORDED } from "./health-events.ts";

let nowMs: number;
let recorded: EventDraft[];
let storeFails: boolean;
let events: HealthEvents;

beforeEach(() => {
  nowMs = 0;
  recorded = [];
  storeFails = false;
  events = new HealthEvents(() => nowMs, pino({ level: "silent" }));
});

const record = (draft: EventDraft): Promise<void> => {
  if (storeFails) return Promise.reject(new CodedError("store.sql", "the disk is full"));
  recorded.push(draft);
  return Promise.resolve();
};
/** Lets promises settle. */
const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
const kinds = (): string[] => recorded.map(({ kind }) => kind);
const FAULT = "hal.display.io";

function flap(times: number): void {
  for (let count = 0; count < times; count++) {
    events.changed("display", FAULT);
    events.changed("display", null);
  }
}

describe("events of parts", () => {
  test("say what failed with which code, and what recovered", async () => {
    events.open(record);
    events.changed("display", FAULT);
    events.changed("display", null);
    await settle();
    expect(recorded).toEqual([
      { kind: "health.fault", person: null, payload: { part: "display", code: FAULT } },
      { kind: "health.recovered", person: null, payload: { part: "display" } },
    ]);
  });

  test("from before there is a ledger are recorded when it opens, in order", async () => {
    events.changed("keypad", "hal.keypad.io");
    events.changed("display", FAULT);
    events.changed("display", null);
    await settle();
    expect(recorded).toEqual([]);
    events.open(record);
    await settle();
    expect(kinds()).toEqual(["health.fault", "health.fault", "health.recovered"]);
  });

  test("of a part that flaps are a few an hour, and the next says how many more there were", async () => {
    events.open(record);
    flap(100);
    await settle();
    expect(kinds()).toHaveLength(2 * MAX_FAULTS_RECORDED);
    nowMs = FAULT_WINDOW_MS;
    events.changed("display", FAULT);
    await settle();
    expect(recorded.at(-1)?.payload).toEqual({
      part: "display",
      code: FAULT,
      more: 100 - MAX_FAULTS_RECORDED,
    });
    for (const { kind, payload } of recorded)
      expect(eventPayloads[kind].safeParse(payload).success).toBe(true);
  });

  test("of other parts are not held back by one that flaps", async () => {
    events.open(record);
    flap(100);
    events.changed("keypad", "hal.keypad.io");
    await settle();
    expect(recorded.at(-1)?.payload).toMatchObject({ part: "keypad" });
  });

  test("end with how the part is, though it stopped flapping while it was over its limit", async () => {
    events.open(record);
    flap(100);
    events.changed("display", FAULT);
    events.catchUp();
    await settle();
    expect(kinds().at(-1)).toBe("health.recovered");
    nowMs = FAULT_WINDOW_MS;
    events.catchUp();
    await settle();
    expect(kinds().at(-1)).toBe("health.fault");
    events.catchUp();
    await settle();
    expect(kinds()).toHaveLength(2 * MAX_FAULTS_RECORDED + 1);
  });

  test("wait in bounded number for a ledger that never opens", async () => {
    for (let hour = 0; hour < 100; hour++) {
      nowMs = hour * FAULT_WINDOW_MS;
      flap(MAX_FAULTS_RECORDED);
    }
    events.open(record);
    await settle();
    expect(recorded).toHaveLength(MAX_EVENTS_WAITING);
  });

  test("that the ledger refused are recorded when it works again, once each", async () => {
    storeFails = true;
    events.open(record);
    events.changed("display", FAULT);
    await settle();
    events.catchUp();
    await settle();
    storeFails = false;
    events.catchUp();
    await settle();
    expect(kinds()).toEqual(["health.fault"]);
  });
});
