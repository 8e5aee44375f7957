import * as z from "zod";

/**
 * What an API token may do. `read`: lists, nothing about PINs. `people`: add and change people and where they punch.
 * `kiosks`: kiosks and pairing terminals. `pins`: set, show and print PINs. `workspace`: plan and PIN settings. What
 * answers with a PIN needs `pins` besides. Access itself (sessions, invitations, tokens, export) is for people who are
 * signed in.
 */
export const SCOPES = ["read", "people", "kiosks", "pins", "workspace"] as const;
export const scope = z.enum(SCOPES);
export type Scope = z.infer<typeof scope>;
