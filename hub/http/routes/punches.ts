import { dayAt, dayBounds } from "../../punches/days.ts";
import { listPunches } from "../../punches/list.ts";
import { listPresences } from "../../punches/who-is-in.ts";
import { theWorkspace } from "../../workspace/workspace.ts";
import { route, streamRoute, type ApiRoute } from "../route.ts";
import { presencesBody, punchesBody, punchesQuery } from "../schemas.ts";
import type { Api } from "./api.ts";

/** Who is in, what was punched, and the stream that says when to look again. */
export function punchRoutes({ access, live }: Api): readonly ApiRoute[] {
  const { queries } = access.store;
  return [
    route({
      least: "manager",
      scopes: ["read"],
      method: "GET",
      path: "/api/v1/presence",
      does: "Where every active person stands, and what they worked today",
      answer: presencesBody,
      async handle() {
        const { timeZone } = await theWorkspace(queries);
        const nowMs = access.wallClock.wallMs();
        const day = dayAt(nowMs, timeZone);
        return { nowMs, day, presences: await listPresences(queries, dayBounds(day, timeZone), nowMs) };
      },
    }),
    route({
      least: "admin",
      scopes: ["read"],
      method: "GET",
      path: "/api/v1/punches",
      does: "Punches, oldest first, of a person or a day if asked",
      query: punchesQuery,
      answer: punchesBody,
      async handle({ query }) {
        const { timeZone } = await theWorkspace(queries);
        const page = await listPunches(queries, {
          person: query.person ?? null,
          day: query.day === undefined ? null : dayBounds(query.day, timeZone),
          limit: query.limit,
          after: query.after ?? null,
        });
        return { punches: [...page.punches], next: page.next };
      },
    }),
    streamRoute({
      least: "manager",
      scopes: ["read"],
      path: "/api/v1/live",
      does: "Server-sent events `changed` that say which topics to fetch again",
      stream: (response, isAllowed) => live.open(response, isAllowed),
    }),
  ];
}
