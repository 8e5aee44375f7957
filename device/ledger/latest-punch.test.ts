import { describe, expect, test } from "vitest";
import type { LastPunch } from "../core/types.ts";
import { latestPunch } from "./person-record.ts";

const NOON_MS = Date.UTC(2026, 10, 24, 11);
const own = (atMs: number): LastPunch => ({ action: "in", auth: "personal", atMs, monotonicMs: 5_000 });
const since = (sinceMs: number | null, state: "in" | "out" | "break" = "out") => ({
  state,
  sinceMs,
  spans: [],
});

describe("a person's latest punch, for the double-punch guard", () => {
  test("is the one made here, by this machine's own clock, when nothing came after it", () => {
    expect(latestPunch(own(NOON_MS), since(NOON_MS, "in"))).toEqual(own(NOON_MS));
    expect(latestPunch(own(NOON_MS), since(NOON_MS + 1_500, "in"))).toEqual(own(NOON_MS));
    expect(latestPunch(own(NOON_MS), since(null))).toEqual(own(NOON_MS));
  });

  test.each([
    ["out", "out"],
    ["in", "in"],
    ["break", "break-start"],
  ] as const)("is the one made at another terminal that left them %s", (state, action) => {
    const elsewhere = { action, auth: "personal", atMs: NOON_MS + 30_000, monotonicMs: null };
    expect(latestPunch(own(NOON_MS), since(NOON_MS + 30_000, state))).toEqual(elsewhere);
    expect(latestPunch(null, since(NOON_MS + 30_000, state))).toEqual(elsewhere);
  });

  test("is none for who never punched", () => {
    expect(latestPunch(null, since(null))).toBeNull();
  });
});
