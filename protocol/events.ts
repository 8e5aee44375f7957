import * as z from "zod";
import { bootId, eventSeq, personId, storeId, terminalId } from "./ids.ts";

/**
 * Events: everything a terminal must tell the hub and never lose. The envelope and all kinds of product.md, those
 * marked [later] included, are named here from the start, so that nothing has to be migrated for them. A reader keeps
 * events of kinds it does not know: a newer terminal may have written them.
 */

/** What a punch does to a person's state. */
export const punchAction = z.enum(["in", "out", "break-start", "break-end", "switch-project"]);
export type PunchAction = z.infer<typeof punchAction>;

export const presenceState = z.enum(["out", "in", "break"]);
export type PresenceState = z.infer<typeof presenceState>;

/** How a person showed who they are: own PIN, the kiosk's Universal PIN, or none (Requires PIN off). */
export const authMethod = z.enum(["personal", "universal", "none"]);
export type AuthMethod = z.infer<typeof authMethod>;

/** Why the clock may or may not be believed: synced, running on since a sync or an RTC, or never set in this boot. */
export const clockQuality = z.enum(["set", "holding", "unset"]);
export type ClockQuality = z.infer<typeof clockQuality>;

const errorCode = z
  .string()
  .regex(/^[a-z0-9]+(?:[.-][a-z0-9]+)*$/)
  .max(64);
const partName = z.enum(["display", "keypad", "sounder", "leds", "reader", "store", "hub", "clock", "power"]);

/** Payload of each kind, by its name. The punch's own instant is the envelope's. */
export const eventPayloads = {
  punch: z.strictObject({
    action: punchAction,
    auth: authMethod,
    /** The state this punch started from, as the terminal knew it: the hub sees at once when it knew less than all. */
    was: presenceState,
    /** True when the person confirmed a second punch within the double-punch guard. */
    again: z.boolean(),
    /** [later] the project switched to. */
    project: z.string().max(64).optional(),
  }),
  "punch.undone": z.strictObject({ target: eventSeq, auth: authMethod }),
  /** [later] "Still in?": which of the two the person said, and the flag that an out is missing. */
  "punch.still-in": z.strictObject({ answer: z.enum(["arriving", "leaving"]) }),
  /** [later] a note of the time left during a wait, unjudged until confirmed. */
  "punch.noted": z.strictObject({ action: punchAction.optional() }),
  "pin.refused": z.strictObject({
    /** Refusals in a row without a success by personal PIN, this one included. */
    count: z.int().min(1),
    /** Wait that this refusal began; 0 when none. */
    waitMs: z.int().min(0),
  }),
  /** A personal PIN accepted after refusals without a punch of its own: resets the count. */
  "pin.accepted": z.strictObject({ auth: authMethod }),
  "pin.forgotten": z.strictObject({}),
  /** The budget against one PIN tried on many people is spent, or has recovered to half. About nobody. */
  "pin.spray": z.strictObject({ state: z.enum(["slowed", "recovered"]) }),
  /** [later] an admin lifted a wait; the terminal confirms having done so. */
  "wait.lifted": z.strictObject({}),
  "service.entered": z.strictObject({}),
  "service.refused": z.strictObject({ count: z.int().min(1), waitMs: z.int().min(0) }),
  "service.test-punch": z.strictObject({}),
  "health.started": z.strictObject({ software: z.string().max(64), cause: z.string().max(64) }),
  "health.fault": z.strictObject({
    part: partName,
    code: errorCode,
    /** Faults of this part before it that were not recorded: a terminal records a few an hour. */
    more: z.int().min(1).optional(),
  }),
  "health.recovered": z.strictObject({ part: partName }),
  /** The true time of this boot became known: true wall time = monotonic + offsetMs for all of its events, give or take errorMs. */
  "clock.synced": z.strictObject({
    offsetMs: z.number(),
    errorMs: z.number().min(0),
    source: z.enum(["ntp", "hub", "rtc"]),
  }),
  /** A clock that NTP has set is more than 2 minutes from the hub's: `errorMs` is the terminal's less the hub's. */
  "clock.disputed": z.strictObject({ errorMs: z.number() }),
  /** This store goes on where another one ended: with the events that could be read of it. */
  "store.recovered": z.strictObject({
    from: storeId,
    events: z.int().min(0),
    /** `store.corrupt`, `store.hub-ahead`, `store.forked`, ... */
    reason: errorCode.optional(),
  }),
} as const;

export type EventKind = keyof typeof eventPayloads;
export type EventPayload<Kind extends EventKind> = z.infer<(typeof eventPayloads)[Kind]>;

/** An event as the core asks for it: what happened to whom. The ledger adds the rest of the envelope. */
export type EventDraft = {
  readonly [Kind in EventKind]: {
    readonly kind: Kind;
    readonly person: z.infer<typeof personId> | null;
    readonly payload: EventPayload<Kind>;
  };
}[EventKind];

export const HASH_PATTERN = /^[0-9a-f]{64}$/;
/** `previous` of a store's first event. */
export const GENESIS_HASH = "0".repeat(64);

/** The envelope. Its JSON text, written once by `encodeEvent`, is what is hashed, stored and sent, verbatim. */
export const eventEnvelope = z.strictObject({
  v: z.literal(1),
  terminal: terminalId,
  store: storeId,
  seq: eventSeq,
  /** A known {@link EventKind}, or one of a newer version. */
  kind: z
    .string()
    .regex(/^[a-z]+(?:[.-][a-z]+)*$/)
    .max(40),
  person: personId.nullable(),
  /** Revision of the roster that the terminal decided by (product.md, PIN case 9). */
  rosterRevision: z.int().min(0),
  boot: bootId,
  /** Milliseconds since that boot. */
  monotonicMs: z.number().min(0),
  /** Raw wall clock; may be wrong, corrections are events of their own. */
  wallMs: z.int(),
  /** Offset of the kiosk's time zone from UTC at that instant, minutes east. */
  offsetMinutes: z.int().min(-1440).max(1440),
  clock: clockQuality,
  /** 80 random bits: a receipt says nothing about the event to who does not have it. */
  nonce: z.string().regex(/^[0-9a-hjkmnp-tv-z]{16}$/),
  payload: z.record(z.string(), z.unknown()),
  previous: z.string().regex(HASH_PATTERN),
});
export type EventEnvelope = z.infer<typeof eventEnvelope>;

/** The payload of an envelope if its kind is known and its payload fits, else null: kept, but not acted on. */
export function knownEvent(envelope: EventEnvelope): EventDraft | null {
  if (!Object.hasOwn(eventPayloads, envelope.kind)) return null;
  const kind = envelope.kind as EventKind;
  const payload = eventPayloads[kind].safeParse(envelope.payload);
  if (!payload.success) return null;
  return { kind, person: envelope.person, payload: payload.data } as EventDraft;
}
