import * as z from "zod";
import { clockQuality, HASH_PATTERN } from "./events.ts";
import { claimToken, eventSeq, personId, storeId, terminalId } from "./ids.ts";
import {
  MAX_EVENT_BYTES,
  MAX_EVENTS_PER_BATCH,
  MAX_MESSAGE_BYTES,
  MAX_PEOPLE_PER_KIOSK,
  MAX_PEOPLE_PER_PAGE,
} from "./limits.ts";
import { kioskSettings, rosterPerson } from "./roster.ts";
import { command, diskState, renewReason } from "./terminal-facts.ts";

/**
 * Protocol version 1, one JSON text message per WebSocket message.
 *
 *     terminal                         hub
 *     [claim {token, publicKey}   ->                 only the first time
 *                                 <-  claimed]       its id and terminal key
 *     hello {versions, store ..}  ->
 *                                 <-  challenge {nonce}
 *     proof {signature}           ->
 *                                 <-  welcome {version, ackedSeq, ...}
 *     events ...                  ->                 batches, several in flight; of earlier stores, too
 *                                 <-  ack {seq}      after the hub's commit, cumulative
 *                                 <-  roster*        nothing, a delta, or a snapshot in pages
 *     status                      ->                 every HEARTBEAT_MS
 *                                 <-  pulse {hubTimeMs}
 *                                 <-  command {id, act}
 *     done {id, outcome}          ->
 *                                 <-  renew          this store cannot go on: begin another one
 *
 * Either side may send `refused` and close. The terminal offers its versions, the hub takes the highest that both speak. Within a
 * version a reader passes over fields that it does not know; a message type that it does not know is refused.
 */
export const PROTOCOL_VERSION = 1;
/** What this software speaks, the newest first. */
export const PROTOCOL_VERSIONS: readonly number[] = [PROTOCOL_VERSION];

/** The newest version among those offered that this software speaks, too; null: none. */
export function agreedVersion(
  offered: readonly number[],
  spoken: readonly number[] = PROTOCOL_VERSIONS,
): number | null {
  const common = spoken.filter((version) => offered.includes(version));
  return common.length === 0 ? null : Math.max(...common);
}

const base64 = (length: number): z.ZodString =>
  z
    .string()
    .regex(/^[A-Za-z0-9+/]+={0,2}$/)
    .length(Math.ceil(length / 3) * 4);
const revision = z.int().min(0);
const software = z.string().min(1).max(64);
const versions = z.array(z.int().min(1).max(1000)).min(1).max(16);
const hash = z.string().regex(HASH_PATTERN);

export type { Command, DiskState, RenewReason } from "./terminal-facts.ts";

const status = {
  /** Events of the store recorded and not yet acknowledged. */
  unsent: z.int().min(0),
  /** Events of earlier stores, recovered and not yet acknowledged. */
  pendingEvents: z.int().min(0),
  /** The terminal's raw wall clock as the message was written. */
  wallMs: z.int(),
  clock: clockQuality,
  disk: diskState,
  /** Damaged ledgers that lie beside, whole. */
  setAside: z.int().min(0),
  /** Of the latest pulse of this link: its `hubTimeMs`, and how long ago it came; the hub takes the way there and back from it. */
  echo: z.object({ hubTimeMs: z.int(), heldMs: z.number().min(0) }).nullable(),
};

const commandId = z.string().regex(/^[0-9a-hjkmnp-tv-z]{16}$/);

export const terminalMessage = z.discriminatedUnion("type", [
  z.object({ type: z.literal("claim"), versions, token: claimToken, publicKey: base64(32), software }),
  z.object({
    type: z.literal("hello"),
    versions,
    terminal: terminalId,
    software,
    store: storeId,
    /** The newest event in the ledger; 0 when empty. */
    lastSeq: z.int().min(0),
    lastHash: hash,
    /** Events up to this one were pruned and cannot be sent again; 0 when all are there. */
    prunedSeq: z.int().min(0),
    /** 0 when the terminal has no roster. */
    rosterRevision: revision,
  }),
  z.object({ type: z.literal("proof"), signature: base64(64) }),
  z.object({
    type: z.literal("events"),
    /** An earlier store of this terminal, as recovered; absent: the one it said hello with. */
    store: storeId.optional(),
    /** Events before the first one cannot be read any more: it need not follow what the hub has. */
    afterGap: z.literal(true).optional(),
    /** Event texts in order, verbatim as stored; see chain.ts. */
    events: z.array(z.string().max(MAX_EVENT_BYTES)).min(1).max(MAX_EVENTS_PER_BATCH),
    /** Ed25519 over `chainHeadBytes` of the last event. */
    signature: base64(64),
  }),
  z.object({ type: z.literal("status"), ...status }),
  /** `outcome`: "done", or the code of why not. */
  z.object({ type: z.literal("done"), id: commandId, outcome: z.string().max(64) }),
]);
export type TerminalMessage = z.infer<typeof terminalMessage>;

