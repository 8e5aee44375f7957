import * as z from "zod";
import { problemBody, type Problem } from "../http/schemas.ts";

// The page's policy forbids code made from strings, which zod would otherwise use to be faster.
z.config({ jitless: true });

/** The hub's API as the page uses it: every answer parsed. */

/** What the hub refused, in its words. */
export class Refused extends Error {
  override readonly name: string = "Refused";
  readonly status: number;
  readonly code: string;
  /** Of an import: what is wrong, by line. */
  readonly problems: NonNullable<Problem["problems"]>;
  /** Problems beyond those. */
  readonly untold: number;

  constructor(problem: Problem) {
    super(problem.detail);
    this.status = problem.status;
    this.code = problem.code;
    this.problems = problem.problems ?? [];
    this.untold = problem.untold ?? 0;
  }
}

type WriteMethod = "POST" | "PUT" | "PATCH" | "DELETE";

/** Rejects with {@link Refused}, or otherwise when the hub does not answer, or not as its schemas say. */
export async function get<Body>(path: string, schema: z.ZodType<Body>): Promise<Body> {
  return read(await request("GET", path, {}), schema);
}

/** A change for anyone, as signing in is: sent once, whatever comes of it. */
export async function post<Body>(path: string, body: unknown, schema: z.ZodType<Body>): Promise<Body> {
  return read(await request("POST", path, { body }), schema);
}

/**
 * A change, sent with an Idempotency-Key, so that one whose answer was lost is asked for again and not done again. Without
 * a schema nothing is answered. Rejects as {@link get} does.
 */
export function send(method: WriteMethod, path: string, body?: unknown): Promise<void>;
export function send<Body>(
  method: WriteMethod,
  path: string,
  body: unknown,
  schema: z.ZodType<Body>,
): Promise<Body>;
export async function send(
  method: WriteMethod,
  path: string,
  body?: unknown,
  schema?: z.ZodType,
): Promise<unknown> {
  const response = await persist(method, path, { body });
  return schema === undefined ? undefined : read(response, schema);
}

/** Sends a CSV file as it is. */
export async function sendCsv<Body>(
  path: string,
  csv: Blob | string,
  schema: z.ZodType<Body>,
): Promise<Body> {
  return read(await persist("POST", path, { csv }), schema);
}

/** Asks for a CSV file, once: that it is made is audited. */
export async function fetchCsv(path: string, body: unknown): Promise<Blob> {
  return (await request("POST", path, { body, accept: "text/csv" })).blob();
}

interface Sent {
  readonly body?: unknown;
  readonly csv?: Blob | string;
  readonly accept?: string;
  readonly key?: string;
}

/** Before the second try, and the third: a hub restarts in a few seconds. */
const RETRY_PAUSES_MS: readonly number[] = [1_000, 4_000];
const KEY_BYTES = 16;

async function persist(method: WriteMethod, path: string, sent: Sent): Promise<Response> {
  const bytes = crypto.getRandomValues(new Uint8Array(KEY_BYTES));
  const key = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  for (const pauseMs of RETRY_PAUSES_MS) {
    try {
      return await request(method, path, { ...sent, key });
    } catch (error) {
      // fetch rejects with a TypeError where there is no answer; whatever was answered stands.
      if (!(error instanceof TypeError)) throw error;
      await new Promise((resolve) => setTimeout(resolve, pauseMs));
    }
  }
  return request(method, path, { ...sent, key });
}

async function read<Body>(response: Response, schema: z.ZodType<Body>): Promise<Body> {
  const answer: unknown = await response.json();
  return schema.parse(answer);
}

async function request(method: string, path: string, sent: Sent): Promise<Response> {
  const { body, csv, accept = "application/json", key } = sent;
  const text = csv ?? (body === undefined ? null : JSON.stringify(body));
  const response = await fetch(`/api/v1/${path}`, {
    method,
    headers: {
      accept,
      ...(text === null ? {} : { "content-type": csv === undefined ? "application/json" : "text/csv" }),
      ...(key === undefined ? {} : { "idempotency-key": key }),
    },
    ...(text === null ? {} : { body: text }),
  });
  if (response.ok) return response;
  const problem = problemBody.safeParse(await response.json().catch(() => null));
  throw problem.success ? new Refused(problem.data) : new Error(`the hub answered ${response.status}`);
}

/** Why something did not happen, for a person. */
export function reasonOf(error: unknown): string {
  if (error instanceof Refused) return sentence(error.message);
  if (error instanceof TypeError) return "The hub does not answer: look later whether it was done.";
  return "This did not work: the hub answered what this page does not understand. Load the page again.";
}

function sentence(text: string): string {
  const full = /[.!?]$/.test(text) ? text : `${text}.`;
  return full.charAt(0).toUpperCase() + full.slice(1);
}
