import { createClaimToken } from "../../terminals/claims.ts";
import { listTerminals } from "../../terminals/terminals.ts";
import { route, type ApiRoute } from "../route.ts";
import { claimTokenBody, claimTokenRequest, terminalsBody } from "../schemas.ts";
import type { Api } from "./api.ts";

/** Terminals: how they are, and pairing a new one. */
export function terminalRoutes({ access, sessions }: Api): readonly ApiRoute[] {
  return [
    route({
      least: "admin",
      scopes: ["read"],
      method: "GET",
      path: "/api/v1/terminals",
      does: "Terminals by kiosk, and how they are",
      answer: terminalsBody,
      async handle() {
        const terminals = await listTerminals(access.store.queries);
        return {
          terminals: terminals.map((each) => ({ ...each, connected: sessions.isConnected(each.terminal) })),
        };
      },
    }),
    route({
      least: "admin",
      scopes: ["kiosks"],
      method: "POST",
      path: "/api/v1/claim-tokens",
      does: "A token that pairs one terminal with a kiosk; it is answered once",
      body: claimTokenRequest,
      answer: claimTokenBody,
      status: 201,
      handle: ({ body, caller }) => createClaimToken(access, body.kiosk, caller.actor),
    }),
  ];
}
