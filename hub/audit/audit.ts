import { crockford, ID_LENGTH } from "../../protocol/ids.ts";
import type { Random, WallClock } from "../../protocol/seams.ts";
import type { Actor } from "../access.ts";
import type { HubTransaction } from "../store/schema.ts";

/** Every admin act, in the words of the act; never a PIN, token or key. */
export type AuditAction =
  | "workspace.created"
  | "workspace.plan-changed"
  | "workspace.pin-length-changed"
  | "workspace.pins-write-only"
  | "workspace.pins-readable"
  | "workspace.tries-changed"
  | "person.added"
  | "person.card-changed"
  | "person.imported"
  | "person.edited"
  | "person.role-changed"
  | "person.deactivated"
  | "person.reactivated"
  | "person.waits-lifted"
  | "pin.changed"
  | "pin.shown"
  | "pin.slip-printed"
  | "kiosk.created"
  | "kiosk.edited"
  | "kiosk.deleted"
  | "kiosk.assigned"
  | "kiosk.unassigned"
  | "kiosk.requires-pin-restored"
  | "kiosk.assignees-exported"
  | "kiosk.universal-pin-changed"
  | "kiosk.universal-pin-shown"
  | "alarm.dismissed"
  | "conflict.settled"
  | "punch.added"
  | "punch.voided"
  | "days.closed"
  | "days.opened"
  | "access.owner-made"
  | "access.invited"
  | "access.invitation-revoked"
  | "access.invitation-used"
  | "access.signed-in"
  | "access.signed-out"
  | "access.sessions-ended"
  | "access.password-changed"
  | "token.created"
  | "token.revoked"
  | "mail.retried"
  | "claim-token.created"
  | "terminal.claimed"
  | "terminal.unpaired"
  | "terminal.reported-stolen"
  | "terminal.identified"
  | "terminal.unlocked"
  | "terminal.restarted"
  | "terminal.resent"
  | "fork.counted"
  | "fork.left-out";

export interface AuditEntry {
  readonly actor: Actor;
  readonly action: AuditAction;
  /** Id of what it was done to. */
  readonly subject: string | null;
}

/** Records an act in the transaction that does it: neither is there without the other. Resolves with the entry's id. */
export async function recordAudit(
  transaction: HubTransaction,
  from: { readonly random: Random; readonly wallClock: WallClock },
  entry: AuditEntry,
): Promise<string> {
  const id = crockford(from.random.bytes(10), ID_LENGTH);
  await transaction
    .insertInto("audit")
    .values({
      id,
      at_ms: from.wallClock.wallMs(),
      actor: entry.actor.person,
      action: entry.action,
      subject: entry.subject,
    })
    .execute();
  return id;
}
