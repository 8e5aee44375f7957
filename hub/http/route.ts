import type { ServerResponse } from "node:http";
import type { Readable } from "node:stream";
import * as z from "zod";
import type { Caller, Requirement } from "../access/caller.ts";
import type { NewSession } from "../access/sessions.ts";
import { malformed } from "./problems.ts";

/**
 * The API as a table of routes: who may, what goes in, what comes out. The same table is served, guarded, documented
 * (openapi.ts) and tested.
 */

export type Method = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
export type MediaType = "application/json" | "text/csv" | "text/event-stream" | "application/x-ndjson";

/** Where a request comes from, and what it may do to the browser's session. */
export interface Visitor {
  /** IP address. */
  readonly address: string;
  /** What the browser calls itself. */
  readonly client: string;
  /** Hands the browser its cookie. */
  readonly keepSession: (session: NewSession) => void;
  /** Takes it away. */
  readonly dropSession: () => void;
}

interface Given<Params extends z.ZodType, Query extends z.ZodType, Body extends z.ZodType> extends Visitor {
  readonly params: z.output<Params>;
  readonly query: z.output<Query>;
  readonly body: z.output<Body>;
}

interface Shape<
  Params extends z.ZodType,
  Query extends z.ZodType,
  Body extends z.ZodType,
  Answer extends z.ZodType,
> {
  readonly method: Method;
  /** As OpenAPI writes it: `/api/v1/people/{person}`. */
  readonly path: string;
  /** One line for the documentation. */
  readonly does: string;
  readonly params?: Params;
  readonly query?: Query;
  readonly body?: Body;
  readonly takes?: "application/json" | "text/csv";
  /** Bytes of a body, where it may be larger than others. */
  readonly bodyLimit?: number;
  /** Left out: there is none (204). */
  readonly answer?: Answer;
  readonly gives?: "application/json" | "text/csv";
  /** 200 when left out. */
  readonly status?: 201;
  /** False for a write that a client may do again as it is, or whose answer must not be kept. */
  readonly keepsAnswer?: boolean;
}

const nothing = z.strictObject({});
const noBody = z.strictObject({}).optional();
type Nothing = typeof nothing;
type NoBody = typeof noBody;
type NoAnswer = z.ZodVoid;

export interface RawRequest {
  readonly params: unknown;
  readonly query: unknown;
  readonly body: unknown;
}

/** A route without its types: what can stand in a list. */
export interface ApiRoute {
  readonly method: Method;
  readonly path: string;
  readonly does: string;
  /** Null: for anyone. */
  readonly requires: Requirement | null;
  readonly params: z.ZodType;
  readonly query: z.ZodType;
  /** Null: none is taken. */
  readonly body: z.ZodType | null;
  readonly takes: "application/json" | "text/csv";
  readonly bodyLimit: number | null;
  /** Null: 204, no content. */
  readonly answer: z.ZodType | null;
  readonly gives: MediaType;
  readonly status: 200 | 201 | 204;
  readonly keepsAnswer: boolean;
  /**
   * Checks, does, and checks again: what is not in the answer's schema does not leave. Rejects with CodedError
   * `request.malformed`, or as the act does.
   */
  run(raw: RawRequest, visitor: Visitor, caller: Caller | null): Promise<unknown>;
  /** For a stream of events: takes over the response. `isAllowed` asks again whether the caller still is. */
  readonly stream: ((response: ServerResponse, isAllowed: () => Promise<boolean>) => void) | null;
}

/** A route for callers that meet a requirement. */
export function route<
  Params extends z.ZodType = Nothing,
  Query extends z.ZodType = Nothing,
  Body extends z.ZodType = NoBody,
  Answer extends z.ZodType = NoAnswer,
>(
  shape: Shape<Params, Query, Body, Answer> &
    Requirement & {
      handle(
        given: Given<Params, Query, Body> & { readonly caller: Caller },
      ): Promise<z.input<NoInfer<Answer>>>;
    },
): ApiRoute {
  const { least, scopes } = shape;
  return {
    ...described(shape),
    requires: { least, scopes },
    async run(raw, visitor, caller) {
      // The guard has let them in; a route that is run without it does nothing.
      if (caller === null) throw new RangeError(`${shape.method} ${shape.path} was run without its guard`);
      return checkedAnswer(shape, await shape.handle({ ...given(shape, raw), ...visitor, caller }));
    },
  };
}

