import { createHash } from "node:crypto";
import { CodedError } from "../../protocol/errors.ts";
import { crockford, makeId, terminalId, type KioskId, type TerminalId } from "../../protocol/ids.ts";
import { CLAIM_TOKEN_LENGTH } from "../../protocol/ids.ts";
import { HUB_ACTOR, type Actor } from "../access.ts";
import { recordAudit } from "../audit/audit.ts";
import type { HubContext } from "../context.ts";
import type { HubTransaction } from "../store/schema.ts";

/** Claim tokens: what an installer carries to a new terminal. The hub keeps only their hashes. */

/** Time to walk from the page to the box, with the card still to be written. */
export const CLAIM_TOKEN_LIFE_MS = 24 * 60 * 60 * 1000;
const CLAIM_TOKEN_BYTES = 17;
const PUBLIC_KEY_BYTES = 32;

export interface ClaimToken {
  /** To be shown once. */
  readonly token: string;
  readonly expiresMs: number;
}

/** Rejects with CodedError `kiosk.unknown`. */
export async function createClaimToken(
  context: HubContext,
  kiosk: KioskId,
  actor: Actor = HUB_ACTOR,
): Promise<ClaimToken> {
  const token = crockford(context.random.bytes(CLAIM_TOKEN_BYTES), CLAIM_TOKEN_LENGTH);
  const nowMs = context.wallClock.wallMs();
  const expiresMs = nowMs + CLAIM_TOKEN_LIFE_MS;
  await context.store.transaction(async (transaction) => {
    const place = await transaction
      .selectFrom("kiosks")
      .select("id")
      .where("id", "=", kiosk)
      .where("deleted_ms", "is", null)
      .executeTakeFirst();
    if (place === undefined) throw new CodedError("kiosk.unknown", "there is no such kiosk");
    await transaction.deleteFrom("claim_tokens").where("expires_ms", "<", nowMs).execute();
    await transaction
      .insertInto("claim_tokens")
      .values({
        token_hash: tokenHash(token),
        kiosk,
        created_ms: nowMs,
        expires_ms: expiresMs,
        used_by: null,
      })
      .execute();
    await recordAudit(transaction, context, {
      actor,
      action: "claim-token.created",
      subject: kiosk,
    });
  });
  return { token, expiresMs };
}

export interface Claim {
  readonly token: string;
  /** 32 raw bytes, base64. */
  readonly publicKey: string;
  readonly software: string;
}

export interface Claimed {
  readonly terminal: TerminalId;
  readonly terminalKey: Uint8Array;
}

/**
 * Pairs a terminal with the token's kiosk; null when the token is unknown, used or too old, or the key is no key or that
 * of a terminal that has proved itself: who moves a terminal unpairs it first. Until then the same claim may be repeated,
 * for its answer may have been lost, and be made with another token, which gives the same terminal another key.
 */
export async function redeemClaim(context: HubContext, claim: Claim): Promise<Claimed | null> {
  if (Buffer.from(claim.publicKey, "base64").length !== PUBLIC_KEY_BYTES) return null;
  const claimed = await context.store.transaction(async (transaction) => {
    const token = await transaction
      .selectFrom("claim_tokens")
      .selectAll()
      .where("token_hash", "=", tokenHash(claim.token))
      .where("expires_ms", ">=", context.wallClock.wallMs())
      .executeTakeFirst();
    if (token === undefined) return null;
    const known = await transaction
      .selectFrom("terminals")
      .selectAll()
      .where("public_key", "=", claim.publicKey)
      .executeTakeFirst();
    // Its public key is no secret: what a terminal that has proved itself got is for nobody else.
    if (known !== undefined && (known.revoked === 1 || known.last_seen_ms !== null)) return null;
    if (token.used_by !== null) {
      if (known?.id !== token.used_by) return null;
      return { id: known.id, epoch: known.key_epoch };
    }
    const id = known?.id ?? makeId(terminalId, context.random);
    // What an answer to another token said, that was lost, may have been heard by someone.
    const epoch = (known?.key_epoch ?? 0) + 1;
    await pair(transaction, context, { id, epoch, isKnown: known !== undefined }, token.kiosk, claim);
    await transaction
      .updateTable("claim_tokens")
      .set({ used_by: id })
      .where("token_hash", "=", token.token_hash)
      .execute();
    await recordAudit(transaction, context, { actor: HUB_ACTOR, action: "terminal.claimed", subject: id });
    return { id, epoch };
  });
  if (claimed === null) return null;
  context.changes.tell({ topics: ["terminals"], rosters: [] });
  return {
    terminal: claimed.id,
    terminalKey: context.secrets.terminalKey(claimed.id, claimed.epoch),
  };
}

async function pair(
  transaction: HubTransaction,
  context: HubContext,
  { id, epoch, isKnown }: { readonly id: TerminalId; readonly epoch: number; readonly isKnown: boolean },
  kiosk: KioskId,
  claim: Claim,
): Promise<void> {
  const claimedMs = context.wallClock.wallMs();
  if (isKnown) {
    await transaction
      .updateTable("terminals")
      .set({ kiosk, claimed_ms: claimedMs, software: claim.software, key_epoch: epoch })
      .where("id", "=", id)
      .execute();
    return;
  }
  await transaction
    .insertInto("terminals")
    .values({
      id,
      kiosk,
      public_key: claim.publicKey,
      key_epoch: epoch,
      software: claim.software,
      claimed_ms: claimedMs,
      last_seen_ms: null,
      unsent: 0,
      store: null,
      clock_error_ms: null,
      clock_error_span_ms: null,
      clock: null,
      disk: null,
      pending_events: 0,
      set_aside: 0,
      revoked: 0,
      stolen: 0,
      told_ms: null,
    })
    .execute();
}

function tokenHash(token: string): string {
  return createHash("sha256").update(`punchbox claim token v1\n${token}`).digest("hex");
}
