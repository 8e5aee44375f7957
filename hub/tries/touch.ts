import type { KioskId, PersonId, TerminalId } from "../../protocol/ids.ts";
import { touchPersonAt } from "../kiosks/revision.ts";
import type { HubTransaction } from "../store/schema.ts";

/**
 * What terminals are told of a person's wrong PINs changed: counts it at the kiosks concerned, and returns those. A kiosk
 * whose only terminal is `except` is none of them: its own ledger says what it was told by the wrong PIN itself.
 */
export async function touchTries(
  transaction: HubTransaction,
  person: PersonId,
  except: TerminalId | null,
): Promise<readonly KioskId[]> {
  const rows = await transaction
    .selectFrom("kiosk_people")
    .select("kiosk")
    .where("person", "=", person)
    .where((row) => row.or([row("removed", "=", 0), row("leaving", "=", 1)]))
    .where((row) =>
      row.exists(
        row
          .selectFrom("terminals")
          .select("terminals.id")
          .whereRef("terminals.kiosk", "=", "kiosk_people.kiosk")
          .where("terminals.revoked", "=", 0)
          .$if(except !== null, (terminals) => terminals.where("terminals.id", "!=", except)),
      ),
    )
    .execute();
  const kiosks = rows.map((row) => row.kiosk);
  await touchPersonAt(transaction, kiosks, person, "shown");
  return kiosks;
}
