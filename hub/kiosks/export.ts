import { stringify } from "csv-stringify/sync";
import type { KioskId } from "../../protocol/ids.ts";
import { requireAdmin, type Actor } from "../access.ts";
import { recordAudit } from "../audit/audit.ts";
import type { HubContext } from "../context.ts";
import { queueNotice } from "../mail/queue.ts";
import { refuseWriteOnly } from "../pins/person-pin.ts";
import { openPin } from "../pins/pins.ts";
import { theWorkspace } from "../workspace/workspace.ts";
import { theKiosk } from "./kiosks.ts";

/** Export Assignees (PIN rule 6): a kiosk's people with their PINs, as a CSV file. */

const HEADER = ["Name", "Number", "E-mail", "Role", "PIN"];
const BYTE_ORDER_MARK = "\ufeff";

export interface ExportedAssignees {
  /** RFC 4180, UTF-8 with a byte order mark: spreadsheets then read accents, and run nothing. */
  readonly csv: string;
  readonly assignees: number;
  /** Assignees whose field is empty: their PIN was set while PINs were write-only. */
  readonly unreadable: number;
}

/**
 * Exports the assignees that are active, by number, audited each time. Rejects with CodedError `pin.write-only`,
 * `kiosk.unknown`, `access.admins-only`.
 */
export async function exportAssignees(
  context: HubContext,
  actor: Actor,
  kiosk: KioskId,
): Promise<ExportedAssignees> {
  requireAdmin(actor);
  const people = await context.store.transaction(async (transaction) => {
    refuseWriteOnly(await theWorkspace(transaction));
    await theKiosk(transaction, kiosk);
    const entry = { actor, action: "kiosk.assignees-exported", subject: kiosk } as const;
    const audit = await recordAudit(transaction, context, entry);
    if (actor.person !== null) {
      const atMs = context.wallClock.wallMs();
      await queueNotice(transaction, context, {
        kind: "pins-exported",
        audit,
        by: actor.person,
        kiosk,
        atMs,
      });
    }
    return transaction
      .selectFrom("kiosk_people")
      .innerJoin("people", "people.id", "kiosk_people.person")
      .select([
        "people.id",
        "people.name",
        "people.number",
        "people.email",
        "people.role",
        "people.pin_sealed",
      ])
      .where("kiosk_people.kiosk", "=", kiosk)
      .where("kiosk_people.removed", "=", 0)
      .where("people.active", "=", 1)
      .orderBy("people.number")
      .execute();
  });
  const rows = people.map((row) => ({ ...row, pin: openPin(context, row.id, row) }));
  return {
    csv: csvOf([HEADER, ...rows.map((row) => [row.name, row.number, row.email, row.role, row.pin])]),
    assignees: rows.length,
    unreadable: rows.filter((row) => row.pin === null).length,
  };
}

/** A cell that a spreadsheet would take for a formula gets an apostrophe in front; everything is quoted, as text is. */
function csvOf(rows: readonly (readonly (string | null)[])[]): string {
  const csv = stringify([...rows], { record_delimiter: "\r\n", quoted: true, escape_formulas: true });
  return BYTE_ORDER_MARK + csv;
}
