import * as z from "zod";
import { mailId } from "../../mail/ids.ts";
import { listMails } from "../../mail/list.ts";
import { retryMail } from "../../mail/retry.ts";
import { mailsBody } from "../mail-schemas.ts";
import { pageQuery } from "../page-schemas.ts";
import { pageOf, readCursor } from "../paging.ts";
import { route, type ApiRoute } from "../route.ts";
import type { Api } from "./api.ts";

/** What owners and admins are told by mail, and what became of it. */

const mailPosition = z.tuple([z.int(), mailId]);

export function mailRoutes({ access, mail }: Api): readonly ApiRoute[] {
  return [
    route({
      least: "admin",
      scopes: ["read"],
      method: "GET",
      path: "/api/v1/mail",
      does: "Mails to owners and admins and what became of them, the newest first",
      query: pageQuery,
      answer: mailsBody,
      async handle({ query: { limit, after } }) {
        const position = readCursor(mailPosition, after);
        const rows = await listMails(access.store.queries, mail, position, limit + 1);
        const page = pageOf(rows, limit, (last) => [last.atMs, last.mail]);
        return { mails: [...page.rows], next: page.next };
      },
    }),
    route({
      least: "admin",
      scopes: ["workspace"],
      method: "POST",
      path: "/api/v1/mail/{mail}/retry",
      does: "Send a mail now that was not sent, or of which that is not known",
      params: z.strictObject({ mail: mailId }),
      handle: ({ params, caller }) => retryMail(access, caller.actor, mail, params.mail),
    }),
  ];
}
