import type { TrySettings, WaitSettings } from "../../protocol/try-settings.ts";
import type { Now, TryRecord } from "./types.ts";

/**
 * Waits after wrong PINs (product.md section 3, "Waits"): by themselves the 3rd wrong PIN in a row costs 1 minute, the 5th 5,
 * the 8th and every later one 30; and a person's profile takes 60 in any 24 h, which a success does not give back.
 */

/** A wrong PIN counts for the day for so long. */
const DAY_MS = 86_400_000;

/** Milliseconds of the wait that the refusal numbered `refusals` (from 1) begins; 0 for none. */
export function waitAfter(refusals: number, settings: WaitSettings): number {
  if (refusals >= settings.every.fromRefusals) return settings.every.waitMs;
  return settings.steps.find((step) => step.refusals === refusals)?.waitMs ?? 0;
}

/** Wrong PINs that someone with `refusals` behind them can still type until one begins a wait, that one included. */
export function triesBeforeWait(refusals: number, settings: WaitSettings): number {
  const next = settings.steps.find(
    (step) => step.refusals > refusals && step.refusals < settings.every.fromRefusals,
  );
  return Math.max(1, (next?.refusals ?? settings.every.fromRefusals) - refusals);
}

/**
 * Milliseconds of the wait that one more refusal begins because it is the last that the day has: until the oldest that counts
 * counts no more. 0 when the day has more.
 */
export function dayWaitMs(
  leaveAtMs: readonly number[],
  { triesPerDay }: Pick<TrySettings, "triesPerDay">,
  { monotonicMs }: Pick<Now, "monotonicMs">,
): number {
  const counting = [...leaveAtMs.filter((atMs) => atMs > monotonicMs), monotonicMs + DAY_MS];
  return Math.ceil((counting.at(-triesPerDay) ?? monotonicMs) - monotonicMs);
}

/** Wrong PINs until one begins a wait, for whichever reason, that one included; `more` are recorded but not in `leaveAtMs`. */
export function leftBeforeWait(tries: TryRecord, more: number, settings: TrySettings, now: Now): number {
  const today = tries.leaveAtMs.filter((atMs) => atMs > now.monotonicMs).length + more;
  return Math.max(1, Math.min(triesBeforeWait(tries.count, settings.waits), settings.triesPerDay - today));
}