/** A route for anyone: there is no caller. */
export function openRoute<
  Params extends z.ZodType = Nothing,
  Query extends z.ZodType = Nothing,
  Body extends z.ZodType = NoBody,
  Answer extends z.ZodType = NoAnswer,
>(
  shape: Shape<Params, Query, Body, Answer> & {
    handle(
      given: Given<Params, Query, Body> & { readonly caller: Caller | null },
    ): Promise<z.input<NoInfer<Answer>>>;
  },
): ApiRoute {
  return {
    ...described(shape),
    requires: null,
    keepsAnswer: false,
    run: async (raw, visitor, caller) =>
      checkedAnswer(shape, await shape.handle({ ...given(shape, raw), ...visitor, caller })),
  };
}

/** A stream of server-sent events. */
export function streamRoute(
  shape: Pick<ApiRoute, "path" | "does"> & Requirement & { stream: NonNullable<ApiRoute["stream"]> },
): ApiRoute {
  const { least, scopes, stream } = shape;
  return {
    ...described({ ...shape, method: "GET" }),
    requires: { least, scopes },
    answer: z.string(),
    gives: "text/event-stream",
    status: 200,
    run: () => Promise.reject(new RangeError("a stream is opened, not run")),
    stream,
  };
}

/** A file that is written as it is read: too large to be an answer that is checked as a whole. */
export function fileRoute<Query extends z.ZodType>(
  shape: Pick<ApiRoute, "path" | "does"> &
    Requirement & {
      readonly query: Query;
      readonly gives: "application/x-ndjson";
      open(query: z.output<Query>): Promise<Readable>;
    },
): ApiRoute {
  const { least, scopes, query, gives } = shape;
  return {
    ...described({ path: shape.path, does: shape.does, method: "GET", query }),
    requires: { least, scopes },
    answer: z.string(),
    gives,
    status: 200,
    run: async (raw) => shape.open(parsed(query, nothing, raw.query)),
  };
}

function described<
  Params extends z.ZodType,
  Query extends z.ZodType,
  Body extends z.ZodType,
  Answer extends z.ZodType,
>(shape: Shape<Params, Query, Body, Answer>): Omit<ApiRoute, "requires" | "run"> {
  return {
    method: shape.method,
    path: shape.path,
    does: shape.does,
    params: shape.params ?? nothing,
    query: shape.query ?? nothing,
    body: shape.body ?? null,
    takes: shape.takes ?? "application/json",
    bodyLimit: shape.bodyLimit ?? null,
    answer: shape.answer ?? null,
    gives: shape.gives ?? "application/json",
    status: shape.answer === undefined ? 204 : (shape.status ?? 200),
    keepsAnswer: shape.method !== "GET" && (shape.keepsAnswer ?? true),
    stream: null,
  };
}

function given<Params extends z.ZodType, Query extends z.ZodType, Body extends z.ZodType>(
  shape: Pick<Shape<Params, Query, Body, z.ZodType>, "params" | "query" | "body">,
  raw: RawRequest,
): { params: z.output<Params>; query: z.output<Query>; body: z.output<Body> } {
  return {
    params: parsed(shape.params, nothing, raw.params),
    query: parsed(shape.query, nothing, raw.query),
    body: parsed(shape.body, noBody, raw.body),
  };
}

/** The default stands exactly where the type parameter has its default too. */
function parsed<Schema extends z.ZodType>(
  schema: Schema | undefined,
  otherwise: z.ZodType,
  value: unknown,
): z.output<Schema>;
function parsed(schema: z.ZodType | undefined, otherwise: z.ZodType, value: unknown): unknown {
  const result = (schema ?? otherwise).safeParse(value);
  if (!result.success) throw malformed(result.error);
  return result.data;
}

function checkedAnswer<Answer extends z.ZodType>(
  shape: Pick<Shape<z.ZodType, z.ZodType, z.ZodType, Answer>, "answer">,
  answer: unknown,
): unknown {
  return shape.answer === undefined ? undefined : shape.answer.parse(answer);
}
