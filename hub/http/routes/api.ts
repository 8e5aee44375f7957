import type { AccessContext } from "../../access/context.ts";
import type { MailOutlet } from "../../mail/list.ts";
import type { SessionRegistry } from "../../session/registry.ts";
import type { LiveStreams } from "../live.ts";

/** What the routes work with. */
export interface Api {
  readonly access: AccessContext;
  /** Terminals that are connected. */
  readonly sessions: SessionRegistry;
  readonly live: LiveStreams;
  readonly mail: MailOutlet;
  /** Whether this hub makes the demo, which anyone on this machine may use. */
  readonly isDemo: boolean;
}
