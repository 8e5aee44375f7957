/**
 * Waits after wrong PINs (product.md section 3, "Waits"): the 3rd wrong PIN in a row costs 1 minute, the 5th 5, the
 * 8th and every later one 30, never more. The terminal's store and the tests use the same functions.
 */

export interface WaitSettings {
  /** A wait of `waitMs` begins with exactly this many refusals; ascending. */
  readonly steps: readonly { readonly refusals: number; readonly waitMs: number }[];
  /** From this many refusals on, each one begins a wait. */
  readonly every: { readonly fromRefusals: number; readonly waitMs: number };
}

const MINUTE_MS = 60_000;

export const WAIT_SETTINGS: WaitSettings = {
  steps: [
    { refusals: 3, waitMs: 1 * MINUTE_MS },
    { refusals: 5, waitMs: 5 * MINUTE_MS },
  ],
  every: { fromRefusals: 8, waitMs: 30 * MINUTE_MS },
};

/** Milliseconds of the wait that the refusal numbered `refusals` (from 1) begins; 0 for none. */
export function waitAfter(refusals: number, settings: WaitSettings = WAIT_SETTINGS): number {
  if (refusals >= settings.every.fromRefusals) return settings.every.waitMs;
  return settings.steps.find((step) => step.refusals === refusals)?.waitMs ?? 0;
}

/** Wrong PINs that someone with `refusals` behind them can still type until one begins a wait, that one included. */
export function triesBeforeWait(refusals: number, settings: WaitSettings = WAIT_SETTINGS): number {
  const next = settings.steps.find(
    (step) => step.refusals > refusals && step.refusals < settings.every.fromRefusals,
  );
  return Math.max(1, (next?.refusals ?? settings.every.fromRefusals) - refusals);
}
