import { CodedError } from "../../protocol/errors.ts";

/** A mail server, and how to talk with it. */
export interface SmtpServer {
  readonly host: string;
  readonly port: number;
  /**
   * `from-the-start`: TLS, then SMTP. `required`: STARTTLS or nothing. `offered`: STARTTLS where the server has it. `none`:
   * never, for what does not leave this machine. Where there is TLS, the certificate must be the server's.
   */
  readonly tls: "from-the-start" | "required" | "offered" | "none";
  readonly signIn: { readonly user: string; readonly password: string } | null;
}

const SMTP_PORT = 25;
/** RFC 6409 section 3.1: where one signs in. */
const SUBMISSION_PORT = 587;
/** RFC 8314 section 3.3. */
const SUBMISSIONS_PORT = 465;
const HOST = /^(?:[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?|\[[0-9A-Fa-f:.]+\])$/;
const LOOPBACK = /^(?:localhost|127(?:\.[0-9]{1,3}){3}|::1)$/;

/**
 * Reads `smtp://host:25`, `smtps://user:password@host`. Throws CodedError `mail.url`, which repeats nothing of it: it may
 * hold a password.
 */
export function parseSmtpUrl(text: string): SmtpServer {
  const url = URL.parse(text);
  const isSecure = url?.protocol === "smtps:";
  if (url === null || (!isSecure && url.protocol !== "smtp:")) throw notOne();
  const { hostname, port, username, password, pathname, search, hash } = url;
  if (!HOST.test(hostname) || !["", "/"].includes(pathname) || search + hash !== "") throw notOne();
  if (port === "0" || (username === "") !== (password === "")) throw notOne();
  const host = hostname.replaceAll(/[[\]]/g, "").toLowerCase();
  const signIn = username === "" ? null : { user: decoded(username), password: decoded(password) };
  const usualPort = isSecure ? SUBMISSIONS_PORT : signIn === null ? SMTP_PORT : SUBMISSION_PORT;
  return {
    host,
    port: port === "" ? usualPort : Number(port),
    tls: tlsOf(isSecure, host, signIn !== null),
    signIn,
  };
}

/** What mails come from when nobody said: who signs in at the server, if that is an address; else this machine. */
export function usualSender({ signIn }: SmtpServer, hostname: string): string {
  return signIn !== null && ADDRESS.test(signIn.user) ? signIn.user : `punchbox@${hostname}`;
}
const ADDRESS = /^[^@\s<>]+@[^@\s<>]+$/;

/** A password never crosses a network in the clear, also when somebody on the way hides STARTTLS (RFC 3207 section 6). */
function tlsOf(isSecure: boolean, host: string, hasPassword: boolean): SmtpServer["tls"] {
  if (isSecure) return "from-the-start";
  if (LOOPBACK.test(host)) return "none";
  return hasPassword ? "required" : "offered";
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw notOne();
  }
}

function notOne(): CodedError {
  return new CodedError(
    "mail.url",
    "a mail server is written smtp://host:25 or smtps://user:password@host, with what is special in user or password as %40",
  );
}
