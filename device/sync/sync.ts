/** All that talks with the hub, as one module: a terminal loads it once it takes keys, or to be claimed. */
export { claimTerminal } from "./claim.ts";
export { SyncClient } from "./sync-client.ts";
