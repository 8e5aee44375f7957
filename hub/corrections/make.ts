import { CodedError } from "../../protocol/errors.ts";
import type { PunchAction } from "../../protocol/events.ts";
import { makeId, type KioskId, type PersonId } from "../../protocol/ids.ts";
import { requireAdmin, type Actor } from "../access.ts";
import { recordAudit } from "../audit/audit.ts";
import type { HubContext } from "../context.ts";
import { readClosings } from "../days/closings.ts";
import { theKiosk } from "../kiosks/kiosks.ts";
import { thePerson } from "../people/people.ts";
import type { EventKey } from "../punches/history.ts";
import { rederive } from "../punches/rederive.ts";
import type { CorrectionsTable } from "../store/history-schema.ts";
import type { HubTransaction } from "../store/schema.ts";
import { correctionId, type CorrectionId } from "./ids.ts";

/**
 * What an admin corrects is a new record with its author and reason; the original stays, and no correction is ever edited.
 */

export interface Addition {
  readonly person: PersonId;
  readonly action: PunchAction;
  readonly atMs: number;
  /** Where it would have been made, if that is known. */
  readonly kiosk: KioskId | null;
  readonly reason: string;
}

/**
 * Adds a punch that is missing. Rejects with CodedError `person.unknown`, `kiosk.unknown`, `correction.future` (it has not
 * happened yet), `correction.twice` (the same is there), `day.closed` (an owner opens the day first), `access.admins-only`.
 */
export async function addPunch(context: HubContext, actor: Actor, wanted: Addition): Promise<CorrectionId> {
  requireAdmin(actor);
  const { person, action, atMs, kiosk, reason } = wanted;
  const nowMs = context.wallClock.wallMs();
  if (atMs > nowMs) throw new CodedError("correction.future", "a punch that is added must lie in the past");
  return correct(context, actor, person, atMs, async (transaction) => {
    if (kiosk !== null) await theKiosk(transaction, kiosk);
    const twin = await transaction
      .selectFrom("corrections")
      .select("id")
      .where("person", "=", person)
      .where("at_ms", "=", atMs)
      .where("kind", "=", "add")
      .executeTakeFirst();
    if (twin !== undefined) {
      throw new CodedError(
        "correction.twice",
        "a punch of this person was added at that very instant already",
      );
    }
    return { kind: "add", action, kiosk, at_ms: atMs, reason, terminal: null, store: null, seq: null };
  });
}

/**
 * Has a punch not count. Rejects with CodedError `person.unknown`, `punch.unknown` (no such punch of this person),
 * `correction.twice`, `day.closed`, `access.admins-only`.
 */
export async function voidPunch(
  context: HubContext,
  actor: Actor,
  wanted: EventKey & { readonly person: PersonId; readonly reason: string },
): Promise<CorrectionId> {
  requireAdmin(actor);
  const { person, terminal, store, seq, reason } = wanted;
  const punch = await context.store.queries
    .selectFrom("punches")
    .select(["at_ms", "order_ms"])
    .where("terminal", "=", terminal)
    .where("store", "=", store)
    .where("seq", "=", seq)
    .where("person", "=", person)
    .executeTakeFirst();
  if (punch === undefined) throw new CodedError("punch.unknown", "there is no such punch of this person");
  return correct(context, actor, person, Math.min(punch.at_ms, punch.order_ms), async (transaction) => {
    const twin = await transaction
      .selectFrom("corrections")
      .select("id")
      .where("person", "=", person)
      .where("terminal", "=", terminal)
      .where("store", "=", store)
      .where("seq", "=", seq)
      .executeTakeFirst();
    if (twin !== undefined) throw new CodedError("correction.twice", "this punch was voided already");
    return { kind: "void", action: null, kiosk: null, at_ms: punch.at_ms, reason, terminal, store, seq };
  });
}

type Recorded = Pick<
  CorrectionsTable,
  "kind" | "action" | "kiosk" | "at_ms" | "reason" | "terminal" | "store" | "seq"
>;

async function correct(
  context: HubContext,
  actor: Actor,
  person: PersonId,
  fromMs: number,
  record: (transaction: HubTransaction) => Promise<Recorded>,
): Promise<CorrectionId> {
  const id = makeId(correctionId, context.random);
  const rosters = await context.store.transaction(async (transaction) => {
    await thePerson(transaction, person);
    const recorded = await record(transaction);
    await requireOpenDay(transaction, recorded.at_ms);
    await transaction
      .insertInto("corrections")
      .values({
        id,
        person,
        ...recorded,
        author: actor.person,
        created_ms: context.wallClock.wallMs(),
        order_ms: recorded.at_ms,
        counts: 1,
        state: "out",
        since_ms: null,
        plain_state: "out",
      })
      .execute();
    const action = recorded.kind === "add" ? "punch.added" : "punch.voided";
    await recordAudit(transaction, context, { actor, action, subject: person });
    return rederive(transaction, context, new Map([[person, fromMs]]));
  });
  context.changes.tell({ topics: ["punches", "presence", "conflicts"], rosters: [...rosters] });
  return id;
}

async function requireOpenDay(transaction: HubTransaction, atMs: number): Promise<void> {
  const closings = await readClosings(transaction);
  if (closings.some(({ untilMs }) => atMs < untilMs)) {
    throw new CodedError("day.closed", "that day is closed: an owner has to open it again first");
  }
}
