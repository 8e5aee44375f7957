import type { PunchAction } from "../../protocol/events.ts";
import type { EventSeq, KioskId, PersonId, StoreId, TerminalId } from "../../protocol/ids.ts";
import { isAdmin } from "../../protocol/roster.ts";
import { CodedError } from "../../protocol/errors.ts";
import type { Actor } from "../access.ts";
import type { Queries } from "../store/schema.ts";

/** Receipts: the short code on a terminal's screen tells the exact event (protocol/chain.ts: `receiptCode`). */

export interface ReceiptedEvent {
  readonly kind: string;
  readonly person: PersonId;
  readonly name: string;
  readonly kiosk: KioskId;
  readonly kioskName: string;
  readonly terminal: TerminalId;
  readonly store: StoreId;
  readonly seq: EventSeq;
  readonly atMs: number;
  readonly offsetMinutes: number;
  readonly hash: string;
  readonly undone: boolean;
  readonly counts: boolean;
  readonly words: string;
}

/** Two events with one code are a chance of one in 10^12 for each pair: more than these are not looked for. */
const MAX_EVENTS = 10;

/**
 * The events with a receipt: an admin is told of anybody's, others of their own. Rejects with CodedError `receipt.unknown`,
 * alike for a code that is nobody's and for one that is somebody else's.
 */
export async function findReceipt(queries: Queries, actor: Actor, code: string): Promise<ReceiptedEvent[]> {
  const found = [...(await punchesWith(queries, code)), ...(await undosWith(queries, code))];
  const own = isAdmin(actor.role) ? found : found.filter(({ person }) => person === actor.person);
  if (own.length === 0) throw new CodedError("receipt.unknown", "no event that is here has this receipt");
  return own;
}

async function punchesWith(queries: Queries, code: string): Promise<ReceiptedEvent[]> {
  const rows = await withPlaces(queries)
    .where("punches.receipt", "=", code)
    .orderBy("punches.order_ms")
    .limit(MAX_EVENTS)
    .execute();
  return rows.map((row) => ({
    kind: "punch",
    ...common(row),
    atMs: row.at_ms,
    undone: row.undone_by !== null,
    counts: row.counts === 1,
    words: sentence(row, WORDS[row.action], row.at_ms, row.undone_by !== null),
  }));
}

async function undosWith(queries: Queries, code: string): Promise<ReceiptedEvent[]> {
  const undos = await queries
    .selectFrom("undos")
    .select(["terminal", "store", "seq", "target", "at_ms"])
    .where("receipt", "=", code)
    .orderBy("at_ms")
    .limit(MAX_EVENTS)
    .execute();
  const found: ReceiptedEvent[] = [];
  for (const undo of undos) {
    const row = await withPlaces(queries)
      .where("punches.terminal", "=", undo.terminal)
      .where("punches.store", "=", undo.store)
      .where("punches.seq", "=", undo.target)
      .executeTakeFirst();
    const event = await queries
      .selectFrom("events")
      .select("hash")
      .where("terminal", "=", undo.terminal)
      .where("store", "=", undo.store)
      .where("seq", "=", undo.seq)
      .executeTakeFirst();
    if (row === undefined || event === undefined) continue;
    found.push({
      kind: "punch.undone",
      ...common(row),
      seq: undo.seq,
      hash: event.hash,
      atMs: undo.at_ms,
      undone: false,
      counts: row.undone_by === undo.seq,
      words: sentence(row, `took back that they ${WORDS[row.action]}`, undo.at_ms, false),
    });
  }
  return found;
}

function withPlaces(queries: Queries) {
  return queries
    .selectFrom("punches")
    .innerJoin("people", "people.id", "punches.person")
    .innerJoin("kiosks", "kiosks.id", "punches.kiosk")
    .innerJoin("events", (join) =>
      join
        .onRef("events.terminal", "=", "punches.terminal")
        .onRef("events.store", "=", "punches.store")
        .onRef("events.seq", "=", "punches.seq"),
    )
    .selectAll("punches")
    .select(["people.name", "events.hash"])
    .select((row) => row.fn.coalesce("kiosks.deleted_name", "kiosks.name").$notNull().as("kiosk_name"));
}

interface PlacedRow {
  readonly person: PersonId;
  readonly name: string;
  readonly kiosk: KioskId;
  readonly kiosk_name: string;
  readonly terminal: TerminalId;
  readonly store: StoreId;
  readonly seq: EventSeq;
  readonly offset_minutes: number;
  readonly hash: string;
}

function common(row: PlacedRow) {
  return {
    person: row.person,
    name: row.name,
    kiosk: row.kiosk,
    kioskName: row.kiosk_name,
    terminal: row.terminal,
    store: row.store,
    seq: row.seq,
    offsetMinutes: row.offset_minutes,
    hash: row.hash,
  };
}

const WORDS: Readonly<Record<PunchAction, string>> = {
  in: "clocked in",
  out: "clocked out",
  "break-start": "began a break",
  "break-end": "ended a break",
  "switch-project": "switched the project",
};

/** Ana Kovač clocked in at Westside Bar, 2026-11-24 06:02. */
function sentence(row: PlacedRow, did: string, atMs: number, isUndone: boolean): string {
  const local = new Date(atMs + row.offset_minutes * 60_000).toISOString();
  const when = `${local.slice(0, 10)} ${local.slice(11, 16)}`;
  return `${row.name} ${did} at ${row.kiosk_name}, ${when}${isUndone ? "; it was taken back" : ""}.`;
}
