import * as z from "zod";
import { HASH_PATTERN } from "./events.ts";
import { storeId, terminalId } from "./ids.ts";
import { MAX_EVENT_BYTES } from "./limits.ts";

/**
 * An export of ledgers, of one terminal or many: text, one JSON object a line (docs/ledger.md). The header comes first and the end
 * last; a store's line comes before its events, and those in the order of their numbers.
 */
export const EXPORT_VERSION = 1;
/** A line holds one event, whose text is quoted once more. */
export const MAX_LINE_CHARACTERS = 3 * MAX_EVENT_BYTES;

const hash = z.string().regex(HASH_PATTERN);
const seq = z.int().min(0);
const base64 = z.string().regex(/^[A-Za-z0-9+/]+={0,2}$/);

export const exportLine = z.discriminatedUnion("type", [
  z.strictObject({
    type: z.literal("punchbox-ledger"),
    version: z.literal(EXPORT_VERSION),
    /** Whose events these are, with the key that each signs with as whoever exported them knows it. */
    terminals: z.array(z.strictObject({ terminal: terminalId, publicKey: base64 })),
  }),
  z.strictObject({
    type: z.literal("store"),
    terminal: terminalId,
    store: storeId,
    /** The event that the first one here follows; 0 and the genesis hash unless older ones were pruned. */
    after: z.strictObject({ seq, hash }),
  }),
  /** `text` verbatim, as it was hashed. */
  z.strictObject({ type: z.literal("event"), text: z.string().max(MAX_EVENT_BYTES) }),
  /** Ed25519 over `chainHeadBytes`, base64. */
  z.strictObject({
    type: z.literal("head"),
    terminal: terminalId,
    store: storeId,
    seq,
    hash,
    signature: base64,
  }),
  /** What came before: an export that was cut off has no such line, or another count. */
  z.strictObject({ type: z.literal("end"), events: z.int().min(0), heads: z.int().min(0) }),
]);
export type ExportLine = z.infer<typeof exportLine>;
