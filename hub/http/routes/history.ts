import * as z from "zod";
import { conflictId } from "../../conflicts/ids.ts";
import { listConflicts } from "../../conflicts/list.ts";
import { settleConflict } from "../../conflicts/settle.ts";
import { listCorrections } from "../../corrections/list.ts";
import { addPunch, voidPunch } from "../../corrections/make.ts";
import { closedUntil, closeDays } from "../../days/close.ts";
import { dayBounds } from "../../punches/days.ts";
import { theWorkspace } from "../../workspace/workspace.ts";
import {
  closedDaysBody,
  conflictsBody,
  conflictsQuery,
  correctionRequest,
  correctionsBody,
  correctionsQuery,
  madeCorrectionBody,
  settleRequest,
} from "../history-schemas.ts";
import { pageOf, readCursor } from "../paging.ts";
import { route, type ApiRoute } from "../route.ts";
import type { Api } from "./api.ts";

const position = z.tuple([z.int(), z.string()]);

/** What does not fit and is settled by a person, what admins correct, and the days that are closed. */
export function historyRoutes({ access }: Api): readonly ApiRoute[] {
  const { queries } = access.store;
  return [
    route({
      least: "admin",
      scopes: ["read"],
      method: "GET",
      path: "/api/v1/conflicts",
      does: "Punches that do not fit, the newest conflict first; those that are open unless all are asked for",
      query: conflictsQuery,
      answer: conflictsBody,
      async handle({ query: { state, limit, after } }) {
        const rows = await listConflicts(queries, {
          isOpenOnly: state !== "all",
          before: readCursor(position, after),
          most: limit + 1,
        });
        const page = pageOf(rows, limit, (last) => [last.openedMs, last.conflict]);
        return { conflicts: [...page.rows], next: page.next };
      },
    }),
    route({
      least: "admin",
      scopes: ["people"],
      method: "POST",
      path: "/api/v1/conflicts/{conflict}/settle",
      does: "Decide about a conflict, once; terminals hear of what follows from it",
      params: z.strictObject({ conflict: conflictId }),
      body: settleRequest,
      handle: ({ params: { conflict }, body, caller }) =>
        settleConflict(access, caller.actor, conflict, body.decision, body.reason ?? null),
    }),
    route({
      least: "admin",
      scopes: ["people"],
      method: "POST",
      path: "/api/v1/corrections",
      does: "Add a punch that is missing, or have one not count; the original stays, and so does the correction",
      body: correctionRequest,
      answer: madeCorrectionBody,
      status: 201,
      async handle({ body, caller }) {
        const { person, reason } = body;
        const correction =
          "add" in body
            ? await addPunch(access, caller.actor, {
                person,
                reason,
                action: body.add.action,
                atMs: body.add.atMs,
                kiosk: body.add.kiosk ?? null,
              })
            : await voidPunch(access, caller.actor, { person, reason, ...body.void });
        return { correction };
      },
    }),
    route({
      least: "admin",
      scopes: ["read"],
      method: "GET",
      path: "/api/v1/corrections",
      does: "Corrections, the newest first, of a person or of a day if asked",
      query: correctionsQuery,
      answer: correctionsBody,
      async handle({ query: { person, day, limit, after } }) {
        const { timeZone } = await theWorkspace(queries);
        const rows = await listCorrections(queries, {
          person: person ?? null,
          day: day === undefined ? null : dayBounds(day, timeZone),
          before: readCursor(position, after),
          most: limit + 1,
        });
        const page = pageOf(rows, limit, (last) => [last.createdMs, last.correction]);
        return { corrections: [...page.rows], next: page.next };
      },
    }),
    route({
      least: "admin",
      scopes: ["read"],
      method: "GET",
      path: "/api/v1/closed-days",
      does: "Up to which day the workspace's days are closed",
      answer: closedDaysBody,
      handle: async () => ({ closedUntil: await closedUntil(queries) }),
    }),
    route({
      least: "admin",
      scopes: ["workspace"],
      method: "PUT",
      path: "/api/v1/closed-days",
      does: "Close the days up to and with one: what comes in for them later waits for a person. Only an owner opens them again",
      body: closedDaysBody,
      handle: ({ body, caller }) => closeDays(access, caller.actor, body.closedUntil),
    }),
  ];
}
