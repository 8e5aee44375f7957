/**
 * What wrong PINs cost (product.md section 3, "Waits"). All of it is settings of the workspace, which reach terminals
 * with the kiosk's. No schema here: the terminal's core uses this file, and shows its first screen before any library is loaded.
 */
export interface TrySettings {
  readonly waits: WaitSettings;
  /** Wrong PINs that one person's profile takes in any 24 h of powered time; a success gives none of them back. */
  readonly triesPerDay: number;
  readonly spray: SpraySettings;
}

export interface WaitSettings {
  /** A wait of `waitMs` begins with exactly this many refusals; ascending. */
  readonly steps: readonly { readonly refusals: number; readonly waitMs: number }[];
  /** From this many refusals on, each one begins a wait. */
  readonly every: { readonly fromRefusals: number; readonly waitMs: number };
}

/** A terminal's budget against one PIN tried on many people: when it is spent, tries slow down, and punching goes on. */
export interface SpraySettings {
  /** Wrong PINs, whoever's, that the full budget has. */
  readonly tries: number;
  /** One more comes back each time this has passed. */
  readonly refillMs: number;
  /** While it is spent, a check begins this long after the latest refusal at the earliest. */
  readonly slowMs: number;
}

const MINUTE_MS = 60_000;

export const DEFAULT_TRY_SETTINGS: TrySettings = {
  waits: {
    steps: [
      { refusals: 3, waitMs: 1 * MINUTE_MS },
      { refusals: 5, waitMs: 5 * MINUTE_MS },
    ],
    every: { fromRefusals: 8, waitMs: 30 * MINUTE_MS },
  },
  triesPerDay: 60,
  spray: { tries: 60, refillMs: 1 * MINUTE_MS, slowMs: 10_000 },
};

/** Most steps that {@link WaitSettings} may have. */
export const MAX_WAIT_STEPS = 8;
