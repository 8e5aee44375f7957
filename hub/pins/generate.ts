import { CodedError } from "../../protocol/errors.ts";
import type { PinLength } from "../../protocol/roster.ts";
import type { Random } from "../../protocol/seams.ts";
import { clashProblem, isProposable, type PinHolder, type PinUse } from "./rules.ts";

/** Draws before every PIN is gone through in turn: with a tenth of the PINs free, one in 40,000 runs needs the walk. */
const MAX_RANDOM_DRAWS = 100;

/**
 * Chooses PINs that break no rule: ones that nobody has while there are such, then ones that may be shared. One chooser
 * may choose for many people; what it chose, `useOf` must say is in use from then on.
 */
export class PinChooser {
  readonly #length: PinLength;
  readonly #useOf: (pin: string) => PinUse;
  readonly #random: Random;
  /** Every PIN was seen to be in use: nothing comes back while a chooser lives. */
  #isSpent = false;

  constructor(length: PinLength, useOf: (pin: string) => PinUse, random: Random) {
    this.#length = length;
    this.#useOf = useOf;
    this.#random = random;
  }

  /** Throws CodedError `pin.none-left` when every PIN would break a rule. */
  choose(holder: PinHolder, ownNumber: string | null): string {
    const isGood = (pin: string): boolean => {
      if (!isProposable(pin, this.#length, ownNumber)) return false;
      const use = this.#useOf(pin);
      return this.#isSpent ? clashProblem(holder, use) === null : isUnused(use);
    };
    for (let tries = 0; tries < MAX_RANDOM_DRAWS; tries += 1) {
      const pin = this.#pinOf(this.#draw());
      if (isGood(pin)) return pin;
    }
    return this.#walk(holder, ownNumber);
  }

  #walk(holder: PinHolder, ownNumber: string | null): string {
    const start = this.#draw();
    let shareable: string | null = null;
    let isSpent = true;
    for (let offset = 0; offset < 10 ** this.#length; offset += 1) {
      const pin = this.#pinOf(start + offset);
      if (!isProposable(pin, this.#length, null)) continue;
      const use = this.#useOf(pin);
      isSpent &&= !isUnused(use);
      if (pin === ownNumber) continue;
      if (isUnused(use)) return pin;
      if (shareable === null && clashProblem(holder, use) === null) shareable = pin;
    }
    this.#isSpent = isSpent;
    if (shareable !== null) return shareable;
    throw new CodedError(
      "pin.none-left",
      `no ${this.#length}-digit PIN is left that breaks no rule: free some, or use longer PINs`,
    );
  }

  #draw(): number {
    return Math.floor(this.#random.uniform() * 10 ** this.#length);
  }

  #pinOf(index: number): string {
    return String(index % 10 ** this.#length).padStart(this.#length, "0");
  }
}

function isUnused(use: PinUse): boolean {
  return !use.admins && !use.members && !use.kiosks;
}
