import { CodedError } from "../../protocol/errors.ts";
import { makeId, type PersonId } from "../../protocol/ids.ts";
import { isAdmin } from "../../protocol/roster.ts";
import { requireAdmin, type Actor } from "../access.ts";
import { recordAudit } from "../audit/audit.ts";
import type { HubContext } from "../context.ts";
import type { Caller } from "./caller.ts";
import { makeSecret, tokenId, type TokenId } from "./ids.ts";
import { SCOPES, type Scope } from "./scopes.ts";
import { secretHash } from "./secret-hash.ts";

/** API tokens: for programs. One acts for the admin who made it, within its scopes, while they are an admin. */

export const MAX_TOKENS = 100;
/** So that whoever finds one knows what it is, and scanners for leaked secrets do too. */
export const TOKEN_PREFIX = "punchbox_";
const USED_STEP_MS = 60 * 1000;

export interface TokenWish {
  readonly name: string;
  readonly scopes: readonly Scope[];
  /** Null: until it is revoked. */
  readonly expiresMs: number | null;
}

export interface NewToken {
  readonly id: TokenId;
  /** To be shown once. */
  readonly token: string;
}

/** Rejects with CodedError `token.too-many`, `token.expired` (an expiry that is over), `access.admins-only`. */
export async function createToken(
  context: HubContext,
  actor: Actor & { readonly person: PersonId },
  wish: TokenWish,
): Promise<NewToken> {
  requireAdmin(actor);
  const nowMs = context.wallClock.wallMs();
  if (wish.expiresMs !== null && wish.expiresMs <= nowMs) {
    throw new CodedError("token.expired", "a token expires in the future, or never");
  }
  const id = makeId(tokenId, context.random);
  const token = TOKEN_PREFIX + makeSecret(context.random);
  await context.store.transaction(async (transaction) => {
    const { count } = await transaction
      .selectFrom("api_tokens")
      .select((expression) => expression.fn.countAll<number>().as("count"))
      .executeTakeFirstOrThrow();
    if (count >= MAX_TOKENS) {
      throw new CodedError(
        "token.too-many",
        `a workspace has ${MAX_TOKENS} tokens at most: revoke some first`,
      );
    }
    await transaction
      .insertInto("api_tokens")
      .values({
        id,
        token_hash: secretHash("api token", token),
        name: wish.name,
        scopes: SCOPES.filter((scope) => wish.scopes.includes(scope)).join(" "),
        created_by: actor.person,
        created_ms: nowMs,
        expires_ms: wish.expiresMs,
        used_ms: null,
      })
      .execute();
    await recordAudit(transaction, context, { actor, action: "token.created", subject: id });
  });
  return { id, token };
}

export interface TokenListing {
  readonly token: TokenId;
  readonly name: string;
  readonly scopes: Scope[];
  readonly createdBy: PersonId;
  readonly createdMs: number;
  readonly expiresMs: number | null;
  /** Within a minute; null: never. */
  readonly usedMs: number | null;
}

/** All of the workspace, those too old included, the newest first. */
export async function listTokens(context: HubContext): Promise<TokenListing[]> {
  const rows = await context.store.queries
    .selectFrom("api_tokens")
    .selectAll()
    .orderBy("created_ms", "desc")
    .orderBy("id")
    .execute();
  return rows.map((row) => ({
    token: tokenId.parse(row.id),
    name: row.name,
    scopes: scopesOf(row.scopes),
    createdBy: row.created_by,
    createdMs: row.created_ms,
    expiresMs: row.expires_ms,
    usedMs: row.used_ms,
  }));
}

function scopesOf(text: string): Scope[] {
  const given = text.split(" ");
  return SCOPES.filter((scope) => given.includes(scope));
}

/** Rejects with CodedError `token.unknown`, `access.admins-only`. */
export async function revokeToken(context: HubContext, actor: Actor, token: TokenId): Promise<void> {
  requireAdmin(actor);
  await context.store.transaction(async (transaction) => {
    const revoked = await transaction.deleteFrom("api_tokens").where("id", "=", token).executeTakeFirst();
    if (revoked.numDeletedRows === 0n) throw new CodedError("token.unknown", "there is no such token");
    await recordAudit(transaction, context, { actor, action: "token.revoked", subject: token });
  });
}

/** Who a program acts for; null for a token that is unknown or too old, or whose maker is no admin any more. */
export async function findToken(context: HubContext, token: string): Promise<Caller | null> {
  const { queries } = context.store;
  const row = await queries
    .selectFrom("api_tokens")
    .innerJoin("people", "people.id", "api_tokens.created_by")
    .select(["api_tokens.id", "api_tokens.scopes", "api_tokens.expires_ms", "api_tokens.used_ms"])
    .select(["people.id as person", "people.role", "people.active"])
    .where("api_tokens.token_hash", "=", secretHash("api token", token))
    .executeTakeFirst();
  if (row?.active !== 1 || !isAdmin(row.role)) return null;
  const nowMs = context.wallClock.wallMs();
  if (row.expires_ms !== null && nowMs >= row.expires_ms) return null;
  if (row.used_ms === null || nowMs >= row.used_ms + USED_STEP_MS) {
    await queries.updateTable("api_tokens").set({ used_ms: nowMs }).where("id", "=", row.id).execute();
  }
  return {
    actor: { person: row.person, role: row.role },
    via: { kind: "token", token: tokenId.parse(row.id), scopes: scopesOf(row.scopes) },
  };
}
