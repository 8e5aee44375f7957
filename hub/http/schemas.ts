import * as z from "zod";
import { authMethod, presenceState, punchAction } from "../../protocol/events.ts";
import { eventSeq, kioskId, personId, storeId, terminalId } from "../../protocol/ids.ts";
import { employeeNumber, language, pinLength, role } from "../../protocol/roster.ts";

/**
 * The HTTP API's bodies, /api/v1. The server checks requests and its own answers against these, and the page parses
 * with the same. Instants are milliseconds since 1970, UTC.
 */

const instant = z.int();

export const workspaceBody = z.strictObject({
  name: z.string(),
  plan: z.string(),
  pinLength,
  numberLength: z.int(),
  /** IANA name; days of the API are days there. */
  timeZone: z.string(),
  language,
  /** Today in that time zone, YYYY-MM-DD. */
  today: z.string(),
  nowMs: instant,
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
});
export const peopleBody = z.strictObject({ people: z.array(personBody) });

export const kioskBody = z.strictObject({
  kiosk: kioskId,
  name: z.string(),
  requiresPin: z.boolean(),
  /** The plan turned Requires PIN off here; one click restores it after an upgrade. */
  requiresPinLapsed: z.boolean(),
  timeZone: z.string(),
  language,
  breakEnabled: z.boolean(),
  assignees: z.array(personId),
});
export const kiosksBody = z.strictObject({ kiosks: z.array(kioskBody) });

export const presenceBody = z.strictObject({
  person: personId,
  name: z.string(),
  number: employeeNumber,
  state: presenceState,
  sinceMs: instant.nullable(),
  /** Worked today up to `nowMs`, milliseconds. */
  workedMs: z.number().min(0),
});
export const presencesBody = z.strictObject({
  nowMs: instant,
  day: z.string(),
  presences: z.array(presenceBody),
});

export const MAX_PUNCHES_PER_PAGE = 500;
export const DEFAULT_PUNCHES_PER_PAGE = 100;

export const punchesQuery = z.strictObject({
  person: personId.optional(),
  /** YYYY-MM-DD in the workspace's time zone. */
  day: z
    .string()
    .regex(/^\d{4}-\d{2}-\d{2}$/, "a day is written YYYY-MM-DD")
    .optional(),
  limit: z.coerce.number().int().min(1).max(MAX_PUNCHES_PER_PAGE).default(DEFAULT_PUNCHES_PER_PAGE),
  /** `next` of the page before. */
  after: z.string().max(200).optional(),
});

export const punchBody = z.strictObject({
  person: personId,
  kiosk: kioskId,
  terminal: terminalId,
  store: storeId,
  seq: eventSeq,
  action: punchAction,
  auth: authMethod,
  atMs: instant,
  /** Minutes east of UTC at the terminal. */
  offsetMinutes: z.int(),
  undone: z.boolean(),
  /** Made at a terminal that did not know yet of a change to PIN, role or assignment. */
  outdated: z.boolean(),
});
export const punchesBody = z.strictObject({ punches: z.array(punchBody), next: z.string().nullable() });

export const terminalBody = z.strictObject({
  terminal: terminalId,
  kiosk: kioskId,
  kioskName: z.string(),
  software: z.string(),
  connected: z.boolean(),
  lastSeenMs: instant.nullable(),
  /** Events recorded there and not yet here, as it last said. */
  unsent: z.int(),
  /** Terminal clock less hub clock. */
  clockErrorMs: z.number().nullable(),
  revoked: z.boolean(),
  /** Its ledger does not continue what the hub has; an admin must settle it. */
  forked: z.boolean(),
});
export const terminalsBody = z.strictObject({ terminals: z.array(terminalBody) });

export const requestBody = z.strictObject({
  person: personId,
  name: z.string(),
  kiosk: kioskId,
  atMs: instant,
});
export const requestsBody = z.strictObject({ requests: z.array(requestBody) });

export const claimTokenRequest = z.strictObject({ kiosk: kioskId });
export const claimTokenBody = z.strictObject({
  /** Shown once. */
  token: z.string(),
  expiresMs: instant,
});

/** An error, RFC 9457 (application/problem+json); `code` is ours and stable. */
export const problemBody = z.strictObject({
  type: z.literal("about:blank"),
  title: z.string(),
  status: z.int(),
  code: z.string(),
  detail: z.string(),
});
export type Problem = z.infer<typeof problemBody>;

/** `data` of one server-sent event "changed" of /api/v1/live. */
export const changedData = z.strictObject({ topics: z.array(z.string()) });
