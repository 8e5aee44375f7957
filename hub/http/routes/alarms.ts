import * as z from "zod";
import { personId } from "../../../protocol/ids.ts";
import { dismissAlarm, listAlarms } from "../../alarms/alarms.ts";
import { alarmId } from "../../alarms/ids.ts";
import { liftWaits } from "../../tries/lift.ts";
import { listWaits } from "../../tries/tries.ts";
import { changeWrongPinSettings } from "../../workspace/tries.ts";
import { alarmsBody, waitsBody, wrongPinSettingsBody } from "../alarm-schemas.ts";
import { route, type ApiRoute } from "../route.ts";
import type { Api } from "./api.ts";

/** Wrong PINs: who waits, who is guessed at, and what it costs. Managers see nothing of it (PIN rule 6). */
export function alarmRoutes({ access }: Api): readonly ApiRoute[] {
  const { queries } = access.store;
  return [
    route({
      least: "admin",
      scopes: ["workspace"],
      method: "PUT",
      path: "/api/v1/workspace/tries",
      does: "What wrong PINs cost, and from how many on admins are told; terminals take it at once",
      body: wrongPinSettingsBody,
      handle: ({ body, caller }) => changeWrongPinSettings(access, caller.actor, body),
    }),
    route({
      least: "admin",
      scopes: ["read"],
      method: "GET",
      path: "/api/v1/waits",
      does: "Who has wrong PINs behind them since their last success, and who has to wait",
      answer: waitsBody,
      handle: async () => ({ waits: await listWaits(queries, access.wallClock.wallMs()) }),
    }),
    route({
      least: "admin",
      scopes: ["people"],
      method: "POST",
      path: "/api/v1/people/{person}/lift-waits",
      does: "Lift a person's waits: what they typed wrong until now counts for nothing",
      params: z.strictObject({ person: personId }),
      handle: ({ params: { person }, caller }) => liftWaits(access, caller.actor, person),
    }),
    route({
      least: "admin",
      scopes: ["read"],
      method: "GET",
      path: "/api/v1/alarms",
      does: "PINs that are guessed at, and terminals that slow tries down, the newest first",
      answer: alarmsBody,
      handle: async () => ({ alarms: await listAlarms(queries) }),
    }),
    route({
      least: "admin",
      scopes: ["people"],
      method: "DELETE",
      path: "/api/v1/alarms/{alarm}",
      does: "Dismiss an alarm; one that asks for a new PIN goes with that",
      params: z.strictObject({ alarm: alarmId }),
      handle: ({ params: { alarm }, caller }) => dismissAlarm(access, caller.actor, alarm),
    }),
  ];
}
