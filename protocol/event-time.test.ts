import { describe, expect, test } from "vitest";
import { eventTimes, type TimedEvent } from "./event-time.ts";
import { bootId } from "./ids.ts";

const first = bootId.parse("0000000000000001");
const second = bootId.parse("0000000000000002");
const third = bootId.parse("0000000000000003");

const event = (given: Partial<TimedEvent>): TimedEvent => ({
  boot: first,
  monotonicMs: 0,
  wallMs: 0,
  clock: "unset",
  receivedMs: null,
  ...given,
});

describe("the time of an event", () => {
  test("is its own clock's, when that was set", () => {
    const [time] = eventTimes([event({ wallMs: 5_000, clock: "set" })], []);
    expect(time).toEqual({ atMs: 5_000, basis: "clock", fromMs: 5_000, toMs: 5_000 });
  });

  test("is computed back once its boot's clock is known", () => {
    const [time] = eventTimes(
      [event({ monotonicMs: 1_000, wallMs: 17 })],
      [{ boot: first, offsetMs: 900_000, errorMs: 5 }],
    );
    expect(time).toMatchObject({ atMs: 901_000, basis: "corrected" });
  });

  test("of a boot that never knew the time lies between its neighbours, its spaces within the boot kept", () => {
    const times = eventTimes(
      [
        event({ wallMs: 100_000, clock: "set" }),
        event({ boot: second, monotonicMs: 1_000, wallMs: 1 }),
        event({ boot: second, monotonicMs: 4_000, wallMs: 3_001 }),
        event({ boot: third, monotonicMs: 2_000, wallMs: 200_000, clock: "set" }),
      ],
      [],
    );
    expect(times[1]).toEqual({ atMs: 101_000, basis: "bounded", fromMs: 101_000, toMs: 195_000 });
    expect(times[2]).toEqual({ atMs: 104_000, basis: "bounded", fromMs: 104_000, toMs: 198_000 });
  });

  test("is never later than when the hub had it", () => {
    const [time] = eventTimes([event({ monotonicMs: 10, wallMs: 900_000, receivedMs: 50_000 })], []);
    expect(time).toMatchObject({ atMs: 50_000, basis: "bounded", toMs: 50_000 });
  });
});
