import * as z from "zod";
import { kioskId, personId } from "./ids.ts";
import { presenceState } from "./events.ts";
import { MAX_NAME_LENGTH, MAX_SPANS } from "./limits.ts";
import type { Presence } from "./presence.ts";

/** The roster: what a terminal knows of its kiosk and its assignees. It comes down the WebSocket by revision. */

export const role = z.enum(["owner", "admin", "manager", "regular"]);
export type Role = z.infer<typeof role>;

/** "Admin" in the PIN rules means owner or admin (product.md section 1). */
export function isAdmin(of: Role): boolean {
  return of === "owner" || of === "admin";
}

export const pinLength = z.union([z.literal(4), z.literal(6)]);
export type PinLength = z.infer<typeof pinLength>;

/** Display languages of product.md section 3; the first is the one every text has. */
export const LANGUAGES = ["en", "de", "es", "fr", "pl", "hr", "ro"] as const;
export const language = z.enum(LANGUAGES);
export type Language = z.infer<typeof language>;

const base64 = (bytes: number): z.ZodString =>
  z
    .string()
    .regex(/^[A-Za-z0-9+/]+={0,2}$/)
    .length(Math.ceil(bytes / 3) * 4);

/** What a PIN is checked against: never the PIN, never the slow hash itself; see verifier.ts. */
export const pinVerifier = z.strictObject({ salt: base64(16), verifier: base64(32) });
export type PinVerifier = z.infer<typeof pinVerifier>;

/** Employee numbers: digits, so that they can be typed on a keypad; one length per workspace. */
export const employeeNumber = z.string().regex(/^[0-9]{1,8}$/, "must be 1 to 8 digits");

/** What a card says of itself (hal/ports.ts): it finds a person, and proves nothing. */
export const cardNumber = z.string().regex(/^[0-9A-Z]{1,20}$/, "must be 1 to 20 digits or capital letters");

export const presence: z.ZodType<Presence> = z.strictObject({
  state: presenceState,
  sinceMs: z.int().nullable(),
  spans: z.array(z.strictObject({ fromMs: z.int(), toMs: z.int() })).max(MAX_SPANS),
});

export const rosterPerson = z.strictObject({
  person: personId,
  number: employeeNumber,
  name: z.string().min(1).max(MAX_NAME_LENGTH),
  role,
  language: language.nullable(),
  /** All timeouts three times as long. */
  moreTime: z.boolean(),
  /** Left out for who has none: software that knows no cards takes everybody else's entry. */
  card: cardNumber.optional(),
  /** Null while the person has no PIN: every PIN is wrong then. */
  pin: pinVerifier.nullable(),
  presence,
  /** Left out but for who was unassigned or deactivated while clocked in: they may clock out, once (PIN case 11). */
  leaving: z.literal(true).optional(),
});
export type RosterPerson = z.infer<typeof rosterPerson>;

export const kioskSettings = z.strictObject({
  kiosk: kioskId,
  name: z.string().min(1).max(MAX_NAME_LENGTH),
  requiresPin: z.boolean(),
  pinLength,
  /** Length of every employee number of the workspace. */
  numberLength: z.int().min(1).max(8),
  /** IANA name. */
  timeZone: z.string().min(1).max(64),
  language,
  /** The kiosk's Universal PIN; null while Requires PIN is off (product.md, PIN rule 5). */
  universalPin: pinVerifier.nullable(),
});
export type KioskSettings = z.infer<typeof kioskSettings>;
