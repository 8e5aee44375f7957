import type { OutgoingMail } from "../../mail/transport.ts";
import { readMail } from "./parse-mail.ts";

/** What was sent, as its reader finds it in the message. */
export function arrivedMail(message: string): OutgoingMail {
  const { headers, text, html } = readMail(message);
  const of = (name: string): string => headers.get(name) ?? "";
  const bare = (name: string): string => /<?([^<>]*)>?$/.exec(of(name))?.[1] ?? "";
  return {
    from: bare("from"),
    to: bare("to"),
    messageId: of("message-id"),
    atMs: Date.parse(of("date")),
    subject: of("subject"),
    text,
    html,
  };
}
