import type { PersonId } from "../../protocol/ids.ts";
import type { Flag } from "./schema.ts";

/** The tables of hub/access: who may come in, and who is in. Of every secret only a hash is here. */

export interface SignInsTable {
  person: PersonId;
  /** Lower case; the name that is typed, nobody else's. */
  email: string;
  /** See access/passwords.ts. */
  password: string;
  /** 1: the demo's password, which everyone may know. */
  known: Flag;
  changed_ms: number;
}

/** One-time links. A row is there until its link is used, revoked or too old. */
export interface AccessLinksTable {
  id: string;
  token_hash: string;
  /** Whose sign-in it makes; null: the first owner's, who is made with it. */
  person: PersonId | null;
  /** Null: the hub itself. */
  created_by: PersonId | null;
  created_ms: number;
  expires_ms: number;
}

export interface SessionsTable {
  id: string;
  token_hash: string;
  person: PersonId;
  /** What the browser calls itself. */
  client: string;
  created_ms: number;
  /** When it was last used, within a minute. */
  seen_ms: number;
}

/** Passwords that were tried lately and not right. */
export interface SignInTriesTable {
  id: string;
  /** Hash of what was typed as e-mail, whether or not someone has it. */
  account: string;
  /** Of the network, see access/throttle.ts. */
  address: string;
  at_ms: number;
}

export interface ApiTokensTable {
  id: string;
  token_hash: string;
  name: string;
  /** Of access/scopes.ts, separated by blanks. */
  scopes: string;
  created_by: PersonId;
  created_ms: number;
  /** Null: until it is revoked. */
  expires_ms: number | null;
  /** Within a minute; null: never. */
  used_ms: number | null;
}

/** Writes that were done once and are not done again; see http/idempotency.ts. */
export interface IdempotencyTable {
  key_hash: string;
  /** Of the request, keyed: it may have held a PIN. */
  request_hash: string;
  /** Sealed: it may hold a PIN. Null while the write is under way, or was cut short. */
  answer: string | null;
  at_ms: number;
}

export interface AccessTables {
  sign_ins: SignInsTable;
  access_links: AccessLinksTable;
  sessions: SessionsTable;
  sign_in_tries: SignInTriesTable;
  api_tokens: ApiTokensTable;
  idempotency: IdempotencyTable;
}
