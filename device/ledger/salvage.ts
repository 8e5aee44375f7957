import { decodeEvent, eventHash } from "../../protocol/chain.ts";
import type { EventEnvelope } from "../../protocol/events.ts";
import { ID_LENGTH } from "../../protocol/ids.ts";
import { MAX_EVENT_BYTES } from "../../protocol/limits.ts";
import type { Volume } from "./volume.ts";

/**
 * Finds events in the bytes of a file, whatever state SQLite's structures in it are in. A row of an event holds its hash and,
 * right behind, its text (sqlite.org/fileformat.html, "Record Format"): a text that hashes to what stands before it is an
 * event, wherever it is found. One that is split over pages is not found; no event of today is long enough for that.
 */

export interface FoundEvent {
  readonly envelope: EventEnvelope;
  readonly hash: string;
  readonly text: string;
}

/** What every event's text begins with: `v` and `terminal` are the first fields of the envelope. */
const BEGINNING = Buffer.from('{"v":1,"terminal":"');
const HASH_CHARACTERS = 64;
/** Terminal and store, of fixed lengths, come before the number. */
const SEQ_AT = BEGINNING.length + ID_LENGTH + '","store":"'.length + ID_LENGTH + '","seq":'.length;
const SEQ_DIGITS = String(Number.MAX_SAFE_INTEGER).length;
const READ_BYTES = 1024 * 1024;
/** Read again with the next piece, so that no event is cut in two. */
const OVERLAP_BYTES = MAX_EVENT_BYTES + HASH_CHARACTERS;

const QUOTE = '"'.charCodeAt(0);
const BACKSLASH = "\\".charCodeAt(0);
const OPENING = "{".charCodeAt(0);
const CLOSING = "}".charCodeAt(0);

/** Every event in a file of the volume, in the order of its bytes; the same one may be found several times. */
export function* eventsInFile(volume: Volume, name: string): Iterable<FoundEvent> {
  const bytes = volume.size(name) ?? 0;
  for (let offset = 0; offset < bytes; offset += READ_BYTES) {
    const piece = Buffer.from(volume.read(name, offset, READ_BYTES + OVERLAP_BYTES));
    yield* eventsIn(piece);
  }
}

/** Every event in some bytes, of a number above `afterSeq`. */
export function* eventsIn(bytes: Buffer, afterSeq = 0): Iterable<FoundEvent> {
  for (let at = bytes.indexOf(BEGINNING); at >= 0; at = bytes.indexOf(BEGINNING, at + 1)) {
    if (at < HASH_CHARACTERS || seqAt(bytes, at) <= afterSeq) continue;
    const found = eventAt(bytes, at);
    if (found !== null) yield found;
  }
}

/** The number of an event as its text says it, before it is known whether it is one: reading that alone is quick. */
function seqAt(bytes: Buffer, at: number): number {
  const seq = Number.parseInt(bytes.toString("latin1", at + SEQ_AT, at + SEQ_AT + SEQ_DIGITS), 10);
  return Number.isNaN(seq) ? Infinity : seq;
}

function eventAt(bytes: Buffer, at: number): FoundEvent | null {
  const end = objectEnd(bytes, at);
  if (end === null) return null;
  const text = bytes.toString("utf8", at, end);
  const hash = bytes.toString("latin1", at - HASH_CHARACTERS, at);
  if (eventHash(text) !== hash) return null;
  try {
    return { envelope: decodeEvent(text), hash, text };
  } catch {
    // Whole, and of a version that this software does not know: nothing it could send.
    return null;
  }
}

/** Where the JSON object ends that begins here; null when it does not end within an event's length. */
function objectEnd(bytes: Buffer, start: number): number | null {
  const limit = Math.min(bytes.length, start + MAX_EVENT_BYTES);
  let depth = 0;
  let isInString = false;
  for (let at = start; at < limit; at += 1) {
    const byte = bytes[at];
    if (isInString) {
      if (byte === BACKSLASH) at += 1;
      else if (byte === QUOTE) isInString = false;
    } else if (byte === QUOTE) isInString = true;
    else if (byte === OPENING) depth += 1;
    else if (byte === CLOSING) {
      depth -= 1;
      if (depth === 0) return at + 1;
    }
  }
  return null;
}
