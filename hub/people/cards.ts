import { CodedError } from "../../protocol/errors.ts";
import type { PersonId } from "../../protocol/ids.ts";
import { requireAdmin, type Actor } from "../access.ts";
import { recordAudit } from "../audit/audit.ts";
import type { HubContext } from "../context.ts";
import { touchPerson } from "../kiosks/revision.ts";
import type { HubTransaction, Queries } from "../store/schema.ts";

/**
 * Gives a person a card, or takes it away (null). Terminals of their kiosks learn of it. Rejects with CodedError
 * `person.unknown`, `person.card-taken` or `access.admins-only`; the errors never say whose it is.
 */
export async function setCard(
  context: HubContext,
  actor: Actor,
  person: PersonId,
  card: string | null,
): Promise<void> {
  requireAdmin(actor);
  const rosters = await context.store.transaction(async (transaction) => {
    const known = await transaction
      .selectFrom("people")
      .select("card")
      .where("id", "=", person)
      .executeTakeFirst();
    if (known === undefined) throw new CodedError("person.unknown", "there is no such person");
    if (known.card === card) return null;
    if (card !== null) await refuseTakenCard(transaction, card, person);
    await transaction.updateTable("people").set({ card }).where("id", "=", person).execute();
    await recordAudit(transaction, context, { actor, action: "person.card-changed", subject: person });
    return touchPerson(transaction, person, "shown");
  });
  if (rosters !== null) context.changes.tell({ topics: ["people"], rosters });
}

/** Before someone who is not active comes back: their card is taken from them when an active person has it by now. */
export async function dropTakenCard(
  transaction: HubTransaction,
  context: HubContext,
  actor: Actor,
  person: PersonId,
): Promise<void> {
  const takenCards = transaction
    .selectFrom("people")
    .select("card")
    .where("active", "=", 1)
    .where("card", "is not", null);
  const dropped = await transaction
    .updateTable("people")
    .set({ card: null })
    .where("id", "=", person)
    .where("card", "in", takenCards)
    .returning("id")
    .executeTakeFirst();
  if (dropped === undefined) return;
  await recordAudit(transaction, context, { actor, action: "person.card-changed", subject: person });
}

/** A card finds one person: none that another active one has. Throws CodedError `person.card-taken`. */
export async function refuseTakenCard(queries: Queries, card: string, except: PersonId): Promise<void> {
  const holder = await queries
    .selectFrom("people")
    .select("id")
    .where("card", "=", card)
    .where("active", "=", 1)
    .where("id", "!=", except)
    .executeTakeFirst();
  if (holder !== undefined) throw new CodedError("person.card-taken", "this card belongs to someone else");
}
