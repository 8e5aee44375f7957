import * as z from "zod";
import { IDEMPOTENCY_HEADER, idempotencyKey } from "./idempotency.ts";
import type { ApiRoute } from "./route.ts";
import { problemBody } from "./schemas.ts";

/** The API's documentation, made of the same table and schemas that serve it: OpenAPI 3.1, whose schemas are JSON Schema 2020-12. */

export const OPENAPI_PATH = "/api/v1/openapi.json";

type JsonObject = Readonly<Record<string, unknown>>;

export interface OpenApiDocument {
  readonly openapi: "3.1.1";
  readonly info: JsonObject;
  readonly paths: Readonly<Record<string, Readonly<Record<string, JsonObject>>>>;
  readonly components: JsonObject;
}

export function openApiDocument(routes: readonly ApiRoute[]): OpenApiDocument {
  const paths = Map.groupBy(routes, (route) => route.path);
  return {
    openapi: "3.1.1",
    info: {
      title: "Punchbox hub",
      version: "1",
      description:
        "People, PINs, kiosks and punches. Instants are milliseconds since 1970, UTC. Errors are application/problem+json " +
        "(RFC 9457) with a stable `code`. Lists come in pages: hand `next` back as `after`.",
    },
    paths: Object.fromEntries(
      [...paths].map(([path, all]) => [
        path,
        Object.fromEntries(all.map((route) => [route.method.toLowerCase(), operation(route)])),
      ]),
    ),
    components: {
      securitySchemes: {
        session: {
          type: "apiKey",
          in: "cookie",
          name: "punchbox-session",
          description:
            "A browser that is signed in; the port of the address, if any, follows the name after a dash.",
        },
        token: { type: "http", scheme: "bearer", description: "An API token; the names are its scopes." },
      },
      responses: {
        Problem: {
          description: "What went wrong",
          content: { "application/problem+json": { schema: { $ref: "#/components/schemas/Problem" } } },
        },
      },
      schemas: { Problem: jsonSchema(problemBody, "output") },
    },
  };
}

function operation(route: ApiRoute): JsonObject {
  const { requires, body } = route;
  const parameters = [
    ...parametersOf(route.params, "path"),
    ...parametersOf(route.query, "query"),
    ...(route.keepsAnswer ? [IDEMPOTENCY_PARAMETER] : []),
  ];
  return {
    summary: route.does,
    operationId: operationId(route),
    description: requires === null ? "For anyone." : `For the role ${requires.least} and above.`,
    security: requires === null ? [] : securityOf(requires),
    ...(parameters.length === 0 ? {} : { parameters }),
    ...(body === null
      ? {}
      : {
          requestBody: {
            required: true,
            content: { [route.takes]: { schema: schemaOf(body, route.takes, "input") } },
          },
        }),
    responses: {
      [route.status]: {
        description: route.status === 204 ? "Done" : "The answer",
        ...(route.answer === null
          ? {}
          : { content: { [route.gives]: { schema: schemaOf(route.answer, route.gives, "output") } } }),
      },
      default: { $ref: "#/components/responses/Problem" },
    },
  };
}

function securityOf(requires: NonNullable<ApiRoute["requires"]>): JsonObject[] {
  const session = { session: [requires.least] };
  return requires.scopes === null ? [session] : [session, { token: requires.scopes }];
}

/** `get people person`, in camel case: what generators name functions by. */
function operationId({ method, path }: ApiRoute): string {
  const words = path
    .replace("/api/v1/", "")
    .split(/[^A-Za-z]+/)
    .filter((word) => word !== "");
  return method.toLowerCase() + words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join("");
}

const IDEMPOTENCY_PARAMETER = {
  name: IDEMPOTENCY_HEADER,
  in: "header",
  required: false,
  description:
    "Chosen at random. The same request with the same key is done once and answered the same for 24 hours.",
  schema: jsonSchema(idempotencyKey, "input"),
};

const objectSchema = z.object({
  properties: z.record(z.string(), z.unknown()).default({}),
  required: z.array(z.string()).default([]),
});

function parametersOf(schema: z.ZodType, place: "path" | "query"): JsonObject[] {
  const { properties, required } = objectSchema.parse(jsonSchema(schema, "input"));
  return Object.entries(properties).map(([name, each]) => ({
    name,
    in: place,
    required: required.includes(name),
    schema: each,
  }));
}

function schemaOf(schema: z.ZodType, type: string, io: "input" | "output"): unknown {
  return type === "application/json" ? jsonSchema(schema, io) : { type: "string" };
}

function jsonSchema(schema: z.ZodType, io: "input" | "output"): unknown {
  const made = Object.entries(z.toJSONSchema(schema, { target: "draft-2020-12", io }));
  // It is the dialect that OpenAPI 3.1 takes anyway.
  return Object.fromEntries(made.filter(([name]) => name !== "$schema"));
}
