import { knownEvent, type EventEnvelope } from "../../protocol/events.ts";
import { crockford, ID_LENGTH, type EventSeq, type KioskId, type PersonId } from "../../protocol/ids.ts";
import type { AuthMethod } from "../../protocol/events.ts";
import type { Topic } from "../changes.ts";
import type { HubContext } from "../context.ts";
import { queueNotice } from "../mail/queue.ts";
import { flag, type HubTransaction } from "../store/schema.ts";
import { deriveRefusal, deriveSpray } from "../tries/derive.ts";
import { resetTries } from "../tries/tries.ts";

export type ToldOfTries = "others" | "all";

/** What a batch's events have changed so far. */
export interface Derived {
  /** People whose presence must be derived anew. */
  readonly people: Set<PersonId>;
  /** People of whose wrong PINs other terminals must hear, or also the one that handed in the batch. */
  readonly tries: Map<PersonId, ToldOfTries>;
  readonly topics: Set<Topic>;
}

/**
 * Derives what the hub keeps of one committed event, adding to `derived`. Kinds that are not known here, or not acted
 * on, or that are about nobody the hub knows, leave nothing but the event itself.
 */
export async function deriveFrom(
  transaction: HubTransaction,
  context: Pick<HubContext, "random" | "wallClock">,
  kiosk: KioskId,
  envelope: EventEnvelope,
  derived: Derived,
): Promise<void> {
  const known = knownEvent(envelope);
  if (known === null) return;
  if (known.kind === "pin.spray") {
    if (await deriveSpray(transaction, context, kiosk, envelope, known.payload.state)) {
      derived.topics.add("requests");
    }
    return;
  }
  const { person } = known;
  if (person === null) return;
  switch (known.kind) {
    case "punch":
      if (!(await isKnownPerson(transaction, person))) return;
      await transaction
        .insertInto("punches")
        .values({
          person: person,
          kiosk,
          terminal: envelope.terminal,
          store: envelope.store,
          seq: envelope.seq,
          action: known.payload.action,
          auth: known.payload.auth,
          at_ms: envelope.wallMs,
          offset_minutes: envelope.offsetMinutes,
          undone_by: null,
          outdated: flag(await isOutdated(transaction, kiosk, person, envelope, known.payload.auth)),
        })
        .execute();
      derived.people.add(person);
      if (known.payload.auth === "personal") await endTries(transaction, person, derived);
      return;
    case "pin.accepted":
      if (known.payload.auth === "personal") await endTries(transaction, person, derived);
      return;
    case "pin.refused": {
      const { waitMs } = known.payload;
      if (!(await deriveRefusal(transaction, context, { kiosk, envelope, person, waitMs }))) return;
      if (!derived.tries.has(person)) derived.tries.set(person, "others");
      derived.topics.add("requests");
      return;
    }
    case "punch.undone":
      if (await undo(transaction, envelope, person, known.payload.target, known.payload.auth)) {
        derived.people.add(person);
      }
      return;
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
async function endTries(transaction: HubTransaction, person: PersonId, derived: Derived): Promise<void> {
  if (!(await resetTries(transaction, person))) return;
  derived.tries.set(person, "all");
  derived.topics.add("requests");
}

async function isKnownPerson(transaction: HubTransaction, person: PersonId): Promise<boolean> {
  const row = await transaction.selectFrom("people").select("id").where("id", "=", person).executeTakeFirst();
  return row !== undefined;
}

/**
 * PIN case 9: whether the terminal decided without knowing of a change to who may punch there and how. The punch counts;
 * an admin is shown that it was made under what had been so before.
 */
async function isOutdated(
  transaction: HubTransaction,
  kiosk: KioskId,
  person: PersonId,
  envelope: EventEnvelope,
  auth: AuthMethod,
): Promise<boolean> {
  const assignment = await transaction
    .selectFrom("kiosk_people")
    .select("access_revision")
    .where("kiosk", "=", kiosk)
    .where("person", "=", person)
    .executeTakeFirst();
  const place = await transaction
    .selectFrom("kiosks")
    .select("access_revision")
    .where("id", "=", kiosk)
    .executeTakeFirstOrThrow();
  const knownRevision = envelope.rosterRevision;
  // Who shows their own PIN is let in whatever the kiosk's Universal PIN is.
  const isPlaceOutdated = auth !== "personal" && place.access_revision > knownRevision;
  return assignment === undefined || assignment.access_revision > knownRevision || isPlaceOutdated;
}

/** Rule 5 of product.md: who came in by the Universal PIN never undoes a personal punch. */
async function undo(
  transaction: HubTransaction,
  envelope: EventEnvelope,
  person: PersonId,
  target: EventSeq,
  auth: AuthMethod,
): Promise<boolean> {
  let undoing = transaction
    .updateTable("punches")
    .set({ undone_by: envelope.seq })
    .where("terminal", "=", envelope.terminal)
    .where("store", "=", envelope.store)
    .where("seq", "=", target)
    .where("person", "=", person)
    .where("undone_by", "is", null);
  if (auth === "universal") undoing = undoing.where("auth", "!=", "personal");
  return (await undoing.executeTakeFirst()).numUpdatedRows > 0n;
}

/** Rule 7 of product.md: one open request a person; another one changes nothing. */
async function openRequest(
  transaction: HubTransaction,
  context: Pick<HubContext, "random" | "wallClock">,
  kiosk: KioskId,
  person: PersonId,
  atMs: number,
): Promise<boolean> {
  if (!(await isKnownPerson(transaction, person))) return false;
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
    .values({
      id: request,
      person,
      kiosk,
      at_ms: atMs,
      closed_ms: null,
    })
    .execute();
  await queueNotice(transaction, context, { kind: "forgot-pin", request, person, kiosk, atMs });
  return true;
}
