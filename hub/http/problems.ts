import type { FastifyReply, FastifyRequest } from "fastify";
import type { ZodError } from "zod";
import { CodedError } from "../../protocol/errors.ts";
import type { Problem } from "./schemas.ts";

/** All errors of the API in one place: which status each code has, and what a stranger is told. */

const TITLES: Readonly<Record<number, string>> = {
  400: "Bad request",
  403: "Forbidden",
  404: "Not found",
  405: "Method not allowed",
  409: "Conflict",
  413: "Too large",
  415: "Unsupported media type",
  421: "Misdirected request",
  429: "Too many requests",
  500: "Internal error",
  503: "Unavailable",
};

const STATUS_OF_CODE: Readonly<Record<string, number>> = {
  "request.malformed": 400,
  "day.malformed": 400,
  "cursor.malformed": 400,
  "request.origin": 403,
  "request.not-found": 404,
  "kiosk.unknown": 404,
  "person.unknown": 404,
  "person.card-taken": 409,
  "workspace.missing": 409,
  "request.host": 421,
  "live.too-many": 503,
};

export function problem(status: number, code: string, detail: string): Problem {
  return { type: "about:blank", title: TITLES[status] ?? "Error", status, code, detail };
}

/** What an error says to a client: our own in their words, Fastify's 4xx by status, anything else as little as possible. */
export function problemOf(error: unknown): Problem {
  if (error instanceof CodedError) {
    const status = STATUS_OF_CODE[error.code];
    if (status !== undefined) return problem(status, error.code, error.message);
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
  const answer = problemOf(error);
  void reply.status(answer.status).type("application/problem+json").send(answer);
}

function statusOf(error: unknown): number {
  if (error instanceof Error && "statusCode" in error && typeof error.statusCode === "number") {
    return error.statusCode;
  }
  return 500;
}
