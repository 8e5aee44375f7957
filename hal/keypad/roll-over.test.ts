import { describe, expect, test } from "vitest";
import { NO_BOUNCE } from "../../sim/chips/switch-matrix.ts";
import { CONFIRM_MS } from "./matrix-scanner.ts";
import { keypadWorld } from "./testing/keypad-world.ts";

/** Two scans, and the first edge's way to its listener. */
const SCANS_MS = 0.5;

describe("a key pressed while another is held", () => {
  test("in another column is reported after its confirming reading, whatever the time to the next one", async () => {
    for (let offsetMs = 30; offsetMs < 40; offsetMs += 0.7) {
      const { hand, pass, reports, scheduler } = keypadWorld({ bounce: NO_BOUNCE });
      await pass(1);
      hand.press("1");
      await pass(offsetMs);
      const closedMs = scheduler.nowMs();
      hand.press("5");
      await pass(20);
      expect(reports.map(({ key }) => key)).toEqual(["1", "5"]);
      expect((reports[1]?.atMs ?? 0) - closedMs).toBeLessThan(CONFIRM_MS + SCANS_MS);
    }
  });
});
