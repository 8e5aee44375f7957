import type { EventEnvelope } from "../../protocol/events.ts";
import type { KioskId, PersonId } from "../../protocol/ids.ts";
import { isAdmin } from "../../protocol/roster.ts";
import { countGuess } from "../alarms/slow-guess.ts";
import { beginSpray, endSpray } from "../alarms/spray.ts";
import type { HubContext } from "../context.ts";
import type { HubTransaction } from "../store/schema.ts";
import { wrongPinSettings } from "../workspace/tries.ts";
import { countRefusal } from "./tries.ts";

/** What wrong PINs that terminals hand in become here. */

type Context = Pick<HubContext, "random" | "wallClock">;

interface RefusalEvent {
  readonly kiosk: KioskId;
  readonly envelope: EventEnvelope;
  readonly person: PersonId;
  /** Of the wait that it began; 0 for none. */
  readonly waitMs: number;
}

/**
 * Counts a refusal for the person's waits and as a guess at their PIN; at anyone's profile but an admin's it was one at
 * the kiosk's Universal PIN as well (PIN rule 5). False about somebody who is unknown here.
 */
export async function deriveRefusal(
  transaction: HubTransaction,
  context: Context,
  { kiosk, envelope, person, waitMs }: RefusalEvent,
): Promise<boolean> {
  const row = await transaction
    .selectFrom("people")
    .select("role")
    .where("id", "=", person)
    .executeTakeFirst();
  if (row === undefined) return false;
  const { terminal, store, seq, wallMs: atMs } = envelope;
  await countRefusal(transaction, { person, terminal, store, seq, waitMs }, context.wallClock.wallMs());
  const { alarms } = await wrongPinSettings(transaction);
  const where = { kiosk, terminal, atMs };
  const ofPerson = { told: alarms.personTold, change: alarms.personChange };
  await countGuess(transaction, context, { owner: person, person, ...where }, ofPerson);
  if (isAdmin(row.role)) return true;
  const ofKiosk = { told: alarms.universalTold, change: alarms.universalChange };
  await countGuess(transaction, context, { owner: kiosk, person: null, ...where }, ofKiosk);
  return true;
}

/** False when nothing changed. */
export function deriveSpray(
  transaction: HubTransaction,
  context: Context,
  kiosk: KioskId,
  { terminal, wallMs: atMs }: EventEnvelope,
  state: "slowed" | "recovered",
): Promise<boolean> {
  return state === "slowed"
    ? beginSpray(transaction, context, { kiosk, terminal, atMs })
    : endSpray(transaction, terminal);
}
