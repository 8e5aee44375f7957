import * as z from "zod";
import { employeeNumber } from "../../../protocol/roster.ts";
import { kioskId, personId } from "../../../protocol/ids.ts";
import { confirmPassword } from "../../access/sign-in.ts";
import { assignPeople, assignPerson, unassignPerson } from "../../kiosks/assign.ts";
import { deleteKiosk, editKiosk } from "../../kiosks/edit.ts";
import { exportAssignees } from "../../kiosks/export.ts";
import { createKiosk, theKiosk } from "../../kiosks/kiosks.ts";
import { listKiosksAfter, showKiosk } from "../../kiosks/list.ts";
import { proposeUniversalPin, saveUniversalPin, showUniversalPin } from "../../kiosks/universal-pin.ts";
import { listAssigneesAfter } from "../../people/list.ts";
import { confirmRequest } from "../access-schemas.ts";
import { assignedBody, assignRequest, kioskChanges, newKioskBody, newKioskRequest } from "../edit-schemas.ts";
import { pageQuery } from "../page-schemas.ts";
import { pageOf, readCursor } from "../paging.ts";
import { pinBody, pinRequest, savedPinBody } from "../pin-schemas.ts";
import { route, type ApiRoute } from "../route.ts";
import { kioskBody, kiosksBody, peopleBody } from "../schemas.ts";
import type { Api } from "./api.ts";

/** Kiosks, their assignees, their Universal PINs, and Export Assignees. */

const params = z.strictObject({ kiosk: kioskId });
const assignment = z.strictObject({ kiosk: kioskId, person: personId });
const read = { least: "admin", scopes: ["read"] } as const;
const kiosks = { least: "admin", scopes: ["kiosks"] } as const;
const people = { least: "admin", scopes: ["people"] } as const;
const pins = { least: "admin", scopes: ["pins"] } as const;

export function kioskRoutes(api: Api): readonly ApiRoute[] {
  return [...settingsRoutes(api), ...assigneeRoutes(api), ...universalPinRoutes(api)];
}

function settingsRoutes({ access }: Api): readonly ApiRoute[] {
  const { queries } = access.store;
  return [
    route({
      ...read,
      method: "GET",
      path: "/api/v1/kiosks",
      does: "Kiosks by name",
      query: pageQuery,
      answer: kiosksBody,
      async handle({ query: { limit, after } }) {
        const rows = await listKiosksAfter(queries, readCursor(z.string(), after), limit + 1);
        const page = pageOf(rows, limit, (last) => last.name);
        return { kiosks: [...page.rows], next: page.next };
      },
    }),
    route({
      ...read,
      method: "GET",
      path: "/api/v1/kiosks/{kiosk}",
      does: "One kiosk",
      params,
      answer: kioskBody,
      handle: ({ params: { kiosk } }) => showKiosk(queries, kiosk),
    }),
    route({
      least: "admin",
      scopes: ["kiosks", "pins"],
      method: "POST",
      path: "/api/v1/kiosks",
      does: "Create a kiosk, which gets a Universal PIN (PIN rule 5); it is answered once",
      body: newKioskRequest,
      answer: newKioskBody,
      status: 201,
      handle: ({ body, caller }) => createKiosk(access, caller.actor, body),
    }),
    route({
      ...kiosks,
      method: "PATCH",
      path: "/api/v1/kiosks/{kiosk}",
      does: "Change a kiosk, Requires PIN included",
      params,
      body: kioskChanges,
      handle: ({ params: { kiosk }, body, caller }) => editKiosk(access, caller.actor, kiosk, body),
    }),
    route({
      ...kiosks,
      method: "DELETE",
      path: "/api/v1/kiosks/{kiosk}",
      does: "Delete a kiosk: its name and Universal PIN are free, its punches stay",
      params,
      handle: ({ params: { kiosk }, caller }) => deleteKiosk(access, caller.actor, kiosk),
    }),
  ];
}

function assigneeRoutes({ access }: Api): readonly ApiRoute[] {
  const { queries } = access.store;
  return [
    route({
      ...read,
      method: "GET",
      path: "/api/v1/kiosks/{kiosk}/assignees",
      does: "Who may punch at a kiosk, by number",
      params,
      query: pageQuery,
      answer: peopleBody,
      async handle({ params: { kiosk }, query: { limit, after } }) {
        await theKiosk(queries, kiosk);
        const from = readCursor(employeeNumber, after);
        const page = pageOf(
          await listAssigneesAfter(queries, kiosk, from, limit + 1),
          limit,
          (last) => last.number,
        );
        return { people: [...page.rows], next: page.next };
      },
    }),
    route({
      ...people,
      method: "POST",
      path: "/api/v1/kiosks/{kiosk}/assignees",
      does: "Let several people punch at a kiosk: all of them or nobody",
      params,
      body: assignRequest,
      answer: assignedBody,
      handle: async ({ params: { kiosk }, body, caller }) => ({
        assigned: await assignPeople(access, caller.actor, kiosk, body.people),
      }),
    }),
    route({
      ...people,
      method: "PUT",
      path: "/api/v1/kiosks/{kiosk}/assignees/{person}",
      does: "Let a person punch at a kiosk",
      params: assignment,
      handle: ({ params: { kiosk, person }, caller }) => assignPerson(access, caller.actor, kiosk, person),
    }),
    route({
      ...people,
      method: "DELETE",
      path: "/api/v1/kiosks/{kiosk}/assignees/{person}",
      does: "End that; who is in may still clock out, once (PIN case 11)",
      params: assignment,
      handle: ({ params: { kiosk, person }, caller }) => unassignPerson(access, caller.actor, kiosk, person),
    }),
    route({
      least: "admin",
      scopes: null,
      method: "POST",
      path: "/api/v1/kiosks/{kiosk}/assignees/export",
      does: "Export Assignees: a CSV file with PINs, for one's own password; audited",
      params,
      body: confirmRequest,
      answer: z.string(),
      gives: "text/csv",
      keepsAnswer: false,
      async handle({ params: { kiosk }, body, caller, address }) {
        await confirmPassword(access, caller, body.password, address);
        return (await exportAssignees(access, caller.actor, kiosk)).csv;
      },
    }),
  ];
}

function universalPinRoutes({ access }: Api): readonly ApiRoute[] {
  return [
    route({
      ...pins,
      method: "POST",
      path: "/api/v1/kiosks/{kiosk}/universal-pin/propose",
      does: "Generate: a Universal PIN that breaks no rule now; nothing is stored",
      params,
      answer: pinBody,
      keepsAnswer: false,
      handle: ({ params: { kiosk }, caller }) => proposeUniversalPin(access, caller.actor, kiosk),
    }),
    route({
      ...pins,
      method: "PUT",
      path: "/api/v1/kiosks/{kiosk}/universal-pin",
      does: "Save a kiosk's Universal PIN, only while Requires PIN is on",
      params,
      body: pinRequest,
      answer: savedPinBody,
      handle: ({ params: { kiosk }, body, caller }) =>
        saveUniversalPin(access, caller.actor, kiosk, body.pin),
    }),
    route({
      ...pins,
      method: "POST",
      path: "/api/v1/kiosks/{kiosk}/universal-pin/show",
      does: "Show a kiosk's Universal PIN; audited",
      params,
      answer: pinBody,
      keepsAnswer: false,
      handle: ({ params: { kiosk }, caller }) => showUniversalPin(access, caller.actor, kiosk),
    }),
  ];
}
