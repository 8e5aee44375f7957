import { CodedError } from "../../protocol/errors.ts";
import type { PinVerifier } from "../../protocol/roster.ts";
import type { PersonId } from "../../protocol/ids.ts";
import type { Scheduler } from "../../protocol/seams.ts";
import type { VerifyOutcome } from "../core/types.ts";
import type { LedgerPort } from "../ledger/port.ts";
import type { PersonRecord } from "../ledger/store.ts";
import { checkPin, type PinChecker } from "./check-pin.ts";

/**
 * Checks made for one entry at most: the first, and one more each time that the roster changed while slow hashes were computed,
 * or that the terminal's budget of wrong PINs made it wait.
 */
const MAX_ROUNDS = 5;

export interface JudgeParts {
  readonly ledger: LedgerPort;
  readonly checker: PinChecker;
  readonly scheduler: Scheduler;
  /** The check begins only at this monotonic instant. */
  readonly onDelayed: (untilMs: number) => void;
}

/**
 * What comes of a PIN: whether its person has to wait, when the terminal may check it at all, and whether it is right by the
 * newest that is known here when the answer is given (product.md, PIN case 9). Rejects as the ledger and the KDF do.
 */
export async function judgePin(
  { ledger, checker, scheduler, onDelayed }: JudgeParts,
  { person, pin }: { readonly person: PersonId; readonly pin: string },
): Promise<VerifyOutcome> {
  let record = await ledger.person(person);
  for (let round = 0; round < MAX_ROUNDS; round += 1) {
    if (record === null) return { result: "unknown" };
    const { tries, checkFromMs } = record;
    const nowMs = scheduler.nowMs();
    if (tries.waitUntilMs !== null && tries.waitUntilMs > nowMs) return { result: "waiting", tries };
    if (checkFromMs !== null && checkFromMs > nowMs) {
      onDelayed(checkFromMs);
      await new Promise<void>((resolve) => void scheduler.after(checkFromMs - nowMs, resolve));
      record = await ledger.person(person);
      continue;
    }
    const verdict = await checkPin(checker, record, pin);
    const after: PersonRecord | null = await ledger.person(person);
    if (after === null || !decideAlike(record, after)) {
      record = after;
      continue;
    }
    if (verdict.auth !== null) {
      const { presence, lastPunch, leaving, untold } = after;
      return {
        result: "accepted",
        auth: verdict.auth,
        presence,
        lastPunch,
        leaving,
        untold,
        tries: after.tries,
      };
    }
    if (!verdict.isRepeated) return { result: "wrong", tries: after.tries, mark: verdict.mark };
    // A commit, as a refusal costs one: it takes as long.
    await ledger.repeatWrongPin(person, verdict.mark);
    return { result: "repeated", tries: after.tries };
  }
  throw new CodedError("pin.busy", "the roster changes faster than a PIN is checked");
}

/** Whether the same PIN comes to the same by both. */
function decideAlike(one: PersonRecord, other: PersonRecord): boolean {
  return (
    one.entry.role === other.entry.role &&
    isSame(one.pin, other.pin) &&
    isSame(one.kiosk.universalPin, other.kiosk.universalPin)
  );
}

function isSame(one: PinVerifier | null, other: PinVerifier | null): boolean {
  return one?.verifier === other?.verifier;
}
