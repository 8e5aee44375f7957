import { knownEvent } from "../../protocol/events.ts";
import { decodeEvent } from "../../protocol/chain.ts";
import type { SqlDriver } from "../../protocol/seams.ts";
import type { SpraySettings } from "../../protocol/try-settings.ts";
import { bootId } from "../../protocol/ids.ts";
import type { Moment, PoweredTime } from "./powered-time.ts";

/**
 * A terminal's budget against one PIN tried on many people (product.md section 3, "Waits"): a token bucket that every refusal
 * takes one from, whoever's, and powered time fills again, or an admin. It is derived from the ledger, so it survives power cuts.
 */

/** As many budgets' worth of refusals are looked back through: what was before them is taken for a bucket just spent. */
const BUDGETS_READ = 2;

/** Slowed from when the budget is spent until so much of it is there again. */
const RECOVERED_SHARE = 0.5;

export type SprayChange = "slowed" | "recovered";

export interface SprayBudget {
  /** Monotonic instant before which no check begins; null while the budget lasts. */
  checkFromMs(settings: SpraySettings): number | null;
  /** The event that is due at this moment, and the monotonic instant to ask again at; null for when a PIN is refused. */
  due(
    settings: SpraySettings,
    now: Moment,
  ): { readonly change: SprayChange | null; readonly againMs: number | null };
}

export function openSprayBudget(driver: SqlDriver, powered: PoweredTime): SprayBudget {
  /** The newest event by which an admin filled the budget; 0 without any. */
  function unlockedSeq(): number {
    const row = driver
      .prepare("SELECT max(seq) AS seq FROM events WHERE kind = 'wait.lifted' AND person IS NULL")
      .get([]);
    return Number(row?.["seq"] ?? 0);
  }

  function isSlowed(): boolean {
    const row = driver
      .prepare("SELECT text FROM events WHERE kind = 'pin.spray' AND seq > ? ORDER BY seq DESC LIMIT 1")
      .get([unlockedSeq()]);
    const event = row === undefined ? null : knownEvent(decodeEvent(String(row["text"])));
    return event?.kind === "pin.spray" && event.payload.state === "slowed";
  }

  /** Powered instants of the latest refusals since the budget was filled, oldest first. */
  function refusals(atMost: number): number[] {
    return driver
      .prepare(
        `SELECT json_extract(text, '$.boot') AS boot, json_extract(text, '$.monotonicMs') AS at
         FROM events WHERE kind = 'pin.refused' AND seq > ? ORDER BY seq DESC LIMIT ?`,
      )
      .all([unlockedSeq(), atMost])
      .map((row) => powered.instantOf({ boot: bootId.parse(row["boot"]), monotonicMs: Number(row["at"]) }))
      .reverse();
  }

  return {
    checkFromMs({ slowMs }) {
      if (!isSlowed()) return null;
      const latest = refusals(1).at(-1);
      return latest === undefined ? null : powered.monotonicOf(latest + slowMs);
    },

    due(settings, now) {
      const instants = refusals(BUDGETS_READ * settings.tries);
      const isWhole = instants.length < BUDGETS_READ * settings.tries;
      const left = budgetLeft(instants, settings, powered.instantOf(now), isWhole ? settings.tries : 0);
      const wanted = settings.tries * RECOVERED_SHARE;
      const slowed = isSlowed();
      if (!slowed && left >= 1) return { change: null, againMs: null };
      if (slowed && left >= wanted) return { change: "recovered", againMs: null };
      const againMs = Math.ceil(now.monotonicMs + (wanted - left) * settings.refillMs);
      return { change: slowed ? null : "slowed", againMs };
    },
  };
}

/**
 * Wrong PINs that the budget still has at powered instant `nowMs`, fractions included, after refusals at these powered
 * instants (ascending) of a budget that had `before` ahead of the first.
 */
export function budgetLeft(
  refusalsMs: readonly number[],
  { tries, refillMs }: SpraySettings,
  nowMs: number,
  before: number,
): number {
  let left = before;
  let atMs = refusalsMs[0] ?? nowMs;
  const refill = (untilMs: number): void => {
    left = Math.min(tries, left + Math.max(0, untilMs - atMs) / refillMs);
    atMs = Math.max(atMs, untilMs);
  };
  for (const refusalMs of refusalsMs) {
    refill(refusalMs);
    left = Math.max(0, left - 1);
  }
  refill(nowMs);
  return left;
}
