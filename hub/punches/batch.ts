import { chainHeadBytes, decodeEvent, EMPTY_CHAIN, eventHash, extendChain } from "../../protocol/chain.ts";
import { codeOf } from "../../protocol/errors.ts";
import type { EventEnvelope } from "../../protocol/events.ts";
import { verifyBytes } from "../../protocol/identity.ts";
import type { StoreId, TerminalId } from "../../protocol/ids.ts";
import { MAX_EVENT_BYTES } from "../../protocol/limits.ts";
import type { RefusalCode } from "../../protocol/messages.ts";

/** Checks of a batch that need no database: what it is, whose it is, and that it hangs together. */

export interface EventSource {
  readonly terminal: TerminalId;
  readonly store: StoreId;
  /** 32 raw bytes, base64. */
  readonly publicKey: string;
}

export interface EventBatch {
  /** Event texts, verbatim; at least one. */
  readonly events: readonly string[];
  /** Ed25519 over the chain head after the last event, base64. */
  readonly signature: string;
  /** The terminal cannot read what comes before them any more. */
  readonly afterGap?: true | undefined;
}

export interface ReceivedEvent {
  readonly envelope: EventEnvelope;
  readonly hash: string;
  readonly text: string;
}

export interface Refusal {
  readonly code: RefusalCode;
  /** For a person; repeats nothing that came in. */
  readonly detail: string;
}

export type CheckedBatch =
  | { readonly ok: true; readonly events: readonly ReceivedEvent[] }
  | { readonly ok: false; readonly refusal: Refusal };

/** Never throws. Whether the batch continues what the hub has is for ingest.ts to say. */
export function checkBatch(batch: EventBatch, source: EventSource): CheckedBatch {
  const events: ReceivedEvent[] = [];
  let head = EMPTY_CHAIN;
  for (const text of batch.events) {
    const event = receive(text);
    if (event === null) return refused("protocol.malformed", "an event is not what its version says");
    const { envelope, hash } = event;
    if (envelope.terminal !== source.terminal || envelope.store !== source.store) {
      return refused("events.chain", "an event names another terminal or store");
    }
    if (events.length === 0) head = { seq: envelope.seq - 1, hash: envelope.previous };
    try {
      head = extendChain(head, envelope, hash);
    } catch (error) {
      return refused("events.chain", `the batch does not hang together: ${codeOf(error)}`);
    }
    events.push(event);
  }
  const signed = chainHeadBytes(source.terminal, source.store, head);
  if (!isSignedBy(source.publicKey, signed, batch.signature)) {
    return refused("events.signature", "the batch is not signed by this terminal");
  }
  return { ok: true, events };
}

function receive(text: string): ReceivedEvent | null {
  if (Buffer.byteLength(text) > MAX_EVENT_BYTES) return null;
  try {
    return { envelope: decodeEvent(text), hash: eventHash(text), text };
  } catch {
    return null;
  }
}

/** False also for what is no key or no signature at all. */
export function isSignedBy(publicKey: string, bytes: Uint8Array, signature: string): boolean {
  try {
    return verifyBytes(publicKey, bytes, signature);
  } catch {
    return false;
  }
}

function refused(code: RefusalCode, detail: string): CheckedBatch {
  return { ok: false, refusal: { code, detail } };
}
