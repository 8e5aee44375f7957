import type { FastifyRequest } from "fastify";
import { CodedError } from "../../protocol/errors.ts";
import type { Caller } from "../access/caller.ts";
import { secretText } from "../access/ids.ts";
import { findSession } from "../access/sessions.ts";
import { findToken, TOKEN_PREFIX } from "../access/tokens.ts";
import type { HubContext } from "../context.ts";
import { sessionTokenOf } from "./cookies.ts";

/** Who makes a request: a token in Authorization (RFC 6750) before a session's cookie. */

/**
 * Null for nobody: no session, or one that has ended. Rejects with CodedError `access.token` for a token that is none: a
 * program should hear of that also where anyone may.
 */
export async function authenticate(context: HubContext, request: FastifyRequest): Promise<Caller | null> {
  const { authorization } = request.headers;
  if (authorization !== undefined) {
    const token = bearerOf(authorization);
    const caller = token === null ? null : await findToken(context, token);
    if (caller === null) {
      throw new CodedError("access.token", "this token is not known here, was revoked or is too old");
    }
    return caller;
  }
  const cookie = sessionTokenOf(request.headers);
  // What is no secret of ours is not worth a query.
  return cookie === null || !secretText.safeParse(cookie).success ? null : findSession(context, cookie);
}

function bearerOf(authorization: string): string | null {
  const token = /^Bearer +(\S+)$/i.exec(authorization)?.[1];
  if (token?.startsWith(TOKEN_PREFIX) !== true) return null;
  return secretText.safeParse(token.slice(TOKEN_PREFIX.length)).success ? token : null;
}
