import type { MailId } from "../mail/ids.ts";

/** The tables of hub/mail: what owners and admins are told by mail. */

/**
 * How far a mail is. `sending`: the server has said yes to it and the message may have left; from then on it is not sent
 * again by itself, unless the server says that it did not take it. `unsure`: nothing was heard of it. `withdrawn`: it was not
 * wanted any more.
 */
export type StoredMailState = "waiting" | "sending" | "sent" | "failed" | "unsure" | "withdrawn";

export interface MailsTable {
  id: MailId;
  /** Names the notice for ever: of one notice there is one mail an address, however often it is told. */
  notice: string;
  kind: string;
  /** The "Forgot your PIN?" request it is about, which may be closed before it is sent; null for other kinds. */
  request: string | null;
  /** E-mail address, as it was written. */
  address: string;
  /** JSON of mail/letter.ts. */
  letter: string;
  at_ms: number;
  state: StoredMailState;
  tries: number;
  /** Null: never again by itself. */
  next_try_ms: number | null;
  /** When waiting has lasted too long. */
  give_up_ms: number;
  /** Who is at it, at random, and until when nobody else may be. */
  claim: string | null;
  claimed_until_ms: number | null;
  /** Code of what went wrong the last time. */
  last_error: string | null;
}

export interface MailTables {
  mails: MailsTable;
}
