import { makeId, type KioskId, type PersonId } from "../../protocol/ids.ts";
import type { HubContext } from "../context.ts";
import type { HubTransaction } from "../store/schema.ts";
import { mailId } from "./ids.ts";
import { MAIL_LIFE_MS, MAX_WAITING_MAILS } from "./limits.ts";
import { recipients } from "./recipients.ts";
import { prepareLetters } from "./write.ts";

/** What the workspace's owners and admins are told by mail. Ids only: names are filled in when it is written. */
export type Notice =
  /** "Forgot your PIN?" (PIN rule 7); `request` is that of `pin_requests`. */
  | {
      readonly kind: "forgot-pin";
      readonly request: string;
      readonly person: PersonId;
      readonly kiosk: KioskId;
      readonly atMs: number;
    }
  /** Somebody guesses at a PIN, slowly (design section 7). `person` null: at the kiosk's Universal PIN. */
  | {
      readonly kind: "slow-guess";
      readonly alarm: string;
      readonly person: PersonId | null;
      readonly kiosk: KioskId;
      readonly guesses: number;
      /** The PIN must be changed now. */
      readonly mustChange: boolean;
      readonly atMs: number;
    }
  /** A terminal's budget against one PIN tried on many people is spent. */
  | { readonly kind: "spray"; readonly alarm: string; readonly kiosk: KioskId; readonly atMs: number }
  /** A terminal's ledger has two histories. */
  | { readonly kind: "fork"; readonly fork: string; readonly kiosk: KioskId; readonly atMs: number }
  /** An admin exported PINs: the others are told. */
  | {
      readonly kind: "pins-exported";
      readonly audit: string;
      readonly by: PersonId;
      readonly kiosk: KioskId;
      readonly atMs: number;
    };

/**
 * Queues a mail of this notice for each owner and admin that has an e-mail, in the caller's transaction: once, however
 * often it is told. Beyond {@link MAX_WAITING_MAILS} nothing is queued: what it is about still stands on the page.
 */
export async function queueNotice(
  transaction: HubTransaction,
  context: Pick<HubContext, "random" | "wallClock">,
  notice: Notice,
): Promise<void> {
  const name = nameOf(notice);
  const known = await transaction
    .selectFrom("mails")
    .select("id")
    .where("notice", "=", name)
    .executeTakeFirst();
  if (known !== undefined) return;
  const wanted = await recipients(transaction, notice.kind === "pins-exported" ? notice.by : null);
  if (wanted.size === 0 || (await countWaiting(transaction)) + wanted.size > MAX_WAITING_MAILS) return;

  const write = await prepareLetters(transaction, notice);
  const nowMs = context.wallClock.wallMs();
  for (const { address, language } of wanted.values()) {
    await transaction
      .insertInto("mails")
      .values({
        id: makeId(mailId, context.random),
        notice: name,
        kind: notice.kind,
        request: notice.kind === "forgot-pin" ? notice.request : null,
        address,
        letter: JSON.stringify(write(language)),
        at_ms: nowMs,
        state: "waiting",
        tries: 0,
        next_try_ms: nowMs,
        give_up_ms: nowMs + MAIL_LIFE_MS,
        claim: null,
        claimed_until_ms: null,
        last_error: null,
      })
      .execute();
  }
}

/** What is told once: two stages of one alarm are two notices. */
function nameOf(notice: Notice): string {
  switch (notice.kind) {
    case "forgot-pin":
      return `${notice.kind} ${notice.request}`;
    case "slow-guess":
      return `${notice.kind} ${notice.alarm} ${notice.mustChange ? "change" : "warning"}`;
    case "spray":
      return `${notice.kind} ${notice.alarm}`;
    case "fork":
      return `${notice.kind} ${notice.fork}`;
    case "pins-exported":
      return `${notice.kind} ${notice.audit}`;
  }
}

async function countWaiting(transaction: HubTransaction): Promise<number> {
  const { count } = await transaction
    .selectFrom("mails")
    .select((expression) => expression.fn.countAll<number>().as("count"))
    .where("state", "=", "waiting")
    .executeTakeFirstOrThrow();
  return count;
}
