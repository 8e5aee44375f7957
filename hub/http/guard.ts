import type { FastifyInstance, FastifyRequest } from "fastify";
import { CodedError } from "../../protocol/errors.ts";

/**
 * Keeps other sites' pages out: a name that was rebound to this machine (DNS rebinding) shows in Host, a form or script
 * of another site in Origin, which browsers send with everything that changes something. The session's cookie is
 * SameSite=Strict besides.
 */

const SAFE_METHODS: ReadonlySet<string> = new Set(["GET", "HEAD", "OPTIONS"]);

/** `host:port` values the hub answers to, lower case; read anew for each request, as the port may be known late. */
export type ServedHosts = () => ReadonlySet<string>;

/** Adds the check to every request: CodedError `request.host` or `request.origin`. */
export function registerGuard(app: FastifyInstance, servedHosts: ServedHosts): void {
  app.addHook("onRequest", (request, _reply, done) => {
    const refusal = refusalOf(request, servedHosts());
    if (refusal === null) done();
    else done(refusal);
  });
}

/**
 * Adds that a change names its origin (CodedError `request.origin`), or carries a token: a program is no browser, and nobody
 * can make one send that header from elsewhere.
 */
export function requireOrigin(app: FastifyInstance): void {
  app.addHook("onRequest", (request, _reply, done) => {
    const { origin, authorization } = request.headers;
    if (origin !== undefined || authorization !== undefined || SAFE_METHODS.has(request.method)) done();
    else {
      done(new CodedError("request.origin", "a change needs the header Origin, or a token in Authorization"));
    }
  });
}

function refusalOf(request: FastifyRequest, served: ReadonlySet<string>): CodedError | null {
  if (!served.has((request.headers.host ?? "").toLowerCase())) {
    return new CodedError(
      "request.host",
      "this hub does not answer to that name: use the address it printed",
    );
  }
  const { origin } = request.headers;
  if (origin !== undefined && !served.has(hostOf(origin))) {
    return new CodedError("request.origin", "pages of other sites may not use this hub");
  }
  return null;
}

function hostOf(origin: string): string {
  return URL.parse(origin)?.host.toLowerCase() ?? "";
}

/** The names of a loopback address with this port. */
export function loopbackHosts(port: number): ReadonlySet<string> {
  return new Set(["127.0.0.1", "localhost", "[::1]"].map((name) => `${name}:${port}`));
}
