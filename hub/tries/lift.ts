import type { PersonId } from "../../protocol/ids.ts";
import { requireAdmin, type Actor } from "../access.ts";
import { recordAudit } from "../audit/audit.ts";
import type { HubContext } from "../context.ts";
import { touchPerson } from "../kiosks/revision.ts";
import { thePerson } from "../people/people.ts";
import { clearTries } from "./tries.ts";

/**
 * Lifts a person's waits: what they typed wrong until now counts for nothing, at every terminal, as soon as it hears of
 * it. What a terminal has not handed in yet counts on. Rejects with CodedError `person.unknown`, `access.admins-only`.
 */
export async function liftWaits(context: HubContext, actor: Actor, person: PersonId): Promise<void> {
  requireAdmin(actor);
  const rosters = await context.store.transaction(async (transaction) => {
    await thePerson(transaction, person);
    await clearTries(transaction, person);
    await recordAudit(transaction, context, { actor, action: "person.waits-lifted", subject: person });
    return touchPerson(transaction, person, "shown");
  });
  context.changes.tell({ topics: ["requests"], rosters });
}
