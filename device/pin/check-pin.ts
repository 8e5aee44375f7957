import type { AuthMethod } from "../../protocol/events.ts";
import type { KioskId, PersonId } from "../../protocol/ids.ts";
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

/** What one terminal checks PINs with: its own key, without which no verifier can be tested. */
export interface PinChecker {
  readonly kdf: Kdf;
  readonly terminalKey: Uint8Array;
}

/**
 * Checks a PIN for one person (product.md, PIN rules 4 and 5): the personal PIN first, where both match the punch is
 * personal; the kiosk's Universal PIN for anyone but an owner or admin. Every entry costs the same two slow hashes,
 * a dummy where one does not apply, so that neither time nor sound tells a wrong PIN from one that may not be used.
 * Returns null for a wrong PIN.
 */
export async function checkPin(
  checker: PinChecker,
  record: PersonRecord,
  pin: string,
): Promise<Exclude<AuthMethod, "none"> | null> {
  const universal = isAdmin(record.entry.role) ? null : record.kiosk.universalPin;
  const [personalMatches, universalMatches] = await Promise.all([
    matches(checker, record.pin, pin, record.entry.person, record.kiosk.kiosk),
    matches(checker, universal, pin, "universal", record.kiosk.kiosk),
  ]);
  if (personalMatches) return "personal";
  return universalMatches ? "universal" : null;
}

async function matches(
  { kdf, terminalKey }: PinChecker,
  stored: PinVerifier | null,
  pin: string,
  owner: PersonId | PinOwner,
  kiosk: KioskId,
): Promise<boolean> {
  const slowHash = await kdf.derive(pin, stored === null ? DUMMY_SALT : saltOf(stored));
  const derived = deriveVerifier(terminalKey, slowHash, owner, kiosk);
  return stored !== null && verifierMatches(stored, derived);
}
