import fastify, { type FastifyInstance } from "fastify";
import * as z from "zod";
import { loopbackHosts, registerGuard } from "../../hub/http/guard.ts";
import { registerPage, type PageAssets } from "../../hub/http/page.ts";
import { answerFrameworkError, malformed, problem, problemOf } from "../../hub/http/problems.ts";
import { codeOf, CodedError } from "../../protocol/errors.ts";
import type { Scheduler } from "../../protocol/seams.ts";
import type { Simulator } from "../simulator.ts";
import { LiveView } from "./live-view.ts";
import {
  cardRequest,
  cardsReply,
  contactRequest,
  pressRequest,
  ROUTES,
  screenReply,
  soundsParameters,
  soundsReply,
  stateReply,
  switchParameters,
  switchRequest,
} from "./schemas.ts";
import { screenOf } from "./screen.ts";

export interface SimulatorServer {
  /** `http://127.0.0.1:port/` */
  readonly url: string;
  close(): Promise<void>;
}

/** Largest request body: the longest list of keys has room to spare. */
const MAX_BODY_BYTES = 16 * 1024;

/** The simulator's HTTP side, not listening yet. */
export function build(
  simulator: Simulator,
  scheduler: Scheduler,
  page: PageAssets,
  port: () => number,
): FastifyInstance {
  const app = fastify({
    logger: false,
    bodyLimit: MAX_BODY_BYTES,
    forceCloseConnections: true,
    frameworkErrors: answerFrameworkError,
  });
  registerGuard(app, () => loopbackHosts(port()));
  registerPage(app, page);

  app.get("/api/v1/state", async () => stateReply.parse(await simulator.state()));
  app.get("/api/v1/screen", () => screenReply.parse(screenOf(simulator.board)));
  app.get("/api/v1/sounds", (request) => {
    const { after } = checked(soundsParameters, request.query);
    return soundsReply.parse({ sounds: simulator.ear.sounds(after) });
  });
  app.post("/api/v1/keys", async (request, reply) => {
    await simulator.press(checked(pressRequest, request.body));
    return reply.status(204).send();
  });
  app.put("/api/v1/keys", async (request, reply) => {
    const { key, closed } = checked(contactRequest, request.body);
    await simulator.contact(key, closed);
    return reply.status(204).send();
  });
  app.get("/api/v1/cards", async () => cardsReply.parse({ cards: await simulator.cards() }));
  app.post("/api/v1/cards", async (request, reply) => {
    await simulator.holdCard(checked(cardRequest, request.body).card);
    return reply.status(204).send();
  });
  app.put("/api/v1/switches/:part", async (request, reply) => {
    const { part } = checked(switchParameters, request.params);
    await simulator.switch(part, checked(switchRequest, request.body).on);
    return reply.status(204).send();
  });
  app.get("/api/v1/schema", () => ({ routes: ROUTES.map(describeRoute) }));

  const live = new LiveView(simulator, scheduler);
  live.register(app);
  app.addHook("preClose", (done) => {
    live.close();
    done();
  });

  app.setErrorHandler((error, _request, reply) => {
    const answer = CLIENT_CODES.has(codeOf(error))
      ? problem(400, codeOf(error), error instanceof Error ? error.message : "")
      : problemOf(error);
    return reply.status(answer.status).type("application/problem+json").send(answer);
  });
  app.setNotFoundHandler((_request, reply) =>
    reply
      .status(404)
      .type("application/problem+json")
      .send(problem(404, "request.not-found", "there is nothing at this address: see /api/v1/schema")),
  );
  return app;
}

/** Starts the simulator's page and API on loopback. Rejects with CodedError `sim.port-taken` or `sim.listen`. */
export async function startServer(
  simulator: Simulator,
  scheduler: Scheduler,
  page: PageAssets,
  port: number,
): Promise<SimulatorServer> {
  let servedPort = port;
  const app = build(simulator, scheduler, page, () => servedPort);
  try {
    await app.listen({ host: "127.0.0.1", port });
  } catch (cause) {
    await app.close();
    if (codeOf(cause) === "EADDRINUSE") {
      throw new CodedError(
        "sim.port-taken",
        `port ${port} is taken: give another with --port, or 0 for any`,
        { cause },
      );
    }
    throw new CodedError("sim.listen", `cannot listen on port ${port}: ${codeOf(cause)}`, { cause });
  }
  const address = app.server.address();
  if (address === null || typeof address === "string")
    throw new CodedError("sim.listen", "the page has no port");
  servedPort = address.port;
  return { url: `http://127.0.0.1:${servedPort}/`, close: () => app.close() };
}

const CLIENT_CODES: ReadonlySet<string> = new Set([
  "request.malformed",
  "sim.key",
  "sim.busy",
  "sim.card",
  "sim.reader",
  "hub.port-taken",
]);

/** Parses a part of a request, or throws `request.malformed` with the field and what would be right. */
function checked<Value>(schema: z.ZodType<Value>, value: unknown): Value {
  const parsed = schema.safeParse(value);
  if (!parsed.success) throw malformed(parsed.error);
  return parsed.data;
}

function describeRoute(route: (typeof ROUTES)[number]): Record<string, unknown> {
  const described: Record<string, unknown> = { method: route.method, path: route.path, does: route.does };
  for (const [part, schema] of Object.entries(route)) {
    if (schema instanceof z.ZodType) {
      described[part] = z.toJSONSchema(schema, { io: part === "reply" ? "output" : "input" });
    }
  }
  return described;
}
