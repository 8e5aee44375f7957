import { CodedError } from "../../protocol/errors.ts";
import type { KioskId, TerminalId } from "../../protocol/ids.ts";
import { requireAdmin, type Actor } from "../access.ts";
import { recordAudit } from "../audit/audit.ts";
import type { HubContext } from "../context.ts";
import { touchAssignees } from "../kiosks/revision.ts";
import type { IssuedPin } from "../pins/length.ts";
import { giveNewPins, prepareNewPins, type PreparedPins } from "../pins/renew.ts";
import type { HubTransaction } from "../store/schema.ts";
import { theTerminal } from "./unpair.ts";

/** Times that people may come, go or change between the choice of PINs and the act before it gives up. */
const MAX_STOLEN_ATTEMPTS = 5;

export interface ReportedStolen {
  /** The new PINs of everyone at its kiosk and the new Universal PIN, to be shown once; none when it was reported before. */
  readonly issued: readonly IssuedPin[];
}

/**
 * Report stolen: who has the box may find out the PINs of everyone it knew (design section 7). At one moment its place is
 * taken away, its later events are kept out, and its kiosk's assignees and the kiosk get new PINs. Rejects with CodedError
 * `terminal.unknown`, `pin.none-left`, `workspace.busy`, `access.admins-only`; then nothing is changed.
 */
export async function reportStolen(
  context: HubContext,
  actor: Actor,
  terminal: TerminalId,
): Promise<ReportedStolen> {
  requireAdmin(actor);
  const prepared: PreparedPins = new Map();
  for (let attempt = 1; attempt <= MAX_STOLEN_ATTEMPTS; attempt += 1) {
    const { kiosk, stolen } = await theTerminal(context.store.queries, terminal);
    if (stolen === 1) return { issued: [] };
    await prepareNewPins(context, kiosk, prepared);
    const done = await context.store.transaction((transaction) =>
      takeAway(transaction, context, actor, terminal, prepared),
    );
    if (done === null) continue;
    const topics = ["terminals", "people", "kiosks", "requests"] as const;
    context.changes.tell({ topics, rosters: done.kiosks, terminals: [terminal] });
    return { issued: done.issued };
  }
  throw new CodedError("workspace.busy", "people and kiosks changed all the while: try again in a moment");
}

interface Done extends ReportedStolen {
  readonly kiosks: readonly KioskId[];
}

/** Null when someone needs a PIN that is not prepared. */
async function takeAway(
  transaction: HubTransaction,
  context: HubContext,
  actor: Actor,
  terminal: TerminalId,
  prepared: PreparedPins,
): Promise<Done | null> {
  const { kiosk, stolen } = await theTerminal(transaction, terminal);
  if (stolen === 1) return { issued: [], kiosks: [] };
  const issued = await giveNewPins(transaction, context, actor, kiosk, prepared);
  if (issued === null) return null;
  await transaction
    .updateTable("terminals")
    .set({ revoked: 1, stolen: 1, told_ms: null })
    .where("id", "=", terminal)
    .execute();
  await recordAudit(transaction, context, { actor, action: "terminal.reported-stolen", subject: terminal });
  return { issued, kiosks: await touchAssignees(transaction, kiosk) };
}
