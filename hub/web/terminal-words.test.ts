import { describe, expect, it } from "vitest";
import { clockWords, goneWords, troublesOf, type Terminal } from "./terminal-words.ts";

const clock = (quality: Terminal["clock"], clockErrorMs: number | null, clockErrorSpanMs: number | null) =>
  clockWords({ clock: quality, clockErrorMs, clockErrorSpanMs });

const WELL: Parameters<typeof troublesOf>[0] = {
  disk: "well",
  pendingEvents: 0,
  missingEvents: 0,
  setAside: 0,
  clock: "set",
  clockErrorMs: 20,
  openForks: 0,
};
const shorts = (given: Partial<typeof WELL>): string[] =>
  troublesOf({ ...WELL, ...given }).map(({ short }) => short);

describe("a terminal's clock in words", () => {
  it("is ahead or behind by so much, give or take what the wire leaves open", () => {
    expect(clock("set", 3_000, 100)).toBe("3 s ahead, give or take 0.1 s");
    expect(clock("set", -3_420, 80)).toBe("3.4 s behind, give or take 0.1 s");
    expect(clock("set", -300_000, 2_300)).toBe("5 min behind, give or take 2.3 s");
    expect(clock("set", 5 * 3_600_000, 100)).toBe("5 h ahead, give or take 0.1 s");
    expect(clock("set", -400 * 86_400_000, 100)).toBe("400 days behind, give or take 0.1 s");
  });

  it("is in step where the difference is less than anybody sees, or than the wire leaves open", () => {
    expect(clock("set", -300, 40)).toBe("in step, give or take 0.1 s");
    expect(clock("set", 1_900, 2_000)).toBe("in step, give or take 2 s");
  });

  it("says what it is worth", () => {
    expect(clock("unset", -1_700_000_000_000, 100)).toBe("does not know the time");
    expect(clock("holding", 0, 100)).toBe("in step, give or take 0.1 s, kept since it was last set");
    expect(clock("set", 4_000, null)).toBe("4 s ahead, roughly");
    expect(clock(null, null, null)).toBe("unknown");
  });
});

describe("a terminal's trouble", () => {
  it("is none when it is well", () => {
    expect(shorts({})).toEqual([]);
    expect(shorts({ disk: null, clock: null, clockErrorMs: null })).toEqual([]);
  });

  it("is each thing that somebody has to know", () => {
    expect(shorts({ openForks: 1 })).toEqual(["Two histories"]);
    expect(shorts({ clock: "unset" })).toEqual(["Does not know the time"]);
    expect(shorts({ clockErrorMs: -121_000 })).toEqual(["Clock is wrong"]);
    expect(shorts({ clockErrorMs: 119_000 })).toEqual([]);
    expect(shorts({ disk: "low", setAside: 2 })).toEqual(["Disk nearly full", "2 damaged ledgers"]);
    expect(shorts({ disk: "full", pendingEvents: 1, missingEvents: 12 })).toEqual([
      "Disk full",
      "1 event recovered",
      "12 events missing",
    ]);
  });

  it("says when a terminal has not heard yet that its place is gone", () => {
    expect(goneWords({ standing: "unpairing", toldMs: null })).toBe("Unpairing, not told yet");
    expect(goneWords({ standing: "stolen", toldMs: 1 })).toBe("Stolen");
    expect(goneWords({ standing: "unpaired", toldMs: 1 })).toBe("Unpaired");
  });
});
