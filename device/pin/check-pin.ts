import type { AuthMethod } from "../../protocol/events.ts";
import type { KioskId } from "../../protocol/ids.ts";
import { isAdmin, type PinVerifier } from "../../protocol/roster.ts";
import type { Kdf } from "../../protocol/seams.ts";
import {
  deriveVerifier,
  DUMMY_SALT,
  saltOf,
  verifierMatches,
  type PinOwner,
} from "../../protocol/verifier.ts";
import type { PersonRecord } from "../ledger/store.ts";
import { isKnownMark, wrongMark } from "./wrong-mark.ts";

/** What one terminal checks PINs with: its own key, without which no verifier can be tested. */
export interface PinChecker {
  readonly kdf: Kdf;
  readonly terminalKey: Uint8Array;
}

/** What a check found. */
export interface PinVerdict {
  /** Null for a wrong PIN. */
  readonly auth: Exclude<AuthMethod, "none"> | null;
  /** Names this PIN among this person's wrong ones; made whether it is one or not. */
  readonly mark: string;
  /** It was tried on this person before: once more is free. */
  readonly isRepeated: boolean;
}

/**
 * Checks a PIN for one person (product.md, PIN rules 4 and 5): the personal PIN first, where both match the punch is
 * personal; the kiosk's Universal PIN for anyone but an owner or admin. Every entry costs the same two slow hashes,
 * a dummy where one does not apply, so that neither time nor sound tells a wrong PIN from one that may not be used.
 */
export async function checkPin(checker: PinChecker, record: PersonRecord, pin: string): Promise<PinVerdict> {
  const { person, role } = record.entry;
  const universal = isAdmin(role) ? null : record.kiosk.universalPin;
  const [ownHash, kiosksHash] = await Promise.all([
    slowHashOf(checker, record.pin, pin),
    slowHashOf(checker, universal, pin),
  ]);
  const isPersonal = matches(checker, record.pin, ownHash, person, record.kiosk.kiosk);
  const isUniversal = matches(checker, universal, kiosksHash, "universal", record.kiosk.kiosk);
  const mark = wrongMark(checker.terminalKey, ownHash, person);
  const isKnown = isKnownMark(mark, record.wrongPins);
  const auth = isPersonal ? "personal" : isUniversal ? "universal" : null;
  return { auth, mark, isRepeated: auth === null && isKnown };
}

function slowHashOf({ kdf }: PinChecker, stored: PinVerifier | null, pin: string): Promise<Uint8Array> {
  return kdf.derive(pin, stored === null ? DUMMY_SALT : saltOf(stored));
}

function matches(
  { terminalKey }: PinChecker,
  stored: PinVerifier | null,
  slowHash: Uint8Array,
  owner: PinOwner,
  kiosk: KioskId,
): boolean {
  const derived = deriveVerifier(terminalKey, slowHash, owner, kiosk);
  return stored !== null && verifierMatches(stored, derived);
}
