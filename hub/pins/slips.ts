import { CodedError } from "../../protocol/errors.ts";
import type { PersonId } from "../../protocol/ids.ts";
import { requireAdmin, type Actor } from "../access.ts";
import { recordAudit } from "../audit/audit.ts";
import type { HubContext } from "../context.ts";
import { requireActive } from "../people/people.ts";
import { theWorkspace } from "../workspace/workspace.ts";
import { refuseWriteOnly, unreadable } from "./person-pin.ts";
import { openPin } from "./pins.ts";

/** PIN slips (PIN rule 3): what is printed and handed to a person, and to nobody else. */

/** Slips of one request. */
export const MAX_SLIPS = 500;

export interface PinSlip {
  readonly person: PersonId;
  readonly name: string;
  readonly number: string;
  readonly pin: string;
}

/**
 * The slips of these people, in this order, audited one by one; all or none. Rejects with CodedError `slips.too-many`,
 * `pin.write-only`, `pin.unreadable`, `person.unknown`, `person.inactive`, `access.admins-only`.
 */
export async function printPinSlips(
  context: HubContext,
  actor: Actor,
  people: readonly PersonId[],
): Promise<PinSlip[]> {
  requireAdmin(actor);
  if (people.length > MAX_SLIPS) {
    throw new CodedError("slips.too-many", `${MAX_SLIPS} slips are printed at once at most`);
  }
  return context.store.transaction(async (transaction) => {
    refuseWriteOnly(await theWorkspace(transaction));
    const slips: PinSlip[] = [];
    for (const person of people) {
      const row = await requireActive(transaction, person);
      const pin = openPin(context, person, row);
      if (pin === null) throw unreadable();
      slips.push({ person, name: row.name, number: row.number, pin });
      await recordAudit(transaction, context, { actor, action: "pin.slip-printed", subject: person });
    }
    return slips;
  });
}
