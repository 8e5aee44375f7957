import type { HubContext } from "../context.ts";
import type { Passwords } from "./passwords.ts";

/** What signing in is given beyond the hub's context. */
export interface AccessContext extends HubContext {
  readonly passwords: Passwords;
}
