import type { FastifyInstance, LightMyRequestResponse } from "fastify";
import { CodedError } from "../../protocol/errors.ts";
import type { PersonId } from "../../protocol/ids.ts";
import type { Role } from "../../protocol/roster.ts";
import type { AccessContext } from "../access/context.ts";
import { Passwords } from "../access/passwords.ts";
import { openSession } from "../access/sessions.ts";
import { build } from "../http/build.ts";
import { cookieName } from "../http/cookies.ts";
import { loopbackHosts } from "../http/guard.ts";
import type { MailOutlet } from "../mail/list.ts";
import { OPENAPI_PATH } from "../http/openapi.ts";
import { ApiDocument } from "./documented.ts";
import { addTestPerson, type TestHub } from "./hub.ts";

const HOST = "localhost:8080";
const ORIGIN = `http://${HOST}`;

export const METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"] as const;
export type Method = (typeof METHODS)[number];

/** Someone, or nobody, who talks with the API. */
export interface ApiClient {
  send(
    method: Method,
    path: string,
    body?: string | object,
    headers?: Record<string, string>,
  ): Promise<Answer>;
  get(path: string, headers?: Record<string, string>): Promise<Answer>;
}
export type Answer = LightMyRequestResponse;

/** A hub's HTTP side without a network, and clients in every role. */
export class TestApi {
  readonly app: FastifyInstance;
  readonly access: AccessContext;
  readonly #hub: TestHub;
  #document: ApiDocument | null = null;

  constructor(hub: TestHub, given: { readonly isDemo?: boolean; readonly mail?: MailOutlet } = {}) {
    this.#hub = hub;
    this.access = { ...hub.context, passwords: new Passwords(hub.context) };
    this.app = build({
      access: this.access,
      sessions: hub.core.sessions,
      scheduler: hub.scheduler,
      log: hub.core.host.log,
      assets: new Map([["/", { type: "text/html; charset=utf-8", body: "<!doctype html>" }]]),
      servedHosts: () => loopbackHosts(8080),
      isDemo: given.isDemo ?? false,
      mail: given.mail ?? { hasServer: false, hubUrl: () => `${ORIGIN}/` },
    });
  }

  /** What the document says; every answer to a client of this is checked against it. */
  async document(): Promise<ApiDocument> {
    const { body } = await this.app.inject({ url: OPENAPI_PATH, headers: { host: HOST } });
    return (this.#document ??= new ApiDocument(body));
  }

  /** With these headers and nothing else but Host and, as a browser does, Origin. */
  client(own: Record<string, string> = {}): ApiClient {
    const send = async (
      method: Method,
      path: string,
      body?: string | object,
      headers: Record<string, string> = {},
    ) => {
      const origin = method === "GET" ? {} : { origin: ORIGIN };
      const request = { method, url: path, headers: { host: HOST, ...origin, ...own, ...headers } };
      const answer = await this.app.inject(body === undefined ? request : { ...request, payload: body });
      (await this.document()).check(method, path, answer);
      return answer;
    };
    return { send, get: (path, headers) => send("GET", path, undefined, headers) };
  }

  /** Whoever holds this session's token. */
  holder(token: string): ApiClient {
    return this.client({ cookie: `${cookieName(HOST)}=${token}` });
  }

  /** Signs a person in without their password. */
  async signedIn(person: PersonId): Promise<ApiClient> {
    const { token } = await this.access.store.transaction((transaction) =>
      openSession(transaction, this.access, person, "a test"),
    );
    return this.holder(token);
  }

  /** A new person in this role, signed in. */
  async as(role: Role, name = `A test's ${role}`): Promise<ApiClient & { readonly person: PersonId }> {
    const { person } = await addTestPerson(this.#hub, { name, role });
    return { ...(await this.signedIn(person)), person };
  }
}

/** The session's token that an answer hands to the browser. */
export function sessionTokenIn(answer: Answer): string {
  const found = answer.cookies.find((cookie) => cookie.name === cookieName(HOST));
  if (found === undefined) throw new CodedError("test.cookie", "the answer sets no session");
  return found.value;
}
