import type { SelectQueryBuilder } from "kysely";
import type { MailsTable, StoredMailState } from "../store/mail-schema.ts";
import type { HubTables, Queries } from "../store/schema.ts";
import { composeText } from "./compose.ts";
import type { MailId } from "./ids.ts";
import { letter } from "./letter.ts";
import { addressKey, recipients } from "./recipients.ts";

/** What the page and the letters need to know of how mail leaves this hub. */
export interface MailOutlet {
  /** False: mails stay in the outbox. */
  readonly hasServer: boolean;
  /** Where people reach the hub's page, ending in a slash. */
  readonly hubUrl: () => string;
}

/** `outbox`: waiting, and this hub has no mail server. */
export type MailState = StoredMailState | "outbox";

export interface MailListing {
  readonly mail: MailId;
  readonly kind: string;
  readonly to: string;
  readonly subject: string;
  /** As it is, or would be, sent. */
  readonly text: string;
  readonly atMs: number;
  readonly state: MailState;
  readonly tries: number;
  /** Null: not by itself. */
  readonly nextTryMs: number | null;
  readonly lastError: string | null;
}

/** Where a page of the list ends: the instant, and which mail of it. */
export type MailPosition = readonly [atMs: number, id: MailId];

/** Mails, the newest first, at most `most`, those before `before` (null: from the newest on). */
export async function listMails(
  queries: Queries,
  outlet: MailOutlet,
  before: MailPosition | null,
  most: number,
): Promise<MailListing[]> {
  let selected = withRequests(queries).orderBy("mails.at_ms", "desc").orderBy("mails.id", "desc").limit(most);
  if (before !== null) {
    selected = selected.where((expression) =>
      expression(expression.refTuple("mails.at_ms", "mails.id"), "<", expression.tuple(before[0], before[1])),
    );
  }
  const rows = await selected.execute();
  const readers = await recipients(queries);
  return rows.map((row) => {
    const { subject, ...said } = letter.parse(JSON.parse(row.letter));
    const state = stateOf(row, readers, outlet);
    return {
      mail: row.id,
      kind: row.kind,
      to: row.address,
      subject,
      text: composeText({ subject, ...said }, outlet.hubUrl()),
      atMs: row.at_ms,
      state,
      tries: row.tries,
      nextTryMs: state === "waiting" ? row.next_try_ms : null,
      lastError: row.last_error,
    };
  });
}

export interface MailRow extends MailsTable {
  /** When its request was closed; null: open, or it is about none. */
  readonly closed_ms: number | null;
}

/** Mails with what became of their requests. */
export function withRequests(queries: Queries): SelectQueryBuilder<HubTables, "mails", MailRow> {
  return queries
    .selectFrom("mails")
    .selectAll("mails")
    .select((expression) =>
      expression
        .selectFrom("pin_requests")
        .select("pin_requests.closed_ms")
        .whereRef("pin_requests.id", "=", "mails.request")
        .as("closed_ms"),
    );
}

/** Whether there is still something to tell (its request is open), and an owner or admin who reads at that address. */
export function isWanted(row: MailRow, readers: ReadonlyMap<string, unknown>): boolean {
  return row.closed_ms === null && readers.has(addressKey(row.address));
}

function stateOf(row: MailRow, readers: ReadonlyMap<string, unknown>, outlet: MailOutlet): MailState {
  if (row.state !== "waiting") return row.state;
  if (!isWanted(row, readers)) return "withdrawn";
  return outlet.hasServer ? "waiting" : "outbox";
}
