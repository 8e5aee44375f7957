import type { Mutant } from "./mutant.ts";
import { HUB_MUTANTS } from "./of-hub.ts";
import { STORAGE_MUTANTS } from "./of-storage.ts";
import { SYNC_MUTANTS } from "./of-sync.ts";
import { TERMINAL_MUTANTS } from "./of-terminal.ts";

/** All of them. Where each was caught last: docs/world.md. */
export const MUTANTS: readonly Mutant[] = [
  ...STORAGE_MUTANTS,
  ...SYNC_MUTANTS,
  ...TERMINAL_MUTANTS,
  ...HUB_MUTANTS,
];

/** Throws RangeError for a name that no mutant has. */
export function mutantNamed(name: string): Mutant {
  const mutant = MUTANTS.find((each) => each.name === name);
  if (mutant === undefined) throw new RangeError(`there is no mutant ${name}`);
  return mutant;
}
