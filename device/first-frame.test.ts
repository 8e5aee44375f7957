import { describe, expect, test } from "vitest";
import { SimulatedBoard } from "../sim/board.ts";
import { usualPlan } from "../sim/wiring.ts";
import { SeededRandom } from "../sim/world/seeded-random.ts";
import { VirtualScheduler } from "../sim/world/virtual-scheduler.ts";
import { FIRST_FRAME_LIMIT_MS, givingWayTo } from "./first-frame.ts";

const POWER_ON_MS = 50;

async function displayOf(scheduler: VirtualScheduler) {
  const board = new SimulatedBoard({
    scheduler,
    spinUs: (us) => scheduler.advanceUs(us),
    random: new SeededRandom(1),
    plan: usualPlan({ displayBus: "i2c" }),
  });
  const { display } = await board.open();
  display.show({ rows: ["starting"] });
  return { board, display };
}

/** Loads pieces of `pieceMs` each as a busy thread does, and returns what the glass showed after each. */
async function load(
  scheduler: VirtualScheduler,
  between: () => Promise<void>,
  pieceMs: number,
  pieces: number,
  shown: () => string,
): Promise<string[]> {
  const seen: string[] = [];
  const loading = (async () => {
    for (let piece = 0; piece < pieces; piece++) {
      scheduler.advanceUs(pieceMs * 1000);
      await between();
      seen.push(shown().trim());
    }
  })();
  await scheduler.run(10_000);
  await loading;
  return seen;
}

describe("loading that gives way to the first frame", () => {
  test("goes on while the controller is getting up, and stops once for the whole frame", async () => {
    const scheduler = new VirtualScheduler();
    const { board, display } = await displayOf(scheduler);
    const between = givingWayTo(display, POWER_ON_MS, scheduler);
    const seen = await load(scheduler, between, 20, 5, () => board.chip.rows()[0] ?? "");
    expect(seen).toEqual(["", "", "starting", "starting", "starting"]);
    expect(board.violations).toBe(0);
  });

  test("goes on all the same when the display does not answer", async () => {
    const scheduler = new VirtualScheduler();
    const { board, display } = await displayOf(scheduler);
    board.i2c.nakNext(1_000);
    const between = givingWayTo(display, POWER_ON_MS, scheduler);
    const seen = await load(scheduler, between, 20, 5, () => board.chip.rows()[0] ?? "");
    expect(seen).toEqual(["", "", "", "", ""]);
  });

  test("waits no longer than its limit for a display that never comes to rest", async () => {
    const scheduler = new VirtualScheduler();
    const { display } = await displayOf(scheduler);
    let filled = false;
    const redraw = (): void => {
      filled = !filled;
      display.show({ rows: Array.from({ length: 4 }, () => (filled ? "#" : "*").repeat(20)) });
      scheduler.after(5, redraw);
    };
    redraw();
    const between = givingWayTo(display, POWER_ON_MS, scheduler);
    let endedMs = 0;
    await load(scheduler, between, 60, 1, () => {
      endedMs = scheduler.nowMs();
      return "";
    });
    // A transaction under way busy-waits to its end.
    expect(Math.floor(endedMs)).toBe(60 + FIRST_FRAME_LIMIT_MS);
  });

  test("without a display that can be lit early takes a turn of the event loop only", async () => {
    const scheduler = new VirtualScheduler();
    const between = givingWayTo(null, POWER_ON_MS, scheduler);
    await load(scheduler, between, 60, 3, () => "");
    expect(scheduler.pending).toBe(0);
  });
});
