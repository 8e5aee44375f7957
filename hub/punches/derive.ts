import type { AuthMethod, EventDraft, EventEnvelope } from "../../protocol/events.ts";
import { crockford, ID_LENGTH, type KioskId, type PersonId } from "../../protocol/ids.ts";
import type { Topic } from "../changes.ts";
import type { HubContext } from "../context.ts";
import { queueNotice } from "../mail/queue.ts";
import type { HubTransaction } from "../store/schema.ts";
import { deriveRefusal, deriveSpray } from "../tries/derive.ts";
import { resetTries } from "../tries/tries.ts";

/** What follows from single events that are no punches: wrong PINs, forgotten ones. */

export type ToldOfTries = "others" | "all";

/** What a batch's events have changed so far, beside people's histories. */
export interface Derived {
  /** People of whose wrong PINs other terminals must hear, or also the one that handed in the batch. */
  readonly tries: Map<PersonId, ToldOfTries>;
  /** Those who may have wrong PINs behind them. */
  readonly refused: Set<PersonId>;
  readonly topics: Set<Topic>;
}

type Context = Pick<HubContext, "random" | "wallClock">;

/** For the people of a batch. */
export async function startDerived(
  transaction: HubTransaction,
  people: readonly PersonId[],
): Promise<Derived> {
  const rows =
    people.length === 0
      ? []
      : await transaction
          .selectFrom("pin_tries")
          .select("person")
          .distinct()
          .where("person", "in", people)
          .where("refusals", ">", 0)
          .execute();
  return { tries: new Map(), refused: new Set(rows.map((row) => row.person)), topics: new Set() };
}

/**
 * Derives what the hub keeps of one committed event, adding to `derived`. Kinds that are not known here, or not acted
 * on, or that are about nobody the hub knows, leave nothing but the event itself.
 */
export async function deriveTries(
  transaction: HubTransaction,
  context: Context,
  kiosk: KioskId,
  envelope: EventEnvelope,
  known: EventDraft,
  derived: Derived,
): Promise<void> {
  const { person } = known;
  const spray = known.kind === "pin.spray" ? known.payload.state : null;
  // A wait that is lifted for nobody in particular: an admin ended the terminal's slow checking.
  const isUnlocked = known.kind === "wait.lifted" && person === null;
  if (spray !== null || isUnlocked) {
    if (await deriveSpray(transaction, context, kiosk, envelope, spray ?? "recovered")) {
      derived.topics.add("requests");
    }
    return;
  }
  if (person === null) return;
  switch (known.kind) {
    case "punch":
    case "pin.accepted":
      return endTries(transaction, person, known.payload.auth, derived);
    case "pin.refused": {
      const { waitMs } = known.payload;
      if (!(await deriveRefusal(transaction, context, { kiosk, envelope, person, waitMs }))) return;
      derived.refused.add(person);
      if (!derived.tries.has(person)) derived.tries.set(person, "others");
      derived.topics.add("requests");
      return;
    }
    case "pin.forgotten":
      if (await openRequest(transaction, context, kiosk, person, envelope.wallMs)) {
        derived.topics.add("requests");
      }
      return;
    default:
      return;
  }
}

/** A success with the personal PIN: whatever was counted anywhere ends. */
async function endTries(
  transaction: HubTransaction,
  person: PersonId,
  auth: AuthMethod,
  derived: Derived,
): Promise<void> {
  if (auth !== "personal" || !derived.refused.delete(person)) return;
  if (!(await resetTries(transaction, person))) return;
  derived.tries.set(person, "all");
  derived.topics.add("requests");
}

/** Rule 7 of product.md: one open request a person; another one changes nothing. */
async function openRequest(
  transaction: HubTransaction,
  context: Context,
  kiosk: KioskId,
  person: PersonId,
  atMs: number,
): Promise<boolean> {
  const known = await transaction
    .selectFrom("people")
    .select("id")
    .where("id", "=", person)
    .executeTakeFirst();
  if (known === undefined) return false;
  const open = await transaction
    .selectFrom("pin_requests")
    .select("id")
    .where("person", "=", person)
    .where("closed_ms", "is", null)
    .executeTakeFirst();
  if (open !== undefined) return false;
  const request = crockford(context.random.bytes(10), ID_LENGTH);
  await transaction
    .insertInto("pin_requests")
    .values({ id: request, person, kiosk, at_ms: atMs, closed_ms: null })
    .execute();
  await queueNotice(transaction, context, { kind: "forgot-pin", request, person, kiosk, atMs });
  return true;
}
