import * as z from "zod";
import { punchAction } from "../../protocol/events.ts";
import { eventSeq, kioskId, personId, storeId, terminalId } from "../../protocol/ids.ts";
import { conflictId } from "../conflicts/ids.ts";
import { correctionId } from "../corrections/ids.ts";
import { CONFLICT_KINDS, DECISIONS } from "../store/history-schema.ts";
import { nextPage, pageFields } from "./page-schemas.ts";
import { punchBody } from "./schemas.ts";

/** Bodies of the HTTP API about what does not fit, what admins correct, closed days, and receipts. */

const instant = z.int();
/** YYYY-MM-DD in the workspace's time zone. */
const day = z.string().regex(/^\d{4}-\d{2}-\d{2}$/, "a day is written YYYY-MM-DD");

export const MAX_REASON_LENGTH = 500;
const reason = z
  .string()
  .trim()
  .max(MAX_REASON_LENGTH, `must have ${MAX_REASON_LENGTH} characters at most`)
  .refine((text) => !/\p{Cc}/u.test(text), "must be one line of text");

export const conflictsQuery = z.strictObject({
  /** "open" when left out. */
  state: z.enum(["open", "all"]).optional(),
  ...pageFields,
});

export const conflictBody = z.strictObject({
  conflict: conflictId,
  person: personId,
  name: z.string(),
  day,
  /**
   * `state`: a punch began from another state than the whole history gives. `correction`: it came in after an admin had
   * corrected around it. `closed-day`: it came in after its day was closed, and does not count. `time-unknown`: the clock
   * of its terminal was never set. `undo`: what it takes back has been built on elsewhere, so it does not count.
   */
  kind: z.enum(CONFLICT_KINDS),
  openedMs: instant,
  /** Null while it is open. */
  settledMs: instant.nullable(),
  /** Null of one that is open, or that closed itself when it did not hold any more. */
  decision: z.enum(DECISIONS).nullable(),
  settledBy: personId.nullable(),
  settledByName: z.string().nullable(),
  reason: z.string().nullable(),
  /** Those that it is about, oldest first. */
  punches: z.array(punchBody),
  /** In words. */
  detail: z.string(),
});
export const conflictsBody = z.strictObject({ conflicts: z.array(conflictBody), next: nextPage });

/**
 * `count`: what it is about counts from now on. `leave-out`: it does not, but stays in the list. `as-is`: what counts now
 * goes on counting, and what does not does not.
 */
export const settleRequest = z.strictObject({ decision: z.enum(DECISIONS), reason: reason.optional() });

const given = z.strictObject({
  person: personId,
  reason: reason.min(1, "says why, for whoever reads it later"),
});
export const correctionRequest = z.union([
  given.extend({
    /** A punch that is missing. `kiosk`: where it would have been made. */
    add: z.strictObject({ action: punchAction, atMs: instant, kiosk: kioskId.optional() }),
  }),
  /** A punch that shall not count. */
  given.extend({ void: z.strictObject({ terminal: terminalId, store: storeId, seq: eventSeq }) }),
]);
export const madeCorrectionBody = z.strictObject({ correction: correctionId });

export const correctionsQuery = z.strictObject({
  person: personId.optional(),
  day: day.optional(),
  ...pageFields,
});
export const correctionBody = z.strictObject({
  correction: correctionId,
  person: personId,
  name: z.string(),
  /** What was added; null of a void. */
  add: z
    .strictObject({ action: punchAction, kiosk: kioskId.nullable(), kioskName: z.string().nullable() })
    .nullable(),
  /** The punch that was voided; null of an addition. */
  void: z.strictObject({ terminal: terminalId, store: storeId, seq: eventSeq }).nullable(),
  /** Of the added punch, or of the voided one as it stood then. */
  atMs: instant,
  reason: z.string(),
  /** Null: the hub itself. */
  author: personId.nullable(),
  authorName: z.string().nullable(),
  createdMs: instant,
});
export const correctionsBody = z.strictObject({ corrections: z.array(correctionBody), next: nextPage });

/** Days up to and with it are closed; null: none is. */
export const closedDaysBody = z.strictObject({ closedUntil: day.nullable() });

/** As it is on the screen: 8 characters, in whatever case, with dashes or blanks between them. */
export const receiptCodeText = z
  .string()
  .max(40)
  .transform((text) => text.toLowerCase().replaceAll(/[^0-9a-z]/g, ""))
  .pipe(z.string().regex(/^[0-9a-hjkmnp-tv-z]{8}$/, "a receipt has 8 characters, none of them I, L, O or U"));

export const receiptBody = z.strictObject({
  /** One, unless two events have the same code by chance. */
  events: z.array(
    z.strictObject({
      kind: z.string(),
      person: personId,
      name: z.string(),
      kiosk: kioskId,
      kioskName: z.string(),
      terminal: terminalId,
      store: storeId,
      seq: eventSeq,
      atMs: instant,
      /** Minutes east of UTC, there and then. */
      offsetMinutes: z.int(),
      /** SHA-256 of the event's text. */
      hash: z.string(),
      /** Of a punch: whether it was taken back. */
      undone: z.boolean(),
      /** Of a punch: whether it counts. */
      counts: z.boolean(),
      words: z.string(),
    }),
  ),
});

export const ledgerQuery = z.strictObject({ terminal: terminalId.optional() });
