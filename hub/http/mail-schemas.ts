import * as z from "zod";
import { mailId } from "../mail/ids.ts";
import { nextPage } from "./page-schemas.ts";

/** Bodies of the HTTP API about mail. */

const instant = z.int();

export const mailBody = z.strictObject({
  mail: mailId,
  /** `forgot-pin`, `slow-guess`, `spray`, `pins-exported`. */
  kind: z.string(),
  /** An e-mail address. */
  to: z.string(),
  subject: z.string(),
  text: z.string(),
  /** When it was written. */
  atMs: instant,
  /**
   * `outbox`: this hub has no mail server. `unsure`: it may have been sent, and is not sent again by itself. `withdrawn`:
   * not wanted any more, and not sent.
   */
  state: z.enum(["outbox", "waiting", "sending", "sent", "failed", "unsure", "withdrawn"]),
  tries: z.int(),
  nextTryMs: instant.nullable(),
  /** Code of what went wrong the last time. */
  lastError: z.string().nullable(),
});
export const mailsBody = z.strictObject({ mails: z.array(mailBody), next: nextPage });
