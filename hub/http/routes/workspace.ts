import * as z from "zod";
import { readCursor, pageOf } from "../paging.ts";
import { listAudit } from "../../audit/list.ts";
import { changePinLength } from "../../pins/length.ts";
import { setWriteOnlyPins } from "../../pins/write-only.ts";
import { dayAt } from "../../punches/days.ts";
import { changePlan, restoreRequiresPin } from "../../workspace/plan.ts";
import { wrongPinSettings } from "../../workspace/tries.ts";
import { theWorkspace } from "../../workspace/workspace.ts";
import { kioskIdsBody, pinVisibilityRequest, planRequest } from "../edit-schemas.ts";
import { pageQuery } from "../page-schemas.ts";
import { pinLengthBody, pinLengthRequest } from "../pin-schemas.ts";
import { route, type ApiRoute } from "../route.ts";
import { auditsBody, settingsBody, workspaceBody } from "../schemas.ts";
import type { Api } from "./api.ts";

/** The workspace: its plan, what is decided about all PINs, and the audit log. */

const auditPosition = z.tuple([z.int(), z.string()]);

export function workspaceRoutes({ access }: Api): readonly ApiRoute[] {
  const { queries } = access.store;
  return [
    route({
      least: "manager",
      scopes: ["read"],
      method: "GET",
      path: "/api/v1/workspace",
      does: "The workspace's name, and today in its time zone",
      answer: workspaceBody,
      async handle() {
        const { name, numberLength, timeZone, language } = await theWorkspace(queries);
        const nowMs = access.wallClock.wallMs();
        return { name, numberLength, timeZone, language, today: dayAt(nowMs, timeZone), nowMs };
      },
    }),
    route({
      least: "admin",
      scopes: ["read"],
      method: "GET",
      path: "/api/v1/workspace/settings",
      does: "The plan, and what is decided about PINs, wrong ones included",
      answer: settingsBody,
      async handle() {
        const { plan, pinLength, writeOnlyPins } = await theWorkspace(queries);
        return { plan, pinLength, writeOnlyPins, ...(await wrongPinSettings(queries)) };
      },
    }),
    route({
      least: "admin",
      scopes: ["workspace"],
      method: "PUT",
      path: "/api/v1/workspace/plan",
      does: "Change the plan; answers the kiosks where Requires PIN went off with it (PIN rule 2)",
      body: planRequest,
      answer: kioskIdsBody,
      async handle({ body, caller }) {
        return { kiosks: [...(await changePlan(access, caller.actor, body.plan))] };
      },
    }),
    route({
      least: "admin",
      scopes: ["workspace"],
      method: "POST",
      path: "/api/v1/workspace/restore-requires-pin",
      does: "Turn Requires PIN on again where a plan had turned it off, with the same PINs",
      answer: kioskIdsBody,
      async handle({ caller }) {
        return { kiosks: [...(await restoreRequiresPin(access, caller.actor))] };
      },
    }),
    route({
      least: "admin",
      scopes: ["workspace", "pins"],
      method: "PUT",
      path: "/api/v1/workspace/pin-length",
      does: "Change the length of PINs, 4 or 6; answers the PINs that were generated, once",
      body: pinLengthRequest,
      answer: pinLengthBody,
      async handle({ body, caller }) {
        const { issued, restored } = await changePinLength(access, caller.actor, body.pinLength);
        return { issued: [...issued], restored };
      },
    }),
    route({
      least: "admin",
      scopes: ["workspace"],
      method: "PUT",
      path: "/api/v1/workspace/pin-visibility",
      does: "Make PINs write-only, which destroys what could show them, or readable from their next change on",
      body: pinVisibilityRequest,
      handle: ({ body, caller }) => setWriteOnlyPins(access, caller.actor, body.writeOnlyPins),
    }),
    route({
      least: "admin",
      scopes: ["read"],
      method: "GET",
      path: "/api/v1/audit",
      does: "Every admin act, the newest first",
      query: pageQuery,
      answer: auditsBody,
      async handle({ query: { limit, after } }) {
        const rows = await listAudit(queries, readCursor(auditPosition, after), limit + 1);
        const page = pageOf(rows, limit, (last) => [last.atMs, last.id]);
        return { audit: [...page.rows], next: page.next };
      },
    }),
  ];
}
