import * as z from "zod";
import { personId } from "../../../protocol/ids.ts";
import { proposePersonPin, savePersonPin, showPersonPin } from "../../pins/person-pin.ts";
import { listOpenRequests } from "../../pins/requests.ts";
import { printPinSlips } from "../../pins/slips.ts";
import { pinBody, pinRequest, savedPinBody, slipsBody, slipsRequest } from "../pin-schemas.ts";
import { route, type ApiRoute } from "../route.ts";
import { requestsBody } from "../schemas.ts";
import type { Api } from "./api.ts";

/** Edit PIN, showing it, slips, and who forgot theirs. Showing is a POST: it is asked for, audited, and in no cache. */

const params = z.strictObject({ person: personId });
const pins = { least: "admin", scopes: ["pins"] } as const;

export function pinRoutes({ access }: Api): readonly ApiRoute[] {
  return [
    route({
      ...pins,
      method: "POST",
      path: "/api/v1/people/{person}/pin/propose",
      does: "Generate: a PIN that breaks no rule now; nothing is stored",
      params,
      answer: pinBody,
      keepsAnswer: false,
      handle: ({ params: { person }, caller }) => proposePersonPin(access, caller.actor, person),
    }),
    route({
      ...pins,
      method: "PUT",
      path: "/api/v1/people/{person}/pin",
      does: "Save: give a person this PIN, which closes their request and ends their waits",
      params,
      body: pinRequest,
      answer: savedPinBody,
      handle: ({ params: { person }, body, caller }) => savePersonPin(access, caller.actor, person, body.pin),
    }),
    route({
      ...pins,
      method: "POST",
      path: "/api/v1/people/{person}/pin/show",
      does: "Show a person's PIN; audited",
      params,
      answer: pinBody,
      keepsAnswer: false,
      handle: ({ params: { person }, caller }) => showPersonPin(access, caller.actor, person),
    }),
    route({
      ...pins,
      method: "POST",
      path: "/api/v1/pin-slips",
      does: "PIN slips to be printed; audited one by one",
      body: slipsRequest,
      answer: slipsBody,
      keepsAnswer: false,
      async handle({ body, caller }) {
        return { slips: await printPinSlips(access, caller.actor, body.people) };
      },
    }),
    route({
      least: "manager",
      scopes: ["read"],
      method: "GET",
      path: "/api/v1/requests",
      does: "Who forgot their PIN and waits for a new one (PIN rule 7)",
      answer: requestsBody,
      handle: async () => ({ requests: await listOpenRequests(access.store.queries) }),
    }),
  ];
}
