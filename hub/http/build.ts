import fastify, { type FastifyInstance } from "fastify";
import { codeOf } from "../../protocol/errors.ts";
import type { Scheduler } from "../../protocol/seams.ts";
import type { HubContext } from "../context.ts";
import type { HubLog } from "../log.ts";
import type { SessionRegistry } from "../session/registry.ts";
import { registerApi } from "./api.ts";
import { registerGuard, type ServedHosts } from "./guard.ts";
import { LiveStreams } from "./live.ts";
import { registerPage, type PageAssets } from "./page.ts";
import { answerFrameworkError, problem, problemOf } from "./problems.ts";

export interface HttpOptions {
  readonly context: HubContext;
  readonly sessions: SessionRegistry;
  readonly scheduler: Scheduler;
  readonly log: HubLog;
  readonly assets: PageAssets;
  readonly servedHosts: ServedHosts;
}

/** Bytes of a request body; the largest so far names one kiosk. */
export const MAX_BODY_BYTES = 64 * 1024;
/** A request that takes longer to arrive is cut off. */
const REQUEST_TIMEOUT_MS = 10_000;
/** Characters of one path parameter or a whole URL's part: no path of ours comes near. */
const MAX_PARAM_LENGTH = 100;

/** The hub's HTTP side, not listening yet: tests use `inject`. Closing it ends live streams and open connections. */
export function build(options: HttpOptions): FastifyInstance {
  const app = fastify({
    logger: false,
    bodyLimit: MAX_BODY_BYTES,
    requestTimeout: REQUEST_TIMEOUT_MS,
    forceCloseConnections: true,
    frameworkErrors: answerFrameworkError,
    routerOptions: { maxParamLength: MAX_PARAM_LENGTH },
  });
  registerGuard(app, options.servedHosts);
  registerPage(app, options.assets);
  registerApi(app, options.context, options.sessions);

  const live = new LiveStreams(options.context.changes, options.scheduler);
  live.register(app);
  app.addHook("preClose", (done) => {
    live.close();
    done();
  });

  app.get("/healthz", async () => {
    await options.context.store.queries.selectFrom("workspace").select("id").execute();
    return { status: "ok" };
  });

  app.setErrorHandler((error, request, reply) => {
    const answer = problemOf(error);
    if (answer.status >= 500) {
      // The route's pattern, not the URL: a URL may hold what someone typed.
      const route = request.routeOptions.url ?? "none";
      options.log.error({ code: codeOf(error), route, method: request.method }, "a request failed");
    }
    return reply.status(answer.status).type("application/problem+json").send(answer);
  });
  app.setNotFoundHandler((_request, reply) =>
    reply
      .status(404)
      .type("application/problem+json")
      .send(problem(404, "request.not-found", "there is nothing at this address")),
  );
  return app;
}
