import * as z from "zod";
import { isDemoOpen, signInToDemo } from "../../access/demo.ts";
import { invitationId, sessionId, tokenId } from "../../access/ids.ts";
import { hasSignIn, invite, listInvitations, revokeInvitation } from "../../access/links.ts";
import { lookAtLink, redeemLink } from "../../access/redeem.ts";
import { endSession, endSessionsOf, listSessions } from "../../access/sessions.ts";
import { changePassword, signIn } from "../../access/sign-in.ts";
import { createToken, listTokens, revokeToken } from "../../access/tokens.ts";
import { thePerson } from "../../people/people.ts";
import { personId } from "../../../protocol/ids.ts";
import {
  accessBody,
  endedBody,
  invitationRequest,
  invitationsBody,
  linkBody,
  linkRequest,
  newInvitationBody,
  newTokenBody,
  openedBody,
  passwordRequest,
  redeemRequest,
  sessionsBody,
  signInRequest,
  tokenRequest,
  tokensBody,
} from "../access-schemas.ts";
import { openRoute, route, type ApiRoute } from "../route.ts";
import type { Api } from "./api.ts";

/** Coming in, and who may: sign-in, links, sessions, invitations, tokens. */

const manager = { least: "manager", scopes: null } as const;
const admin = { least: "admin", scopes: null } as const;

export function accessRoutes({ access, isDemo }: Api): readonly ApiRoute[] {
  const { queries } = access.store;
  return [
    openRoute({
      method: "GET",
      path: "/api/v1/access",
      does: "Who is signed in, and how one can",
      answer: accessBody,
      async handle({ caller }) {
        const ways = {
          isDemo: isDemo && (await isDemoOpen(queries)),
          needsOwner: !(await hasSignIn(queries)),
        };
        if (caller === null) return { caller: null, ...ways };
        const { actor, via } = caller;
        const { name } = await thePerson(queries, actor.person);
        return {
          caller: {
            ...actor,
            name,
            session: via.kind === "session" ? via.session : null,
            scopes: via.kind === "token" ? [...via.scopes] : null,
          },
          ...ways,
        };
      },
    }),
    openRoute({
      method: "POST",
      path: "/api/v1/sessions",
      does: "Sign in with e-mail and password",
      body: signInRequest,
      answer: openedBody,
      status: 201,
      async handle({ body, ...visitor }) {
        const opened = await signIn(access, { ...body, ...visitor });
        visitor.keepSession(opened);
        return { session: opened.session };
      },
    }),
    openRoute({
      method: "POST",
      path: "/api/v1/sessions/demo",
      does: "Come in as the demo's owner, while they have no password of their own",
      answer: openedBody,
      status: 201,
      async handle({ client, keepSession }) {
        const opened = await signInToDemo(access, isDemo, client);
        keepSession(opened);
        return { session: opened.session };
      },
    }),
    openRoute({
      method: "POST",
      path: "/api/v1/links/look",
      does: "What a one-time link is for; it stays good",
      body: linkRequest,
      answer: linkBody,
      handle: ({ body }) => lookAtLink(access, body.token),
    }),
    openRoute({
      method: "POST",
      path: "/api/v1/links/redeem",
      does: "Use a one-time link up: choose e-mail and password, and be signed in",
      body: redeemRequest,
      answer: openedBody,
      status: 201,
      async handle({ body, client, keepSession }) {
        const opened = await redeemLink(access, { ...body, client });
        keepSession(opened);
        return { session: opened.session };
      },
    }),
    route({
      ...manager,
      method: "PUT",
      path: "/api/v1/password",
      does: "Change one's own password: all sessions end, this browser gets a new one",
      body: passwordRequest,
      answer: openedBody,
      keepsAnswer: false,
      async handle({ body, caller, ...visitor }) {
        const opened = await changePassword(access, caller, { ...body, ...visitor });
        visitor.keepSession(opened);
        return { session: opened.session };
      },
    }),
    route({
      ...manager,
      method: "GET",
      path: "/api/v1/sessions",
      does: "One's own sessions",
      answer: sessionsBody,
      async handle({ caller: { actor, via } }) {
        const sessions = await listSessions(access, actor.person);
        const current = via.kind === "session" ? via.session : null;
        return { sessions: sessions.map((each) => ({ ...each, current: each.session === current })) };
      },
    }),
    route({
      ...manager,
      method: "DELETE",
      path: "/api/v1/sessions",
      does: "End all of one's own sessions, this one included",
      answer: endedBody,
      keepsAnswer: false,
      async handle({ caller: { actor }, dropSession }) {
        const ended = await endSessionsOf(access, actor, actor.person);
        dropSession();
        return { ended };
      },
    }),
    route({
      ...manager,
      method: "DELETE",
      path: "/api/v1/sessions/{session}",
      does: "End one of one's own sessions: sign out",
      params: z.strictObject({ session: sessionId }),
      keepsAnswer: false,
      async handle({ params, caller, dropSession }) {
        await endSession(access, caller, params.session);
        if (caller.via.kind === "session" && caller.via.session === params.session) dropSession();
      },
    }),
    route({
      ...admin,
      method: "DELETE",
      path: "/api/v1/people/{person}/sessions",
      does: "End all sessions of someone",
      params: z.strictObject({ person: personId }),
      answer: endedBody,
      async handle({ params, caller }) {
        return { ended: await endSessionsOf(access, caller.actor, params.person) };
      },
    }),
    route({
      ...admin,
      method: "GET",
      path: "/api/v1/invitations",
      does: "Open invitations",
      answer: invitationsBody,
      handle: async () => ({ invitations: await listInvitations(access) }),
    }),
    route({
      ...admin,
      method: "POST",
      path: "/api/v1/invitations",
      does: "Invite someone to sign in, or to choose a new password, by a one-time link",
      body: invitationRequest,
      answer: newInvitationBody,
      status: 201,
      handle: ({ body, caller }) => invite(access, caller.actor, body.person),
    }),
    route({
      ...admin,
      method: "DELETE",
      path: "/api/v1/invitations/{invitation}",
      does: "Revoke an invitation",
      params: z.strictObject({ invitation: invitationId }),
      handle: ({ params, caller }) => revokeInvitation(access, caller.actor, params.invitation),
    }),
    route({
      ...admin,
      method: "GET",
      path: "/api/v1/tokens",
      does: "API tokens of the workspace",
      answer: tokensBody,
      handle: async () => ({ tokens: await listTokens(access) }),
    }),
    route({
      ...admin,
      method: "POST",
      path: "/api/v1/tokens",
      does: "Make an API token for a program",
      body: tokenRequest,
      answer: newTokenBody,
      status: 201,
      handle: ({ body, caller }) => createToken(access, caller.actor, body),
    }),
    route({
      ...admin,
      method: "DELETE",
      path: "/api/v1/tokens/{token}",
      does: "Revoke an API token",
      params: z.strictObject({ token: tokenId }),
      handle: ({ params, caller }) => revokeToken(access, caller.actor, params.token),
    }),
  ];
}
