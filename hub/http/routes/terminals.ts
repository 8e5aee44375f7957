import * as z from "zod";
import { terminalId } from "../../../protocol/ids.ts";
import { createClaimToken } from "../../terminals/claims.ts";
import { commandTerminal } from "../../terminals/command.ts";
import { listTerminals } from "../../terminals/list.ts";
import { reportStolen } from "../../terminals/stolen.ts";
import { unpairTerminal } from "../../terminals/unpair.ts";
import { commandBody, commandRequest } from "../fork-schemas.ts";
import { stolenBody } from "../pin-schemas.ts";
import { route, type ApiRoute } from "../route.ts";
import { claimTokenBody, claimTokenRequest, terminalsBody } from "../schemas.ts";
import type { Api } from "./api.ts";

const params = z.strictObject({ terminal: terminalId });

/** Terminals: how they are, pairing a new one, and taking one's place away. */
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
          terminals: terminals.map((each) => ({
            ...each,
            // What a connected one said last is newer than what was written down of it.
            ...sessions.healthOf(each.terminal),
            connected: sessions.isConnected(each.terminal),
          })),
        };
      },
    }),
    route({
      least: "admin",
      scopes: ["kiosks"],
      method: "POST",
      path: "/api/v1/terminals/{terminal}/commands",
      does: "Have a connected terminal show itself, end slower tries, restart, or send its events again",
      params,
      body: commandRequest,
      answer: commandBody,
      async handle({ params: { terminal }, body, caller }) {
        return { outcome: await commandTerminal(access, sessions, caller.actor, terminal, body) };
      },
    }),
    route({
      least: "admin",
      scopes: ["kiosks"],
      method: "POST",
      path: "/api/v1/terminals/{terminal}/unpair",
      does: "Take a terminal's place away: it hands in what it recorded, then forgets everybody and its keys",
      params,
      handle: ({ params: { terminal }, caller }) => unpairTerminal(access, caller.actor, terminal),
    }),
    route({
      least: "admin",
      scopes: ["kiosks", "pins"],
      method: "POST",
      path: "/api/v1/terminals/{terminal}/report-stolen",
      does: "Shut a stolen terminal out and give its kiosk and everyone there new PINs; answers them, once",
      params,
      answer: stolenBody,
      async handle({ params: { terminal }, caller }) {
        const { issued } = await reportStolen(access, caller.actor, terminal);
        return { issued: [...issued] };
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
