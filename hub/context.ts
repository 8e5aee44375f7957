import type { Kdf, Random, WallClock } from "../protocol/seams.ts";
import type { Changes } from "./changes.ts";
import type { HubSecrets } from "./secrets.ts";
import type { HubStore } from "./store/store.ts";

/** What every use-case of the hub is given: no HTTP, no sockets, no clock or chance of its own. */
export interface HubContext {
  readonly store: HubStore;
  readonly secrets: HubSecrets;
  readonly kdf: Kdf;
  readonly random: Random;
  readonly wallClock: WallClock;
  readonly changes: Changes;
}
