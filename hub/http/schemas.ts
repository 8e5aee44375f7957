import * as z from "zod";
import { authMethod, clockQuality, presenceState, punchAction } from "../../protocol/events.ts";
import { eventSeq, kioskId, personId, storeId, terminalId } from "../../protocol/ids.ts";
import { diskState } from "../../protocol/terminal-facts.ts";
import { cardNumber, employeeNumber, language, pinLength, role, trySettings } from "../../protocol/roster.ts";
import { PLANS } from "../store/schema.ts";
import { standing } from "../terminals/standing.ts";
import { alarmSettings } from "../workspace/alarm-settings.ts";
import { nextPage, pageFields } from "./page-schemas.ts";

/**
 * The HTTP API's bodies, /api/v1. The server checks requests and its own answers against these, and the page parses
 * with the same. Instants are milliseconds since 1970, UTC.
 */

const instant = z.int();

export const workspaceBody = z.strictObject({
  name: z.string(),
  numberLength: z.int(),
  /** IANA name; days of the API are days there. */
  timeZone: z.string(),
  language,
  /** Today in that time zone, YYYY-MM-DD. */
  today: z.string(),
  nowMs: instant,
});

/** What admins decide about PINs. */
export const settingsBody = z.strictObject({
  plan: z.enum(PLANS),
  pinLength,
  /** PINs are checked but not kept to be shown. */
  writeOnlyPins: z.boolean(),
  /** What wrong PINs cost. */
  tries: trySettings,
  /** From how many guesses at a PIN on admins are told, and it must be changed. */
  alarms: alarmSettings,
});

export const personBody = z.strictObject({
  person: personId,
  name: z.string(),
  email: z.string().nullable(),
  number: employeeNumber,
  role,
  language: language.nullable(),
  moreTime: z.boolean(),
  active: z.boolean(),
  card: cardNumber.nullable(),
  /** Left out, but where somebody guessed at their PIN so often that they must have a new one. */
  pinMustChange: z.literal(true).exactOptional(),
});
export const peopleBody = z.strictObject({ people: z.array(personBody), next: nextPage });

/** Read off a card or typed from it, hence in any case. */
export const cardText = z
  .string()
  .max(40)
  .transform((text) => text.trim().toUpperCase())
  .pipe(cardNumber);
/** Null takes the card away. */
export const cardRequest = z.strictObject({ card: cardText.nullable() });
export const cardBody = z.strictObject({ person: personId, card: cardNumber.nullable() });

export const kioskBody = z.strictObject({
  kiosk: kioskId,
  name: z.string(),
  requiresPin: z.boolean(),
  /** The plan turned Requires PIN off here; one click restores it after an upgrade. */
  requiresPinLapsed: z.boolean(),
  timeZone: z.string(),
  language,
  breakEnabled: z.boolean(),
  /** How many. */
  assignees: z.int(),
});
export const kiosksBody = z.strictObject({ kiosks: z.array(kioskBody), next: nextPage });

export const presenceBody = z.strictObject({
  person: personId,
  name: z.string(),
  number: employeeNumber,
  state: presenceState,
  sinceMs: instant.nullable(),
  /** Where they came in, or went on their break; null while they are out. */
  kiosk: kioskId.nullable(),
  kioskName: z.string().nullable(),
  /** Worked today up to `nowMs`, milliseconds. */
  workedMs: z.number().min(0),
});
export const presencesBody = z.strictObject({
  nowMs: instant,
  day: z.string(),
  presences: z.array(presenceBody),
});

export const punchesQuery = z.strictObject({
  person: personId.optional(),
  /** YYYY-MM-DD in the workspace's time zone. */
  day: z
    .string()
    .regex(/^\d{4}-\d{2}-\d{2}$/, "a day is written YYYY-MM-DD")
    .optional(),
  ...pageFields,
});