export const REFUSAL_CODES = [
  "protocol.malformed",
  "protocol.unexpected",
  "protocol.version",
  "protocol.timeout",
  "terminal.unknown",
  "terminal.revoked",
  "terminal.proof",
  "claim.refused",
  "events.signature",
  "events.chain",
  "events.fork",
  "hub.unavailable",
] as const;
export const refusalCode = z.enum(REFUSAL_CODES);
export type RefusalCode = z.infer<typeof refusalCode>;

export const hubMessage = z.discriminatedUnion("type", [
  z.object({ type: z.literal("claimed"), terminal: terminalId, terminalKey: base64(32) }),
  z.object({ type: z.literal("challenge"), nonce: base64(32) }),
  z.object({
    type: z.literal("welcome"),
    version: z.int().min(1),
    /** The newest event of this store that the hub has committed; sending goes on after it. */
    ackedSeq: z.int().min(0),
    hubTimeMs: z.int(),
  }),
  /** `store`: as in the events acknowledged. */
  z.object({ type: z.literal("ack"), store: storeId.optional(), seq: eventSeq }),
  z.object({ type: z.literal("pulse"), hubTimeMs: z.int() }),
  z.object({
    type: z.literal("rosterBegin"),
    revision,
    people: z.int().min(0).max(MAX_PEOPLE_PER_KIOSK),
    kiosk: kioskSettings,
    /** Presences in this snapshot include the terminal's own events up to this one. */
    includesSeq: z.int().min(0),
  }),
  z.object({
    type: z.literal("rosterPage"),
    revision,
    people: z.array(rosterPerson).min(1).max(MAX_PEOPLE_PER_PAGE),
  }),
  z.object({ type: z.literal("rosterEnd"), revision }),
  z.object({
    type: z.literal("rosterDelta"),
    /** Applies only on exactly this revision; anything else asks for a snapshot by reconnecting with revision 0. */
    from: revision,
    to: revision,
    kiosk: kioskSettings.optional(),
    upserts: z.array(rosterPerson).max(MAX_PEOPLE_PER_PAGE),
    removed: z.array(personId).max(MAX_PEOPLE_PER_PAGE),
    includesSeq: z.int().min(0),
  }),
  z.object({ type: z.literal("command"), id: commandId, command }),
  /** The terminal begins a new store, says hello with it, and hands in the old one's events as those of an earlier store. */
  z.object({ type: z.literal("renew"), reason: renewReason }),
  /** This terminal was unpaired or reported stolen: it forgets its key and its roster. `proof` as revocation.ts makes it. */
  z.object({ type: z.literal("revoked"), proof: base64(32) }),
  z.object({
    type: z.literal("refused"),
    code: refusalCode,
    message: z.string().max(300),
    /** Earliest next try; the terminal adds jitter. */
    retryAfterMs: z.int().min(0).max(86_400_000),
  }),
]);
export type HubMessage = z.infer<typeof hubMessage>;

/** WebSocket close code for each way a session ends on purpose (RFC 6455: 4000-4999 are ours). */
export const CLOSE_REFUSED = 4000;
export const CLOSE_REPLACED = 4001;
export const CLOSE_SILENT = 4002;
export const CLOSE_GOING = 1001;

export type Decoded<Message> =
  | { readonly ok: true; readonly message: Message }
  | { readonly ok: false; readonly code: "protocol.malformed"; readonly detail: string };

/** Parses one message. Never throws; `detail` names the field and never repeats a value. */
function decode<Message>(schema: z.ZodType<Message>, text: string): Decoded<Message> {
  if (Buffer.byteLength(text) > MAX_MESSAGE_BYTES) {
    return {
      ok: false,
      code: "protocol.malformed",
      detail: `a message may have ${MAX_MESSAGE_BYTES} bytes at most`,
    };
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { ok: false, code: "protocol.malformed", detail: "a message must be JSON" };
  }
  const parsed = schema.safeParse(value);
  if (parsed.success) return { ok: true, message: parsed.data };
  const field = parsed.error.issues[0]?.path.join(".") ?? "";
  return { ok: false, code: "protocol.malformed", detail: `field "${field}" is missing or wrong` };
}

export const decodeTerminalMessage = (text: string): Decoded<TerminalMessage> =>
  decode(terminalMessage, text);
export const decodeHubMessage = (text: string): Decoded<HubMessage> => decode(hubMessage, text);

export function encodeMessage(message: TerminalMessage | HubMessage): string {
  return JSON.stringify(message);
}
