import type { WaitSettings } from "../../protocol/try-settings.ts";

/**
 * Waits after wrong PINs (product.md section 3, "Waits"): the 3rd wrong PIN in a row costs 1 minute, the 5th 5, the
 * 8th and every later one 30, never more. The terminal's store and the tests use the same functions.
 */

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
