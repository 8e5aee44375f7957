import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { CodedError } from "../../protocol/errors.ts";
import { requireAccess, type Caller } from "../access/caller.ts";
import { networkOf } from "../access/throttle.ts";
import type { HubContext } from "../context.ts";
import { authenticate } from "./authenticate.ts";
import { sessionCookie } from "./cookies.ts";
import { actOnce, idempotencyKey, IDEMPOTENCY_HEADER } from "./idempotency.ts";
import { MAX_OPEN_REQUESTS, MAX_REQUESTS, type RateLimit } from "./rate.ts";
import type { ApiRoute, Visitor } from "./route.ts";

/** Serves the table of routes: guard first, before a body is read; then the act, once for each Idempotency-Key. */
export function serveRoutes(
  app: FastifyInstance,
  routes: readonly ApiRoute[],
  context: HubContext,
  rate: RateLimit,
  live: { requirePlace(): void },
): void {
  const callers = new WeakMap<FastifyRequest, Caller>();

  for (const each of routes) {
    app.route({
      method: each.method,
      url: each.path.replaceAll(/\{(\w+)\}/g, ":$1"),
      ...(each.bodyLimit === null ? {} : { bodyLimit: each.bodyLimit }),
      async onRequest(request) {
        const caller = await callerOf(context, request, rate);
        if (each.requires !== null) requireAccess(caller, each.requires);
        if (caller !== null) callers.set(request, caller);
      },
      async handler(request, reply) {
        const caller = callers.get(request) ?? null;
        if (each.stream !== null) {
          live.requirePlace();
          reply.hijack();
          each.stream(reply.raw, () => isAllowed(context, request, each));
          return reply;
        }
        const body = await answer(each, context, caller, request, reply);
        void reply.status(each.status);
        if (each.gives === "text/csv") {
          void reply.header("content-disposition", 'attachment; filename="assignees.csv"');
        }
        if (each.gives === "application/x-ndjson") {
          void reply.header("content-disposition", 'attachment; filename="ledger.ndjson"');
        }
        return each.status === 204 ? reply.send() : reply.type(`${each.gives}; charset=utf-8`).send(body);
      },
    });
  }
}

async function callerOf(
  context: HubContext,
  request: FastifyRequest,
  rate: RateLimit,
): Promise<Caller | null> {
  const network = networkOf(request.ip);
  let caller: Caller | null;
  try {
    caller = await authenticate(context, request);
  } catch (error) {
    rate.take(network, MAX_OPEN_REQUESTS);
    throw error;
  }
  if (caller === null) rate.take(network, MAX_OPEN_REQUESTS);
  else rate.take(caller.via.kind === "session" ? caller.via.session : caller.via.token, MAX_REQUESTS);
  return caller;
}

async function isAllowed(context: HubContext, request: FastifyRequest, of: ApiRoute): Promise<boolean> {
  try {
    const caller = await authenticate(context, request);
    if (of.requires !== null) requireAccess(caller, of.requires);
    return true;
  } catch {
    return false;
  }
}

async function answer(
  of: ApiRoute,
  context: HubContext,
  caller: Caller | null,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<unknown> {
  const raw = { params: request.params, query: request.query, body: request.body };
  const act = (): Promise<unknown> => of.run(raw, visitorOf(request, reply), caller);
  const key = request.headers[IDEMPOTENCY_HEADER];
  if (key === undefined || caller === null || !of.keepsAnswer) return act();
  const checked = idempotencyKey.safeParse(key);
  if (!checked.success) {
    throw new CodedError("request.malformed", checked.error.issues[0]?.message ?? "not an Idempotency-Key");
  }
  const wanted = [of.method, request.url, bodyText(raw.body)].join("\n");
  const { body, isRepeated } = await actOnce(context, caller, checked.data, wanted, act);
  if (isRepeated) void reply.header("idempotency-replayed", "true");
  return body;
}

function bodyText(body: unknown): string {
  return body instanceof Uint8Array ? Buffer.from(body).toString("base64") : JSON.stringify(body ?? null);
}

function visitorOf(request: FastifyRequest, reply: FastifyReply): Visitor {
  const { host } = request.headers;
  return {
    address: request.ip,
    client: request.headers["user-agent"] ?? "",
    keepSession: ({ token }) => void reply.header("set-cookie", sessionCookie(host, token)),
    dropSession: () => void reply.header("set-cookie", sessionCookie(host, null)),
  };
}
