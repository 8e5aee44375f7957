import { isAdmin, type PinLength, type Role } from "../../protocol/roster.ts";

/**
 * The PIN requirements of product.md (section 2, rule 8) as pure functions. They name the rule that is broken, never
 * whose PIN a clash is with.
 */

export const PIN_PROBLEMS = [
  /** Not digits, or not as many as the workspace asks for. */
  "pin.length",
  /** One digit repeated. */
  "pin.repeated",
  /** A non-admin would have the PIN of an admin, or the reverse. */
  "pin.clash-role",
  /** An admin would have the PIN of a kiosk, or the reverse. */
  "pin.clash-universal",
  /** A kiosk would have the PIN of another kiosk. */
  "pin.clash-kiosk",
] as const;
export type PinProblem = (typeof PIN_PROBLEMS)[number];

/** For whom a PIN is meant: "admin" is an owner or admin, "member" anyone else, "kiosk" a Universal PIN. */
export type PinHolder = "admin" | "member" | "kiosk";

export function holderOf(role: Role): PinHolder {
  return isAdmin(role) ? "admin" : "member";
}

/** Who else has this PIN already. The holder's own present PIN does not count. */
export interface PinUse {
  readonly admins: boolean;
  readonly members: boolean;
  readonly kiosks: boolean;
}
export const UNUSED: PinUse = { admins: false, members: false, kiosks: false };

/** What is wrong with a PIN by itself; null when nothing is. */
export function shapeProblem(pin: string, length: PinLength): PinProblem | null {
  if (pin.length !== length || !/^[0-9]+$/.test(pin)) return "pin.length";
  if (isRepeated(pin)) return "pin.repeated";
  return null;
}

/** The rule that a PIN in use by others would break for `holder`; null when it may be shared. */
export function clashProblem(holder: PinHolder, use: PinUse): PinProblem | null {
  switch (holder) {
    case "admin":
      if (use.members) return "pin.clash-role";
      return use.kiosks ? "pin.clash-universal" : null;
    case "member":
      return use.admins ? "pin.clash-role" : null;
    case "kiosk":
      if (use.kiosks) return "pin.clash-kiosk";
      return use.admins ? "pin.clash-universal" : null;
  }
}

/**
 * Whether Generate may propose this PIN to a holder with this employee number (null for a kiosk): beyond the rules,
 * not the own number, no run (1234, 9876), no leading 0, which spreadsheets eat.
 */
export function isProposable(pin: string, length: PinLength, ownNumber: string | null): boolean {
  return (
    shapeProblem(pin, length) === null && !pin.startsWith("0") && !isRun(pin) && pin !== (ownNumber ?? "")
  );
}

function isRepeated(pin: string): boolean {
  return /^(.)\1*$/.test(pin);
}

/** Each digit one more than the one before, or each one less; 9 and 0 are not neighbours. */
function isRun(pin: string): boolean {
  return "0123456789".includes(pin) || "9876543210".includes(pin);
}
