import { CodedError } from "../protocol/errors.ts";
import type { PersonId } from "../protocol/ids.ts";
import { isAdmin, type Role } from "../protocol/roster.ts";

/** Who asks for an act: someone signed in, in the role they have now. */
export interface Actor {
  /** Null: the hub itself. */
  readonly person: PersonId | null;
  readonly role: Role;
}

/** The hub itself, for what no person asked for: a first start, the demo. */
export const HUB_ACTOR: Actor = { person: null, role: "owner" };

/** Owners and admins manage; managers never see, type or generate PINs (PIN rule 6). Throws CodedError `access.admins-only`. */
export function requireAdmin(actor: Actor): void {
  if (!isAdmin(actor.role)) {
    throw new CodedError("access.admins-only", "only owners and admins may do this");
  }
}
