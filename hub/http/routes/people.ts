import * as z from "zod";
import { employeeNumber } from "../../../protocol/roster.ts";
import { personId } from "../../../protocol/ids.ts";
import { deactivatePerson, reactivatePerson } from "../../people/activity.ts";
import { setCard } from "../../people/cards.ts";
import { editPerson } from "../../people/edit.ts";
import { MAX_IMPORT_BYTES } from "../../people/import-rows.ts";
import { importPeople } from "../../people/import.ts";
import { listPeopleAfter, showPerson } from "../../people/list.ts";
import { addPerson } from "../../people/people.ts";
import {
  importedBody,
  newPersonBody,
  newPersonRequest,
  newPinBody,
  personChanges,
  roleRequest,
} from "../edit-schemas.ts";
import { pageQuery } from "../page-schemas.ts";
import { pageOf, readCursor } from "../paging.ts";
import { pinBody } from "../pin-schemas.ts";
import { route, type ApiRoute } from "../route.ts";
import { cardBody, cardRequest, peopleBody, personBody } from "../schemas.ts";
import type { Api } from "./api.ts";

/** People: who they are and whether they are here. What answers with a PIN needs the scope `pins` too. */

const params = z.strictObject({ person: personId });

export function peopleRoutes({ access }: Api): readonly ApiRoute[] {
  const { queries } = access.store;
  return [
    route({
      least: "admin",
      scopes: ["read"],
      method: "GET",
      path: "/api/v1/people",
      does: "People by number, nothing about PINs",
      query: pageQuery,
      answer: peopleBody,
      async handle({ query: { limit, after } }) {
        const rows = await listPeopleAfter(queries, readCursor(employeeNumber, after), limit + 1);
        const { rows: people, next } = pageOf(rows, limit, (last) => last.number);
        return { people: [...people], next };
      },
    }),
    route({
      least: "admin",
      scopes: ["read"],
      method: "GET",
      path: "/api/v1/people/{person}",
      does: "One person",
      params,
      answer: personBody,
      handle: ({ params: { person } }) => showPerson(queries, person),
    }),
    route({
      least: "admin",
      scopes: ["people", "pins"],
      method: "POST",
      path: "/api/v1/people",
      does: "Add a person, who gets a PIN (PIN rule 3); it is answered once",
      body: newPersonRequest,
      answer: newPersonBody,
      status: 201,
      handle: ({ body, caller }) => addPerson(access, caller.actor, body),
    }),
    route({
      least: "admin",
      scopes: ["people"],
      method: "PATCH",
      path: "/api/v1/people/{person}",
      does: "Change a person",
      params,
      body: personChanges,
      async handle({ params: { person }, body, caller }) {
        await editPerson(access, caller.actor, person, body);
      },
    }),
    route({
      least: "admin",
      scopes: ["people", "pins"],
      method: "PUT",
      path: "/api/v1/people/{person}/role",
      does: "Give a person a role, with a new PIN in the same act if asked (PIN case 1)",
      params,
      body: roleRequest,
      answer: newPinBody,
      handle: ({ params: { person }, body: { role, newPin }, caller }) =>
        editPerson(access, caller.actor, person, { role }, newPin),
    }),
    route({
      least: "admin",
      scopes: ["people"],
      method: "PUT",
      path: "/api/v1/people/{person}/card",
      does: "Give a person a card, which stands in for typing their number, or take it away",
      params,
      body: cardRequest,
      answer: cardBody,
      async handle({ params: { person }, body: { card }, caller }) {
        await setCard(access, caller.actor, person, card);
        return { person, card };
      },
    }),
    route({
      least: "admin",
      scopes: ["people"],
      method: "POST",
      path: "/api/v1/people/{person}/deactivate",
      does: "Deactivate a person: their PIN is free, rosters drop them",
      params,
      handle: ({ params: { person }, caller }) => deactivatePerson(access, caller.actor, person),
    }),
    route({
      least: "admin",
      scopes: ["people", "pins"],
      method: "POST",
      path: "/api/v1/people/{person}/reactivate",
      does: "Bring a person back, with a new PIN; it is answered once",
      params,
      answer: pinBody,
      handle: ({ params: { person }, caller }) => reactivatePerson(access, caller.actor, person),
    }),
    route({
      least: "admin",
      scopes: ["people", "pins"],
      method: "POST",
      path: "/api/v1/people/import",
      does: "Import people from CSV (name, email, number, role, language, pin): all of them or nobody",
      takes: "text/csv",
      bodyLimit: MAX_IMPORT_BYTES,
      body: z.instanceof(Uint8Array, { error: "must be sent as text/csv" }),
      answer: importedBody,
      async handle({ body, caller }) {
        return { imported: [...(await importPeople(access, caller.actor, body))] };
      },
    }),
  ];
}
