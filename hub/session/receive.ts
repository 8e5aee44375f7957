import * as z from "zod";
import {
  decodeTerminalMessage,
  PROTOCOL_VERSION,
  type RefusalCode,
  type TerminalMessage,
} from "../../protocol/messages.ts";
import type { Refusal } from "../punches/batch.ts";

const MINUTE_MS = 60_000;

/** When a refused terminal may come again: soon where the hub is at fault, later where someone has to act first. */
export const RETRY_AFTER_MS: Readonly<Record<RefusalCode, number>> = {
  "hub.unavailable": 5_000,
  "protocol.timeout": 5_000,
  "protocol.malformed": MINUTE_MS,
  "protocol.unexpected": MINUTE_MS,
  "terminal.proof": MINUTE_MS,
  "terminal.unknown": MINUTE_MS,
  "claim.refused": MINUTE_MS,
  "events.signature": MINUTE_MS,
  "events.chain": MINUTE_MS,
  "protocol.version": 10 * MINUTE_MS,
  "events.fork": 10 * MINUTE_MS,
  "terminal.revoked": 60 * MINUTE_MS,
};

/** What every version's first message has, whatever else changed in it. */
const anyVersionsGreeting = z.looseObject({
  type: z.enum(["claim", "hello"]),
  versions: z.array(z.number()),
});

export type Received =
  | { readonly ok: true; readonly message: TerminalMessage }
  | { readonly ok: false; readonly refusal: Refusal };

/**
 * Parses one message and agrees on a version: the greeting of another version is told so, even where it does not parse
 * as one of ours. Never throws.
 */
export function receiveMessage(text: string): Received {
  const decoded = decodeTerminalMessage(text);
  if (!decoded.ok) {
    const versions = versionsOffered(text);
    if (versions !== null && !versions.includes(PROTOCOL_VERSION))
      return { ok: false, refusal: WRONG_VERSION };
    return { ok: false, refusal: { code: decoded.code, detail: decoded.detail } };
  }
  const { message } = decoded;
  if ("versions" in message && !message.versions.includes(PROTOCOL_VERSION)) {
    return { ok: false, refusal: WRONG_VERSION };
  }
  return { ok: true, message };
}

const WRONG_VERSION: Refusal = {
  code: "protocol.version",
  detail: `this hub speaks version ${PROTOCOL_VERSION} only: update the terminal, or the hub`,
};

/** Only for a text that decodeTerminalMessage has found to be small enough, or it answers null. */
function versionsOffered(text: string): readonly number[] | null {
  if (text.length > MAX_GREETING_LENGTH) return null;
  try {
    const parsed = anyVersionsGreeting.safeParse(JSON.parse(text));
    return parsed.success ? parsed.data.versions : null;
  } catch {
    return null;
  }
}
const MAX_GREETING_LENGTH = 4_096;
