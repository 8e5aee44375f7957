import * as z from "zod";
import { crockford } from "../../protocol/ids.ts";
import type { Random } from "../../protocol/seams.ts";

/** Names of sessions, invitations and tokens, which may be seen; and the secrets that belong to them, which may not. */

const idSchema = z.string().regex(/^[0-9a-hjkmnp-tv-z]{16}$/, "must be 16 characters of Crockford base 32");
export const sessionId = idSchema.brand<"SessionId">();
export const invitationId = idSchema.brand<"InvitationId">();
export const tokenId = idSchema.brand<"TokenId">();
export type SessionId = z.infer<typeof sessionId>;
export type InvitationId = z.infer<typeof invitationId>;
export type TokenId = z.infer<typeof tokenId>;

/** 130 bits in Crockford base 32. */
export const SECRET_LENGTH = 26;
const SECRET_BYTES = 17;

export const secretText = z
  .string()
  .regex(/^[0-9a-hjkmnp-tv-z]{26}$/, "must be 26 characters of Crockford base 32");

/** To be told once, and to be found again by {@link secretHash} alone. */
export function makeSecret(random: Random): string {
  return crockford(random.bytes(SECRET_BYTES), SECRET_LENGTH);
}
