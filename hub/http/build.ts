import fastify, { type FastifyInstance } from "fastify";
import { codeOf } from "../../protocol/errors.ts";
import type { Scheduler } from "../../protocol/seams.ts";
import type { AccessContext } from "../access/context.ts";
import type { HubLog } from "../log.ts";
import type { MailOutlet } from "../mail/list.ts";
import type { SessionRegistry } from "../session/registry.ts";
import { registerGuard, requireOrigin, type ServedHosts } from "./guard.ts";
import { LiveStreams } from "./live.ts";
import { OPENAPI_PATH, openApiDocument } from "./openapi.ts";
import { registerPage, type PageAssets } from "./page.ts";
import { answerFrameworkError, problem, sendProblem } from "./problems.ts";
import { RateLimit } from "./rate.ts";
import { apiRoutes } from "./routes/routes.ts";
import { serveRoutes } from "./serve.ts";

export interface HttpOptions {
  readonly access: AccessContext;
  readonly sessions: SessionRegistry;
  readonly scheduler: Scheduler;
  readonly log: HubLog;
  readonly mail: MailOutlet;
  readonly assets: PageAssets;
  readonly servedHosts: ServedHosts;
  /** Whether this hub makes the demo, which anyone on this machine may use. */
  readonly isDemo: boolean;
}

/** Bytes of a request body, but for an import; the largest names the people of {@link MAX_SLIPS} slips. */
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
    exposeHeadRoutes: false,
    frameworkErrors: answerFrameworkError,
    routerOptions: { maxParamLength: MAX_PARAM_LENGTH },
  });
  app.removeContentTypeParser("text/plain");
  app.addContentTypeParser("text/csv", { parseAs: "buffer" }, (_request, body, done) => done(null, body));
  registerGuard(app, options.servedHosts);
  requireOrigin(app);
  registerPage(app, options.assets);

  const { access } = options;
  const live = new LiveStreams(access.changes, options.scheduler);
  const rate = new RateLimit(options.scheduler);
  const routes = apiRoutes({ ...options, live, rate });
  serveRoutes(app, routes, access, rate, live);
  const document = JSON.stringify(openApiDocument(routes));
  app.get(OPENAPI_PATH, (_request, reply) => reply.type("application/json; charset=utf-8").send(document));
  app.addHook("preClose", (done) => {
    live.close();
    done();
  });

  app.get("/healthz", async () => {
    await access.store.queries.selectFrom("workspace").select("id").execute();
    return { status: "ok" };
  });

  app.setErrorHandler((error, request, reply) => {
    const answer = sendProblem(reply, error);
    if (answer.status >= 500) {
      // The route's pattern, not the URL: a URL may hold what someone typed.
      const route = request.routeOptions.url ?? "none";
      options.log.error({ code: codeOf(error), route, method: request.method }, "a request failed");
    }
  });
  app.setNotFoundHandler((_request, reply) =>
    reply
      .status(404)
      .type("application/problem+json")
      .send(problem(404, "request.not-found", "there is nothing at this address")),
  );
  return app;
}
