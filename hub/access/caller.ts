import { CodedError } from "../../protocol/errors.ts";
import type { PersonId } from "../../protocol/ids.ts";
import type { Role } from "../../protocol/roster.ts";
import type { Actor } from "../access.ts";
import type { SessionId, TokenId } from "./ids.ts";
import type { Scope } from "./scopes.ts";

/** Who makes a request: a person who is signed in, or a program with a token of theirs. */
export interface Caller {
  /** In the role that they have now. */
  readonly actor: Actor & { readonly person: PersonId };
  readonly via: ViaSession | ViaToken;
}

export interface ViaSession {
  readonly kind: "session";
  readonly session: SessionId;
}

export interface ViaToken {
  readonly kind: "token";
  readonly token: TokenId;
  readonly scopes: readonly Scope[];
}

/** The least that a caller must be. A regular person is nobody here: they cannot sign in. */
export type LeastRole = Exclude<Role, "regular">;

const RANK: Readonly<Record<Role, number>> = { regular: 0, manager: 1, admin: 2, owner: 3 };

export function isAtLeast(role: Role, least: LeastRole): boolean {
  return RANK[role] >= RANK[least];
}

/** Whether someone in this role may sign in at all. */
export function maySignIn(role: Role): boolean {
  return isAtLeast(role, "manager");
}

/** What a caller must be and have: `scopes` null is for people only, never for a program's token. */
export interface Requirement {
  readonly least: LeastRole;
  readonly scopes: readonly Scope[] | null;
}

/** The one guard. Throws CodedError `access.signed-out`, `access.role`, `access.scope`. */
export function requireAccess(caller: Caller | null, requirement: Requirement): Caller {
  if (caller === null) {
    throw new CodedError("access.signed-out", "sign in first: there is no session, or it has ended");
  }
  const { actor, via } = caller;
  if (!isAtLeast(actor.role, requirement.least)) {
    throw new CodedError("access.role", `this needs the role ${requirement.least} at least`);
  }
  if (via.kind === "session") return caller;
  if (requirement.scopes === null) {
    throw new CodedError("access.scope", "this is for people who are signed in, and for no token");
  }
  const missing = requirement.scopes.filter((scope) => !via.scopes.includes(scope));
  if (missing.length > 0) {
    throw new CodedError("access.scope", `this needs a token with the scope ${missing.join(" and ")}`);
  }
  return caller;
}
