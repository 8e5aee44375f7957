import * as z from "zod";
import { CodedError } from "../../protocol/errors.ts";
import type { TimeBasis } from "../../protocol/event-time.ts";
import type { AuthMethod, PunchAction } from "../../protocol/events.ts";
import {
  eventSeq,
  storeId,
  terminalId,
  type EventSeq,
  type KioskId,
  type PersonId,
  type StoreId,
  type TerminalId,
} from "../../protocol/ids.ts";
import type { PunchesTable, Queries } from "../store/schema.ts";
import type { DayBounds } from "./days.ts";

export interface PunchListing {
  readonly person: PersonId;
  readonly kiosk: KioskId;
  readonly terminal: TerminalId;
  readonly store: StoreId;
  readonly seq: EventSeq;
  readonly action: PunchAction;
  readonly auth: AuthMethod;
  /** When it was, as far as is known now. */
  readonly atMs: number;
  /** How that is known. */
  readonly basis: TimeBasis;
  /** The earliest and latest it may have been; null: nothing is known that it was before. */
  readonly fromMs: number;
  readonly toMs: number | null;
  /** By the raw clock of the terminal. */
  readonly wallMs: number;
  readonly offsetMinutes: number;
  /** Undone punches are listed too: nothing is deleted. */
  readonly undone: boolean;
  /** Not so when it was undone, voided, left out, or waits for a person. */
  readonly counts: boolean;
  /** See PIN case 9. */
  readonly outdated: boolean;
}

export interface PunchQuery {
  readonly person: PersonId | null;
  readonly day: DayBounds | null;
  /** Punches in one answer, at least 1. */
  readonly limit: number;
  /** {@link PunchPage.next} of the page before, or null. */
  readonly after: string | null;
}

export interface PunchPage {
  readonly punches: readonly PunchListing[];
  /** Where the next page begins; null when this is the last. */
  readonly next: string | null;
}

/** The order of a list, which is that of histories, and so what a cursor holds. */
const cursor = z.tuple([z.int(), terminalId, storeId, eventSeq]);

/** Punches, oldest first. Rejects with CodedError `cursor.malformed` when `after` is not one of ours. */
export async function listPunches(queries: Queries, query: PunchQuery): Promise<PunchPage> {
  let selected = queries.selectFrom("punches").selectAll();
  if (query.person !== null) selected = selected.where("person", "=", query.person);
  if (query.day !== null) {
    selected = selected.where("at_ms", ">=", query.day.fromMs).where("at_ms", "<", query.day.toMs);
  }
  if (query.after !== null) {
    const [orderMs, terminal, store, seq] = readCursor(query.after);
    selected = selected.where((expression) =>
      expression(
        expression.refTuple("order_ms", "terminal", "store", "seq"),
        ">",
        expression.tuple(orderMs, terminal, store, seq),
      ),
    );
  }
  const rows = await selected
    .orderBy("order_ms")
    .orderBy("terminal")
    .orderBy("store")
    .orderBy("seq")
    .limit(query.limit + 1)
    .execute();
  const page = rows.slice(0, query.limit);
  const last = page.at(-1);
  return {
    punches: page.map(punchListing),
    next:
      last !== undefined && rows.length > page.length
        ? writeCursor([last.order_ms, last.terminal, last.store, last.seq])
        : null,
  };
}

export function punchListing(row: PunchesTable): PunchListing {
  return {
    person: row.person,
    kiosk: row.kiosk,
    terminal: row.terminal,
    store: row.store,
    seq: row.seq,
    action: row.action,
    auth: row.auth,
    atMs: row.at_ms,
    basis: row.basis,
    fromMs: row.from_ms,
    toMs: row.to_ms,
    wallMs: row.wall_ms,
    offsetMinutes: row.offset_minutes,
    undone: row.undone_by !== null,
    counts: row.counts === 1,
    outdated: row.outdated === 1,
  };
}

function writeCursor(position: z.infer<typeof cursor>): string {
  return Buffer.from(JSON.stringify(position)).toString("base64url");
}

function readCursor(text: string): z.infer<typeof cursor> {
  try {
    return cursor.parse(JSON.parse(Buffer.from(text, "base64url").toString("utf8")));
  } catch (cause) {
    throw new CodedError("cursor.malformed", 'take "after" from the "next" of the page before', { cause });
  }
}
