import type { FastifyReply, FastifyRequest } from "fastify";
import type { ZodError } from "zod";
import { CodedError } from "../../protocol/errors.ts";
import { TooMany } from "../access/throttle.ts";
import { ImportRefused } from "../people/import.ts";
import { SECURITY_HEADERS } from "./page.ts";
import type { Problem } from "./schemas.ts";

/** All errors of the API in one place: which status each code has, and what a stranger is told. */

const TITLES: Readonly<Record<number, string>> = {
  400: "Bad request",
  401: "Unauthorized",
  403: "Forbidden",
  404: "Not found",
  405: "Method not allowed",
  409: "Conflict",
  413: "Too large",
  415: "Unsupported media type",
  421: "Misdirected request",
  422: "Unprocessable",
  429: "Too many requests",
  500: "Internal error",
  503: "Unavailable",
  504: "No answer",
};

const CODES_OF_STATUS: Readonly<Record<number, readonly string[]>> = {
  400: [
    "request.malformed",
    "day.malformed",
    "cursor.malformed",
    "time-zone.unknown",
    "person.name",
    "person.number",
    "kiosk.name",
    "pin.length",
    "pin.repeated",
    "password.short",
    "password.long",
    "password.common",
    "password.own-email",
    "token.expired",
    "workspace.tries",
    "slips.too-many",
    "import.encoding",
    "import.csv",
    "import.header",
    "import.empty",
    "import.too-large",
    "import.too-many",
  ],
  401: ["access.signed-out", "access.token", "sign-in.wrong"],
  403: [
    "request.origin",
    "access.role",
    "access.scope",
    "access.admins-only",
    "access.owners-only",
    "password.wrong",
    "demo.closed",
  ],
  404: [
    "request.not-found",
    "kiosk.unknown",
    "person.unknown",
    "session.unknown",
    "invitation.unknown",
    "token.unknown",
    "alarm.unknown",
    "terminal.unknown",
    "fork.unknown",
    "conflict.unknown",
    "punch.unknown",
    "receipt.unknown",
    "link.void",
    "mail.unknown",
  ],
  409: [
    "workspace.missing",
    "workspace.busy",
    "plan.pin",
    "pin.clash-role",
    "pin.clash-universal",
    "pin.clash-kiosk",
    "pin.none-left",
    "pin.write-only",
    "pin.unreadable",
    "person.number-taken",
    "person.card-taken",
    "person.numbers-spent",
    "person.last-owner",
    "person.active",
    "person.inactive",
    "kiosk.name-taken",
    "kiosk.too-many",
    "kiosk.full",
    "kiosk.has-terminals",
    "kiosk.requires-pin-off",
    "sign-in.email-taken",
    "invitation.regular",
    "invitation.too-many",
    "token.too-many",
    "alarm.must-change",
    "conflict.settled",
    "correction.future",
    "correction.twice",
    "day.closed",
    "day.not-over",
    "idempotency.under-way",
    "terminal.offline",
    "terminal.busy",
    "fork.counted",
    "mail.sent",
    "mail.sending",
    "mail.withdrawn",
    "mail.no-server",
  ],
  421: ["request.host"],
  422: ["import.refused", "idempotency.other-request"],
  429: ["pin.too-many-edits", "sign-in.too-many-tries", "request.too-many", "idempotency.too-many"],
  503: ["live.too-many", "sign-in.busy", "store.busy"],
  504: ["terminal.no-answer"],
};

const STATUS_OF_CODE: ReadonlyMap<string, number> = new Map(
  Object.entries(CODES_OF_STATUS).flatMap(([status, codes]) =>
    codes.map((code): [string, number] => [code, Number(status)]),
  ),
);

export function problem(status: number, code: string, detail: string): Problem {
  return { type: "about:blank", title: TITLES[status] ?? "Error", status, code, detail };
}

/** What an error says to a client: our own in their words, Fastify's 4xx by status, anything else as little as possible. */
export function problemOf(error: unknown): Problem {
  if (error instanceof CodedError) {
    const status = STATUS_OF_CODE.get(error.code);
    if (status !== undefined) {
      const own = problem(status, error.code, error.message);
      if (!(error instanceof ImportRefused)) return own;
      return { ...own, problems: [...error.problems], untold: error.untold };
    }
  }
  const status = statusOf(error);
  if (status >= 400 && status < 500) {
    return problem(
      status,
      "request.malformed",
      "the request could not be read: check its body and its headers",
    );
  }
  return problem(500, "internal", "the hub could not do this; its log says why");
}

/** Sends an error as what it is: RFC 9457, and how to come back (RFC 6750, RFC 9110). */
export function sendProblem(reply: FastifyReply, error: unknown): Problem {
  const answer = problemOf(error);
  if (error instanceof TooMany) {
    void reply.header("retry-after", String(Math.max(1, Math.ceil(error.retryAfterMs / 1000))));
  }
  if (answer.status === 401) void reply.header("www-authenticate", 'Bearer realm="punchbox"');
  void reply.status(answer.status).type("application/problem+json").send(answer);
  return answer;
}

/** Names the field and what would be right; never repeats what came, for it may be a PIN. */
export function malformed(error: ZodError): CodedError {
  const issue = error.issues[0];
  if (issue?.code === "unrecognized_keys") {
    return new CodedError("request.malformed", "the request has a field that is not known here");
  }
  const field = issue?.path.join(".") ?? "";
  const place = field === "" ? "the request" : `field "${field}"`;
  return new CodedError("request.malformed", `${place}: ${issue?.message ?? "is wrong"}`);
}

/** Fastify's option `frameworkErrors`: a URL that cannot be decoded is answered as any other error, and not repeated. */
export function answerFrameworkError(error: Error, _request: FastifyRequest, reply: FastifyReply): void {
  // No hook runs for it.
  sendProblem(reply.headers({ ...SECURITY_HEADERS, "cache-control": "no-store" }), error);
}

function statusOf(error: unknown): number {
  if (error instanceof Error && "statusCode" in error && typeof error.statusCode === "number") {
    return error.statusCode;
  }
  return 500;
}
