import { parseCookie, stringifySetCookie } from "cookie";
import { SESSION_LIFE_MS } from "../access/sessions.ts";

/** The door of the package `cookie`: the one cookie that the hub sets. */

/**
 * Browsers keep one jar for all ports of a host: with the port in its name two hubs on one machine do not sign each other's
 * people out.
 */
export function cookieName(host: string | undefined): string {
  const port = /:([0-9]{1,5})$/.exec(host ?? "")?.[1];
  return port === undefined ? "punchbox-session" : `punchbox-session-${port}`;
}

/** What the browser is to keep; null takes the cookie away. */
export function sessionCookie(host: string | undefined, token: string | null): string {
  return stringifySetCookie({
    name: cookieName(host),
    value: token ?? "",
    path: "/",
    httpOnly: true,
    sameSite: "strict",
    maxAge: token === null ? 0 : SESSION_LIFE_MS / 1000,
  });
}

export function sessionTokenOf(headers: {
  readonly cookie?: string | undefined;
  readonly host?: string | undefined;
}): string | null {
  return parseCookie(headers.cookie ?? "")[cookieName(headers.host)] ?? null;
}
