import * as z from "zod";
import { personId } from "../../protocol/ids.ts";
import { MAX_NAME_LENGTH } from "../../protocol/limits.ts";
import { role } from "../../protocol/roster.ts";
import { invitationId, secretText, sessionId, tokenId } from "../access/ids.ts";
import { scope, SCOPES } from "../access/scopes.ts";

/** Bodies of the HTTP API about access: signing in, sessions, invitations, tokens. */

const instant = z.int();
const MAX_EMAIL_LENGTH = 254;
const MAX_SECRET_LENGTH = 1_000;

export const emailText = z.email("must be an e-mail address").max(MAX_EMAIL_LENGTH);
export const nameText = z.string().min(1, "must not be empty").max(MAX_NAME_LENGTH);
/** What is too short or too common is for the rules to say, and only about a new one. */
const passwordText = z.string().max(MAX_SECRET_LENGTH);

export const callerBody = z.strictObject({
  person: personId,
  name: z.string(),
  role,
  /** Null for a token. */
  session: sessionId.nullable(),
  /** Null for a session, which may do what its person may. */
  scopes: z.array(scope).nullable(),
});

export const accessBody = z.strictObject({
  /** Null: nobody is signed in. */
  caller: callerBody.nullable(),
  /** Anyone on this machine may come in as the demo's owner: POST /api/v1/sessions/demo. */
  isDemo: z.boolean(),
  /** Nobody can sign in yet: the hub has printed a link for its owner. */
  needsOwner: z.boolean(),
});

export const signInRequest = z.strictObject({
  email: z.string().max(MAX_EMAIL_LENGTH),
  password: passwordText,
});
export const linkRequest = z.strictObject({ token: secretText });
export const linkBody = z.strictObject({
  /** `owner`: a new person is made with it, who needs a name. */
  makes: z.enum(["owner", "sign-in"]),
  name: z.string().nullable(),
  role,
  email: z.string().nullable(),
  expiresMs: instant,
});
export const redeemRequest = z.strictObject({
  token: secretText,
  /** Of the owner to be made. */
  name: nameText.nullable().default(null),
  email: emailText,
  password: passwordText,
});
export const openedBody = z.strictObject({ session: sessionId });

export const passwordRequest = z.strictObject({ current: passwordText, next: passwordText });
export const confirmRequest = z.strictObject({ password: passwordText });

export const sessionBody = z.strictObject({
  session: sessionId,
  client: z.string(),
  createdMs: instant,
  seenMs: instant,
  expiresMs: instant,
  /** The one that asks. */
  current: z.boolean(),
});
export const sessionsBody = z.strictObject({ sessions: z.array(sessionBody) });
export const endedBody = z.strictObject({ ended: z.int() });

export const invitationRequest = z.strictObject({ person: personId });
export const newInvitationBody = z.strictObject({
  invitation: invitationId,
  /** To be put behind `#link=` of the page's address. Shown once. */
  token: secretText,
  expiresMs: instant,
});
export const invitationBody = z.strictObject({
  invitation: invitationId,
  person: personId,
  name: z.string(),
  role,
  createdBy: personId.nullable(),
  createdMs: instant,
  expiresMs: instant,
});
export const invitationsBody = z.strictObject({ invitations: z.array(invitationBody) });

export const tokenRequest = z.strictObject({
  name: nameText,
  scopes: z.array(scope).min(1).max(SCOPES.length),
  expiresMs: instant.nullable(),
});
export const newTokenBody = z.strictObject({
  id: tokenId,
  /** For the header `Authorization: Bearer`. Shown once. */
  token: z.string(),
});
export const tokenBody = z.strictObject({
  token: tokenId,
  name: z.string(),
  scopes: z.array(scope),
  createdBy: personId,
  createdMs: instant,
  expiresMs: instant.nullable(),
  usedMs: instant.nullable(),
});
export const tokensBody = z.strictObject({ tokens: z.array(tokenBody) });
