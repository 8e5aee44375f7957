import type { AccessContext } from "../../access/context.ts";
import type { MailOutlet } from "../../mail/list.ts";
import type { SessionRegistry } from "../../session/registry.ts";
import type { LiveStreams } from "../live.ts";
import type { RateLimit } from "../rate.ts";

/** What the routes work with. */
export interface Api {
  readonly access: AccessContext;
  /** Terminals that are connected. */
  readonly sessions: SessionRegistry;
  readonly live: LiveStreams;
  /** How much one caller may ask for. */
  readonly rate: RateLimit;
  readonly mail: MailOutlet;
  /** Whether this hub makes the demo, which anyone on this machine may use. */
  readonly isDemo: boolean;
}
