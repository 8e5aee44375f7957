import type { AuditAction } from "../audit/audit.ts";
import { isolated } from "./format.ts";

/** What each act of the audit log was, as an end to a sentence that begins with who did it. `…` stands for whom or what it was done to. */
const WORDS: Readonly<Record<AuditAction, string>> = {
  "workspace.created": "made this workspace",
  "workspace.plan-changed": "changed the plan",
  "workspace.pin-length-changed": "changed the length of all PINs",
  "workspace.pins-write-only": "made PINs write-only",
  "workspace.pins-readable": "made PINs readable from their next change on",
  "workspace.tries-changed": "changed what wrong PINs cost",
  "person.added": "added …",
  "person.card-changed": "changed the card of …",
  "person.imported": "imported …",
  "person.edited": "edited …",
  "person.role-changed": "changed the role of …",
  "person.deactivated": "deactivated …",
  "person.reactivated": "reactivated …",
  "person.waits-lifted": "lifted the waits of …",
  "pin.changed": "changed the PIN of …",
  "pin.shown": "looked at the PIN of …",
  "pin.slip-printed": "printed a PIN slip for …",
  "alarm.dismissed": "dismissed an alarm about …",
  "conflict.settled": "settled a conflict about the punches of …",
  "punch.added": "added a punch of …",
  "punch.voided": "had a punch of … not count",
  "days.closed": "closed days",
  "days.opened": "opened closed days again",
  "mail.retried": "had a mail sent again",
  "kiosk.created": "created the kiosk …",
  "kiosk.edited": "edited the kiosk …",
  "kiosk.deleted": "deleted the kiosk …",
  "kiosk.assigned": "assigned … to a kiosk",
  "kiosk.unassigned": "took … off a kiosk",
  "kiosk.requires-pin-restored": "turned Requires PIN on again at …",
  "kiosk.assignees-exported": "exported the assignees of … with their PINs",
  "kiosk.universal-pin-changed": "changed the Universal PIN of …",
  "kiosk.universal-pin-shown": "looked at the Universal PIN of …",
  "access.owner-made": "became the owner",
  "access.invited": "invited … to sign in",
  "access.invitation-revoked": "revoked the invitation of …",
  "access.invitation-used": "used an invitation",
  "access.signed-in": "signed in",
  "access.signed-out": "signed out",
  "access.sessions-ended": "ended the sessions of …",
  "access.password-changed": "changed their password",
  "token.created": "made an API token",
  "token.revoked": "revoked an API token",
  "claim-token.created": "made a claim token to pair a terminal with …",
  "terminal.claimed": "paired a terminal",
  "terminal.unpaired": "unpaired a terminal",
  "terminal.reported-stolen": "reported a terminal stolen",
  "terminal.identified": "had a terminal show itself",
  "terminal.unlocked": "ended the slower tries at a terminal",
  "terminal.restarted": "restarted a terminal",
  "terminal.resent": "had a terminal send its events again",
  "fork.counted": "let a terminal's other history count",
  "fork.left-out": "left a terminal's other history out",
};

const WORDS_OF = new Map<string, string>(Object.entries(WORDS));

/** The act in words. An act of a newer hub is called what it is called there. */
export function auditWords(action: string, subjectName: string | null): string {
  const words = WORDS_OF.get(action) ?? (subjectName === null ? action : `${action} …`);
  return words.replace("…", () => (subjectName === null ? "someone unknown" : isolated(subjectName)));
}
