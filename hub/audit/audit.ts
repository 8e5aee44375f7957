import { crockford, ID_LENGTH, type PersonId } from "../../protocol/ids.ts";
import type { Random, WallClock } from "../../protocol/seams.ts";
import type { HubTransaction } from "../store/schema.ts";

/** Every admin act, in the words of the act; never a PIN, token or key. */
export type AuditAction =
  | "workspace.created"
  | "person.added"
  | "person.card-changed"
  | "kiosk.created"
  | "kiosk.assigned"
  | "kiosk.unassigned"
  | "claim-token.created"
  | "terminal.claimed";

export interface AuditEntry {
  /** Null for the hub itself, or while there is no sign-in. */
  readonly actor: PersonId | null;
  readonly action: AuditAction;
  readonly subject: string | null;
}

/** Records an act in the transaction that does it: neither is there without the other. */
export async function recordAudit(
  transaction: HubTransaction,
  from: { readonly random: Random; readonly wallClock: WallClock },
  entry: AuditEntry,
): Promise<void> {
  await transaction
    .insertInto("audit")
    .values({ id: crockford(from.random.bytes(10), ID_LENGTH), at_ms: from.wallClock.wallMs(), ...entry })
    .execute();
}