export const punchBody = z.strictObject({
  person: personId,
  kiosk: kioskId,
  terminal: terminalId,
  store: storeId,
  seq: eventSeq,
  action: punchAction,
  auth: authMethod,
  /** When it was, as far as is known now. */
  atMs: instant,
  /** `clock`: by the terminal's clock. `corrected`: computed once that was set. `bounded`: it never was; a person has to look at it. */
  basis: z.enum(["clock", "corrected", "bounded"]),
  /** The earliest and the latest it may have been; null: nothing is known that it was before. */
  fromMs: instant,
  toMs: instant.nullable(),
  /** By the raw clock of the terminal. */
  wallMs: instant,
  /** Minutes east of UTC at the kiosk, then. */
  offsetMinutes: z.int(),
  undone: z.boolean(),
  /** Not so when it was undone, voided or left out, or waits for a person. */
  counts: z.boolean(),
  /** Made at a terminal that did not know yet of a change to PIN, role or assignment. */
  outdated: z.boolean(),
});
export const punchesBody = z.strictObject({ punches: z.array(punchBody), next: nextPage });

export const terminalBody = z.strictObject({
  terminal: terminalId,
  kiosk: kioskId,
  kioskName: z.string(),
  software: z.string(),
  connected: z.boolean(),
  lastSeenMs: instant.nullable(),
  /** Events recorded there and not yet here, as it last said. */
  unsent: z.int(),
  /** Events of its earlier stores, recovered there and not yet here, as it last said. */
  pendingEvents: z.int(),
  /** Events that are missing here: those before and after them have come. */
  missingEvents: z.int(),
  /** Null until it says what its clock is worth: `set` by the network, `holding` since or by an RTC, or never `unset` in this boot. */
  clock: clockQuality.nullable(),
  /** Terminal clock less hub clock. */
  clockErrorMs: z.number().nullable(),
  /** Give or take; null: not measured, the way of the message from there to here is in `clockErrorMs`. */
  clockErrorSpanMs: z.number().nullable(),
  /** `low`: told early, its reserve is there. `full`: only the reserve is left. */
  disk: diskState.nullable(),
  /** Damaged ledgers that lie beside its own, whole. */
  setAside: z.int(),
  /** The ledger it last greeted with. */
  store: storeId.nullable(),
  revoked: z.boolean(),
  standing,
  /** When it was first told that its place is taken away; null: not yet, or it is not. */
  toldMs: instant.nullable(),
  /** Forks of its ledgers that an admin must settle: see /forks. */
  openForks: z.int(),
});
export const terminalsBody = z.strictObject({ terminals: z.array(terminalBody) });

export const requestBody = z.strictObject({
  person: personId,
  name: z.string(),
  kiosk: kioskId,
  kioskName: z.string(),
  atMs: instant,
});
export const requestsBody = z.strictObject({ requests: z.array(requestBody) });

export const claimTokenRequest = z.strictObject({ kiosk: kioskId });
export const claimTokenBody = z.strictObject({
  /** Shown once. */
  token: z.string(),
  expiresMs: instant,
});

export const auditBody = z.strictObject({
  id: z.string(),
  atMs: instant,
  /** Null: the hub itself. */
  actor: personId.nullable(),
  actorName: z.string().nullable(),
  action: z.string(),
  /** Id of what it was done to. */
  subject: z.string().nullable(),
  subjectName: z.string().nullable(),
});
export const auditsBody = z.strictObject({ audit: z.array(auditBody), next: nextPage });

/** An error, RFC 9457 (application/problem+json); `code` is ours and stable. */
export const problemBody = z.strictObject({
  type: z.literal("about:blank"),
  title: z.string(),
  status: z.int(),
  code: z.string(),
  detail: z.string(),
  /** Of an import: everything that is wrong with the file, by line and column. */
  problems: z
    .array(
      z.strictObject({
        line: z.int(),
        column: z.string().nullable(),
        code: z.string(),
        message: z.string(),
      }),
    )
    .optional(),
  /** Problems beyond those. */
  untold: z.int().optional(),
});
export type Problem = z.infer<typeof problemBody>;

/** `data` of one server-sent event "changed" of /api/v1/live. */
export const changedData = z.strictObject({ topics: z.array(z.string()) });
