import { createHash } from "node:crypto";

/** What a secret opens. One that was made for one use is none for another. */
export type SecretUse = "access link" | "session" | "api token";

/** SHA-256, hexadecimal. Of 130 random bits a quick hash tells nothing. */
export function secretHash(use: SecretUse, secret: string): string {
  return createHash("sha256").update(`punchbox ${use} v1\n${secret}`).digest("hex");
}
