import { createHash } from "node:crypto";
import { CodedError } from "./errors.ts";
import { eventEnvelope, GENESIS_HASH, type EventEnvelope } from "./events.ts";
import { crockford, type StoreId, type TerminalId } from "./ids.ts";
import { MAX_EVENT_BYTES } from "./limits.ts";

/**
 * The hash chain over a store's events: each envelope names the hash of the one before, so that nothing can be taken
 * out, changed or put in between without all later hashes changing. The terminal signs chain heads.
 */

/** Writes an envelope to the text that is stored and sent. Field order is the schema's; nothing re-encodes it later. */
export function encodeEvent(envelope: EventEnvelope): string {
  const text = JSON.stringify(eventEnvelope.parse(envelope));
  if (Buffer.byteLength(text) > MAX_EVENT_BYTES) {
    throw new CodedError(
      "event.too-large",
      `a ${envelope.kind} event may have ${MAX_EVENT_BYTES} bytes at most`,
    );
  }
  return text;
}

/** SHA-256 of an event's text, 64 lower-case hex digits. */
export function eventHash(text: string): string {
  return createHash("sha256").update(text, "utf8").digest("hex");
}

/** Parses an event's text. Throws CodedError `event.malformed` naming the first field that is wrong. */
export function decodeEvent(text: string): EventEnvelope {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new CodedError("event.malformed", "an event is not JSON", { cause });
  }
  const parsed = eventEnvelope.safeParse(value);
  if (parsed.success) return parsed.data;
  const field = parsed.error.issues[0]?.path.join(".") ?? "";
  throw new CodedError("event.malformed", `an event's field "${field}" is missing or wrong`);
}

/** Where a chain stands: the last event's number and hash; 0 and the genesis hash for an empty store. */
export interface ChainHead {
  readonly seq: number;
  readonly hash: string;
}
export const EMPTY_CHAIN: ChainHead = { seq: 0, hash: GENESIS_HASH };

/**
 * Checks that `envelope` (whose text hashes to `hash`) comes right after `head` and returns the new head.
 * Throws CodedError `chain.gap` when a number is left out, `chain.broken` when it names another predecessor.
 */
export function extendChain(head: ChainHead, envelope: EventEnvelope, hash: string): ChainHead {
  if (envelope.seq !== head.seq + 1) {
    throw new CodedError("chain.gap", `event ${head.seq + 1} is due, ${envelope.seq} came`);
  }
  if (envelope.previous !== head.hash) {
    throw new CodedError(
      "chain.broken",
      `event ${envelope.seq} does not follow the event ${head.seq} that is here`,
    );
  }
  return { seq: envelope.seq, hash };
}

/** The bytes a terminal signs for a batch: everything up to and including this head is its own. */
export function chainHeadBytes(terminal: TerminalId, store: StoreId, head: ChainHead): Uint8Array {
  return Buffer.from(`punchbox chain head v1\n${terminal}\n${store}\n${head.seq}\n${head.hash}\n`, "utf8");
}

/** 8 characters of base 32 are 40 bits (design section 7). */
export const RECEIPT_LENGTH = 8;

/** The short code on the screen for an event: it shows nothing of the event, and the hub can find the event by it. */
export function receiptCode(hash: string): string {
  const digest = createHash("sha256").update(`punchbox receipt v1\n${hash}`).digest();
  return crockford(digest, RECEIPT_LENGTH);
}
