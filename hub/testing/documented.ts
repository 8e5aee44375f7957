import * as z from "zod";
import { CodedError } from "../../protocol/errors.ts";
import { OPENAPI_PATH } from "../http/openapi.ts";

/** The API's OpenAPI document as a client would use it: to know what an answer must look like. */

const response = z.object({
  content: z.record(z.string(), z.object({ schema: z.record(z.string(), z.unknown()) })).optional(),
});
const operation = z.object({
  operationId: z.string(),
  summary: z.string(),
  security: z.array(z.record(z.string(), z.array(z.string()))),
  responses: z.record(z.string(), z.unknown()),
});
const apiDocument = z.object({
  openapi: z.string(),
  paths: z.record(z.string(), z.record(z.string(), operation)),
  components: z.object({
    schemas: z.object({ Problem: z.record(z.string(), z.unknown()) }),
  }),
});

export interface AnswerToCheck {
  readonly statusCode: number;
  readonly body: string;
  readonly headers: Readonly<Record<string, unknown>>;
}

export class ApiDocument {
  readonly #document: z.infer<typeof apiDocument>;
  readonly #schemas = new Map<unknown, z.ZodType>();

  constructor(text: string) {
    this.#document = apiDocument.parse(JSON.parse(text));
  }

  /** `GET /api/v1/people/{person}` and so on, with who may. */
  get operations(): ReadonlyMap<string, z.infer<typeof operation>> {
    return new Map(
      Object.entries(this.#document.paths).flatMap(([path, methods]) =>
        Object.entries(methods).map(([method, each]): [string, z.infer<typeof operation>] => [
          `${method.toUpperCase()} ${path}`,
          each,
        ]),
      ),
    );
  }

  /** Throws CodedError `test.undocumented` unless the document says that this request may be answered so. */
  check(method: string, url: string, answer: AnswerToCheck): void {
    const { statusCode, body } = answer;
    const given = answer.headers["content-type"];
    const type = typeof given === "string" ? (given.split(";")[0] ?? "") : "";
    const undocumented = (what: string): CodedError =>
      new CodedError("test.undocumented", `${method} ${url} answered ${statusCode} ${type}: ${what}`);
    if (statusCode >= 400) {
      if (type !== "application/problem+json") throw undocumented("an error is a problem");
      this.#parse(this.#document.components.schemas.Problem, body, undocumented);
      return;
    }
    const path = url.split("?")[0] ?? "";
    if (path === OPENAPI_PATH || !path.startsWith("/api/")) return;
    const known = this.#find(method, path)?.responses[statusCode];
    if (known === undefined) throw undocumented("not in the document");
    const { content } = response.parse(known);
    if (content === undefined) {
      if (body !== "") throw undocumented("a body where there is none");
      return;
    }
    const schema = content[type]?.schema;
    if (schema === undefined) throw undocumented("not of that type");
    if (type === "application/json") this.#parse(schema, body, undocumented);
  }

  #find(method: string, path: string): z.infer<typeof operation> | undefined {
    const matching = Object.entries(this.#document.paths)
      .filter(([template]) => new RegExp(`^${template.replaceAll(/\{\w+\}/g, "[^/]+")}$`).test(path))
      .toSorted(([one], [other]) => one.split("{").length - other.split("{").length);
    return matching.flatMap(([, methods]) => methods[method.toLowerCase()] ?? [])[0];
  }

  #parse(
    schema: Readonly<Record<string, unknown>>,
    body: string,
    undocumented: (what: string) => CodedError,
  ): void {
    const known = this.#schemas.get(schema) ?? z.fromJSONSchema({ ...schema });
    this.#schemas.set(schema, known);
    const result = known.safeParse(JSON.parse(body));
    if (!result.success) throw undocumented(z.prettifyError(result.error));
  }
}
