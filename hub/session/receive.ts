import * as z from "zod";
import {
  agreedVersion,
  decodeTerminalMessage,
  type RefusalCode,
  type TerminalMessage,
} from "../../protocol/messages.ts";
import type { Refusal } from "../punches/batch.ts";

const MINUTE_MS = 60_000;

/** A hub that goes down by itself mostly comes back at once, as after an update. */
export const GOING_RETRY_MS = 2_000;

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
export function receiveMessage(text: string, spoken: readonly number[]): Received {
  const decoded = decodeTerminalMessage(text);
  if (!decoded.ok) {
    const versions = versionsOffered(text);
    if (versions !== null && agreedVersion(versions, spoken) === null) {
      return { ok: false, refusal: wrongVersion(spoken) };
    }
    return { ok: false, refusal: { code: decoded.code, detail: decoded.detail } };
  }
  const { message } = decoded;
  if ("versions" in message && agreedVersion(message.versions, spoken) === null) {
    return { ok: false, refusal: wrongVersion(spoken) };
  }
  return { ok: true, message };
}

function wrongVersion(spoken: readonly number[]): Refusal {
  const versions = spoken.length === 1 ? "version" : "versions";
  return {
    code: "protocol.version",
    detail: `this hub speaks ${versions} ${spoken.join(", ")} of the protocol: update the terminal, or the hub`,
  };
}

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
