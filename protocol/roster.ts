import * as z from "zod";
import { kioskId, personId } from "./ids.ts";
import { presenceState } from "./events.ts";
import { MAX_NAME_LENGTH, MAX_SPANS } from "./limits.ts";
import type { Presence } from "./presence.ts";
import { MAX_WAIT_STEPS, type TrySettings } from "./try-settings.ts";

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
export const pinVerifier = z.object({ salt: base64(16), verifier: base64(32) });
export type PinVerifier = z.infer<typeof pinVerifier>;

/** Employee numbers: digits, so that they can be typed on a keypad; one length per workspace. */
export const employeeNumber = z.string().regex(/^[0-9]{1,8}$/, "must be 1 to 8 digits");

/** What a card says of itself (hal/ports.ts): it finds a person, and proves nothing. */
export const cardNumber = z.string().regex(/^[0-9A-Z]{1,20}$/, "must be 1 to 20 digits or capital letters");

export const presence: z.ZodType<Presence> = z.object({
  state: presenceState,
  sinceMs: z.int().nullable(),
  spans: z.array(z.object({ fromMs: z.int(), toMs: z.int() })).max(MAX_SPANS),
});

/**
 * What the hub knows of a person's wrong PINs that the terminal's own ledger does not say. The terminal counts its own
 * refusals itself, and adds those elsewhere; a success of its own that the hub has not taken in yet voids `elsewhere`.
 */
export const rosterTries = z.object({
  /** Refusals of this terminal up to this event were ended by a success elsewhere; they count for the 24 h only. */
  resetSeq: z.int().min(0),
  /** Refusals of this terminal up to this event were lifted by an admin or a new PIN; they count for nothing. */
  clearedSeq: z.int().min(0),
  /** Refusals at other terminals since the last success with the personal PIN. */
  elsewhere: z.int().min(0),
  /** What was left, when the hub said this, of the longest wait that one of those began; 0 for none. */
  elsewhereWaitMs: z.int().min(0),
});
export type RosterTries = z.infer<typeof rosterTries>;

export const rosterPerson = z.object({
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
  /** Left out when the terminal's own ledger says all of it. */
  tries: rosterTries.optional(),
});
export type RosterPerson = z.infer<typeof rosterPerson>;

const waitMs = z.int().min(1_000).max(86_400_000);
const tryCount = z.int().min(1).max(1_000);

export const trySettings: z.ZodType<TrySettings> = z.object({
  waits: z.object({
    steps: z
      .array(z.object({ refusals: tryCount, waitMs }))
      .max(MAX_WAIT_STEPS)
      .refine((steps) => steps.every((step, index) => step.refusals > (steps[index - 1]?.refusals ?? 0)), {
        error: "steps must come in the order of their refusals",
      }),
    every: z.object({ fromRefusals: tryCount, waitMs }),
  }),
  triesPerDay: tryCount,
  spray: z.object({ tries: tryCount, refillMs: waitMs, slowMs: z.int().min(0).max(60_000) }),
});

export const kioskSettings = z.object({
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
  /** Left out but where a plan without PIN turned Requires PIN off: the wall says so (PIN rule 2). */
  pinOffByPlan: z.literal(true).optional(),
  tries: trySettings,
});
export type KioskSettings = z.infer<typeof kioskSettings>;
