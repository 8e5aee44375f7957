import { CodedError } from "../../protocol/errors.ts";
import { crockford, ID_LENGTH } from "../../protocol/ids.ts";
import type { HubContext } from "../context.ts";
import type { HubTransaction } from "../store/schema.ts";
import { retryDelayMs } from "./backoff.ts";
import type { MailErrorCode } from "./errors.ts";
import type { MailId } from "./ids.ts";
import { ENVELOPE_CLAIM_MS, LONGEST_RETRY_MS, MAIL_KEPT_MS, MAX_TRIES, MESSAGE_CLAIM_MS } from "./limits.ts";
import { isWanted, withRequests, type MailRow } from "./list.ts";
import { recipients } from "./recipients.ts";
import type { Delivery } from "./transport.ts";

/**
 * What is committed around the sending of a mail, so that it is sent once: a claim before, a mark at the last moment
 * before the message leaves, the outcome after. Whoever stops in between leaves a claim that runs out: without the mark the
 * mail is due again, with it nobody knows, and nobody sends it again by themselves. Only one of several can set the mark,
 * whatever their clocks say.
 */

export type MailContext = Pick<HubContext, "store" | "wallClock" | "random">;

/** A mail that this hub is at. */
export interface Claimed {
  readonly mail: MailId;
  readonly claim: string;
  readonly row: MailRow;
}

export const UNCLAIMED = { claim: null, claimed_until_ms: null } as const;

/** The next mail that is due, claimed; null when there is none. What is due and not wanted any more is withdrawn. */
export async function claimNext(context: MailContext): Promise<Claimed | null> {
  const nowMs = context.wallClock.wallMs();
  return context.store.transaction(async (transaction) => {
    const readers = await recipients(transaction);
    for (;;) {
      const row = await withRequests(transaction)
        .where("state", "=", "waiting")
        // A time further ahead than any that is ever set was set by a clock that was wrong.
        .where((is) =>
          is.or([is("next_try_ms", "<=", nowMs), is("next_try_ms", ">", nowMs + LONGEST_RETRY_MS)]),
        )
        .where((is) =>
          is.or([
            is("claimed_until_ms", "is", null),
            is("claimed_until_ms", "<=", nowMs),
            is("claimed_until_ms", ">", nowMs + MESSAGE_CLAIM_MS),
          ]),
        )
        .orderBy("next_try_ms")
        .orderBy("id")
        .limit(1)
        .executeTakeFirst();
      if (row === undefined) return null;
      const isTooOld = row.give_up_ms <= nowMs;
      if (isTooOld || !isWanted(row, readers)) {
        await end(transaction, row.id, isTooOld ? "failed" : "withdrawn", isTooOld ? "mail.too-old" : null);
        continue;
      }
      const claim = crockford(context.random.bytes(10), ID_LENGTH);
      await transaction
        .updateTable("mails")
        .set({ claim, claimed_until_ms: nowMs + ENVELOPE_CLAIM_MS, tries: row.tries + 1 })
        .where("id", "=", row.id)
        .execute();
      return { mail: row.id, claim, row: { ...row, tries: row.tries + 1 } };
    }
  });
}

/**
 * The mark: from here on the message may have left. Rejects with CodedError `mail.claim-lost` (another hub has it, or an
 * admin asked for another try) and `mail.withdrawn` (not wanted any more); then it must not leave.
 */
export async function markSending(context: MailContext, { mail, claim }: Claimed): Promise<void> {
  await context.store.transaction(async (transaction) => {
    const row = await withRequests(transaction)
      .where("id", "=", mail)
      .where("claim", "=", claim)
      .where("state", "=", "waiting")
      .executeTakeFirst();
    if (row === undefined) throw new CodedError("mail.claim-lost", "somebody else is at this mail");
    if (!isWanted(row, await recipients(transaction))) {
      throw new CodedError("mail.withdrawn", "this mail is not wanted any more");
    }
    await transaction
      .updateTable("mails")
      .set({ state: "sending", claimed_until_ms: context.wallClock.wallMs() + MESSAGE_CLAIM_MS })
      .where("id", "=", mail)
      .execute();
  });
}

/** Keeps what became of it, unless the claim is lost. */
export async function keepOutcome(
  context: MailContext,
  { mail, claim, row }: Claimed,
  delivery: Delivery | { readonly result: "withdrawn" },
): Promise<void> {
  await context.store.transaction(async (transaction) => {
    const held = await transaction
      .selectFrom("mails")
      .select("id")
      .where("id", "=", mail)
      .where("claim", "=", claim)
      .executeTakeFirst();
    if (held === undefined) return;
    switch (delivery.result) {
      case "sent":
      case "withdrawn":
        return end(transaction, mail, delivery.result, null);
      case "refused":
        return end(transaction, mail, "failed", delivery.code);
      case "unsure":
        return end(transaction, mail, "unsure", delivery.code);
      case "deferred":
        return defer(transaction, context, row, delivery.code);
    }
  });
}

async function defer(
  transaction: HubTransaction,
  context: MailContext,
  row: MailRow,
  code: MailErrorCode,
): Promise<void> {
  const nextTryMs = context.wallClock.wallMs() + retryDelayMs(row.tries, context.random);
  if (row.tries >= MAX_TRIES || nextTryMs >= row.give_up_ms) return end(transaction, row.id, "failed", code);
  await transaction
    .updateTable("mails")
    .set({ state: "waiting", next_try_ms: nextTryMs, last_error: code, ...UNCLAIMED })
    .where("id", "=", row.id)
    .execute();
}

/** Says of mails that nobody is at any more, though their message may have left, that nobody knows. Resolves with how many. */
export async function settleLost(context: MailContext): Promise<number> {
  const nowMs = context.wallClock.wallMs();
  return context.store.transaction(async (transaction) => {
    const result = await transaction
      .updateTable("mails")
      // The claim stays: who set the mark may still say better.
      .set({ state: "unsure", next_try_ms: null, last_error: "mail.stopped" satisfies MailErrorCode })
      .where("state", "=", "sending")
      .where("claimed_until_ms", "<=", nowMs)
      .executeTakeFirst();
    return Number(result.numUpdatedRows);
  });
}

/** Drops mails, in whatever state, that were written too long ago. */
export async function dropOld(context: MailContext): Promise<void> {
  await context.store.queries
    .deleteFrom("mails")
    .where("at_ms", "<=", context.wallClock.wallMs() - MAIL_KEPT_MS)
    .execute();
}

async function end(
  transaction: HubTransaction,
  mail: MailId,
  state: "sent" | "failed" | "unsure" | "withdrawn",
  code: MailErrorCode | null,
): Promise<void> {
  await transaction
    .updateTable("mails")
    .set({ state, next_try_ms: null, last_error: code, ...UNCLAIMED })
    .where("id", "=", mail)
    .execute();
}
