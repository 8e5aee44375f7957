import { CodedError } from "../../protocol/errors.ts";
import type { PinLength } from "../../protocol/roster.ts";
import type { Random } from "../../protocol/seams.ts";
import { clashProblem, isProposable, type PinHolder, type PinUse } from "./rules.ts";

/** Draws before every PIN is gone through in turn: with a tenth of the PINs free, one in 40,000 runs needs the walk. */
const MAX_RANDOM_DRAWS = 100;

export interface PinWish {
  readonly length: PinLength;
  readonly holder: PinHolder;
  /** The person's employee number; null for a kiosk. */
  readonly ownNumber: string | null;
  /** Who has this PIN already; asked for each candidate. */
  useOf(pin: string): PinUse;
}

/**
 * A PIN that breaks no rule, that nobody has if there is such a one, else one that may be shared. Throws CodedError
 * `pin.none-left` when every PIN would break a rule.
 */
export function generatePin(wish: PinWish, random: Random): string {
  const count = 10 ** wish.length;
  const pinOf = (index: number): string => String(index % count).padStart(wish.length, "0");
  const proposable = (pin: string): boolean => isProposable(pin, wish.length, wish.ownNumber);
  const draw = (): number => Math.floor(random.uniform() * count);

  for (let tries = 0; tries < MAX_RANDOM_DRAWS; tries += 1) {
    const pin = pinOf(draw());
    if (proposable(pin) && isUnused(wish.useOf(pin))) return pin;
  }
  let shareable: string | null = null;
  const start = draw();
  for (let offset = 0; offset < count; offset += 1) {
    const pin = pinOf(start + offset);
    if (!proposable(pin)) continue;
    const use = wish.useOf(pin);
    if (isUnused(use)) return pin;
    if (shareable === null && clashProblem(wish.holder, use) === null) shareable = pin;
  }
  if (shareable !== null) return shareable;
  throw new CodedError(
    "pin.none-left",
    `no ${wish.length}-digit PIN is left that breaks no rule: free some, or use longer PINs`,
  );
}

function isUnused(use: PinUse): boolean {
  return !use.admins && !use.members && !use.kiosks;
}
