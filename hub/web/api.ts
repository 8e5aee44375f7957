import * as z from "zod";
import { problemBody } from "../http/schemas.ts";

// The page's policy forbids code made from strings, which zod would otherwise use to be faster.
z.config({ jitless: true });

/** The hub's API as the page uses it: every answer parsed. */

/** What the hub refused, in its words. */
export class Refused extends Error {
  override readonly name: string = "Refused";
  readonly status: number;
  readonly code: string;

  constructor(problem: { readonly status: number; readonly code: string; readonly detail: string }) {
    super(problem.detail);
    this.status = problem.status;
    this.code = problem.code;
  }
}

/** Rejects with {@link Refused}, or otherwise when the hub does not answer, or not as its schemas say. */
export function get<Body>(path: string, schema: z.ZodType<Body>): Promise<Body> {
  return ask("GET", path, undefined, schema);
}

/** A change, likewise. */
export function post<Body>(path: string, body: unknown, schema: z.ZodType<Body>): Promise<Body> {
  return ask("POST", path, body, schema);
}

/** A change that may be sent twice, likewise. */
export function put<Body>(path: string, body: unknown, schema: z.ZodType<Body>): Promise<Body> {
  return ask("PUT", path, body, schema);
}

/** A change that answers nothing. */
export async function remove(path: string): Promise<void> {
  await request("DELETE", path, undefined);
}

async function ask<Body>(
  method: string,
  path: string,
  body: unknown,
  schema: z.ZodType<Body>,
): Promise<Body> {
  const response = await request(method, path, body);
  const answer: unknown = await response.json();
  return schema.parse(answer);
}

async function request(method: string, path: string, body: unknown): Promise<Response> {
  const response = await fetch(`/api/v1/${path}`, {
    method,
    headers: {
      accept: "application/json",
      ...(body === undefined ? {} : { "content-type": "application/json" }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  if (response.ok) return response;
  const problem = problemBody.safeParse(await response.json().catch(() => null));
  throw problem.success ? new Refused(problem.data) : new Error(`the hub answered ${response.status}`);
}
