import * as z from "zod";
import { forkId } from "../../forks/ids.ts";
import { listForks } from "../../forks/list.ts";
import { settleFork } from "../../forks/settle.ts";
import { forksBody, settleForkRequest } from "../fork-schemas.ts";
import { route, type ApiRoute } from "../route.ts";
import type { Api } from "./api.ts";

/** Ledgers with two histories, as of two copies of one card. */
export function forkRoutes({ access }: Api): readonly ApiRoute[] {
  return [
    route({
      least: "admin",
      scopes: ["read"],
      method: "GET",
      path: "/api/v1/forks",
      does: "Terminals' other histories: the open ones first, then the latest that were settled",
      answer: forksBody,
      handle: async () => ({ forks: await listForks(access.store.queries) }),
    }),
    route({
      least: "admin",
      scopes: ["kiosks"],
      method: "POST",
      path: "/api/v1/forks/{fork}/settle",
      does: "Say whether a terminal's other history counts; one that was left out may be counted later",
      params: z.strictObject({ fork: forkId }),
      body: settleForkRequest,
      handle: ({ params: { fork }, body, caller }) => settleFork(access, caller.actor, fork, body.count),
    }),
  ];
}
