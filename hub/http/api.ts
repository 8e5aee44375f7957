import type { FastifyInstance } from "fastify";
import * as z from "zod";
import type { HubContext } from "../context.ts";
import { listKiosks } from "../kiosks/kiosks.ts";
import { setCard } from "../people/cards.ts";
import { listPeople } from "../people/people.ts";
import { listOpenRequests } from "../pins/requests.ts";
import { dayAt, dayBounds } from "../punches/days.ts";
import { listPunches } from "../punches/list.ts";
import { listPresences } from "../punches/who-is-in.ts";
import type { SessionRegistry } from "../session/registry.ts";
import { createClaimToken } from "../terminals/claims.ts";
import { listTerminals } from "../terminals/terminals.ts";
import { theWorkspace } from "../workspace/workspace.ts";
import { malformed } from "./problems.ts";
import {
  cardBody,
  cardRequest,
  claimTokenBody,
  claimTokenRequest,
  kiosksBody,
  peopleBody,
  presencesBody,
  punchesBody,
  punchesQuery,
  requestsBody,
  terminalsBody,
  workspaceBody,
} from "./schemas.ts";

/** One operation: what it takes (a query string or a JSON body), what it answers, and how. */
interface Operation<Input extends z.ZodType, Output extends z.ZodType> {
  readonly input: Input;
  readonly output: Output;
  handle(input: z.output<Input>): Promise<z.input<Output>>;
}

const nothing = z.strictObject({});

/** The JSON API. Answers are checked before they leave: what is not in a schema is not sent. */
export function registerApi(app: FastifyInstance, context: HubContext, sessions: SessionRegistry): void {
  const { queries } = context.store;

  const get = <Input extends z.ZodType, Output extends z.ZodType>(
    path: string,
    operation: Operation<Input, Output>,
  ): void => {
    app.get(path, async (request) => answer(operation, request.query));
  };

  get("/api/v1/workspace", {
    input: nothing,
    output: workspaceBody,
    async handle() {
      const { name, plan, pinLength, numberLength, timeZone, language } = await theWorkspace(queries);
      const nowMs = context.wallClock.wallMs();
      const today = dayAt(nowMs, timeZone);
      return { name, plan, pinLength, numberLength, timeZone, language, today, nowMs };
    },
  });

  get("/api/v1/people", {
    input: nothing,
    output: peopleBody,
    handle: async () => ({ people: await listPeople(queries) }),
  });

  get("/api/v1/kiosks", {
    input: nothing,
    output: kiosksBody,
    handle: async () => ({ kiosks: await listKiosks(queries) }),
  });

  get("/api/v1/presence", {
    input: nothing,
    output: presencesBody,
    async handle() {
      const { timeZone } = await theWorkspace(queries);
      const nowMs = context.wallClock.wallMs();
      const day = dayAt(nowMs, timeZone);
      return { nowMs, day, presences: await listPresences(queries, dayBounds(day, timeZone), nowMs) };
    },
  });

  get("/api/v1/punches", {
    input: punchesQuery,
    output: punchesBody,
    async handle(query) {
      const { timeZone } = await theWorkspace(queries);
      const page = await listPunches(queries, {
        person: query.person ?? null,
        day: query.day === undefined ? null : dayBounds(query.day, timeZone),
        limit: query.limit,
        after: query.after ?? null,
      });
      return { punches: [...page.punches], next: page.next };
    },
  });

  get("/api/v1/terminals", {
    input: nothing,
    output: terminalsBody,
    async handle() {
      const terminals = await listTerminals(queries);
      return {
        terminals: terminals.map((each) => ({ ...each, connected: sessions.isConnected(each.terminal) })),
      };
    },
  });

  get("/api/v1/requests", {
    input: nothing,
    output: requestsBody,
    handle: async () => ({ requests: await listOpenRequests(queries) }),
  });

  app.put<{ Params: { readonly person: string } }>("/api/v1/people/:person/card", async (request) =>
    answer(
      {
        input: cardRequest,
        output: cardBody,
        async handle({ person, card }) {
          await setCard(context, person, card);
          return { person, card };
        },
      },
      fieldsOf(request.body, request.params),
    ),
  );

  app.post("/api/v1/claim-tokens", async (request, reply) => {
    void reply.status(201);
    return answer(
      {
        input: claimTokenRequest,
        output: claimTokenBody,
        handle: ({ kiosk }) => createClaimToken(context, kiosk),
      },
      request.body,
    );
  });
}

/** A body's fields and those of the path, to be checked as one. */
function fieldsOf(body: unknown, parameters: Readonly<Record<string, string>>): unknown {
  return typeof body === "object" && body !== null ? { ...body, ...parameters } : body;
}

async function answer<Input extends z.ZodType, Output extends z.ZodType>(
  operation: Operation<Input, Output>,
  given: unknown,
): Promise<z.output<Output>> {
  const input = operation.input.safeParse(given);
  if (!input.success) throw malformed(input.error);
  return operation.output.parse(await operation.handle(input.data));
}
