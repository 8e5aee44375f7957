import * as limits from "../../../protocol/limits.ts";
import {
  CLOSE_GOING,
  CLOSE_REFUSED,
  CLOSE_REPLACED,
  CLOSE_SILENT,
  REFUSAL_CODES,
} from "../../../protocol/messages.ts";
import { TERMINAL_PATH } from "../../../hub/terminals/listen.ts";
import { HUB_MESSAGES, REFUSALS, TERMINAL_MESSAGES, type Told } from "./messages-told.ts";

/** What each limit is of: complete by its type. */
const LIMITS: Readonly<Record<keyof typeof limits, string>> = {
  MAX_MESSAGE_BYTES: "bytes of a WebSocket message",
  MAX_EVENTS_PER_BATCH: "events of an `events`",
  MAX_EVENT_BYTES: "UTF-8 bytes of an event's text",
  MAX_BATCH_EVENT_BYTES: "UTF-8 bytes of all events of an `events`, as JSON strings",
  MAX_BATCHES_IN_FLIGHT: "`events` under way without an `ack`",
  MAX_PEOPLE_PER_PAGE: "people of a `rosterPage` or `rosterDelta`",
  MAX_PEOPLE_PER_KIOSK: "people of a roster",
  MAX_NAME_LENGTH: "characters of a name",
  MAX_SPANS: "spans of work of a presence",
  HANDSHAKE_TIMEOUT_MS: "until `welcome`; then the link is ended",
  HEARTBEAT_MS: "between two `status`",
  SILENCE_LIMIT_MS: "without a message; then the link is dead, and ended by who notices",
  MAX_BUFFERED_BYTES: "bytes that wait to leave before their sender stops producing",
};

const CLOSES: readonly (readonly [code: number, means: string])[] = [
  [CLOSE_GOING, "this side is going down, or is done"],
  [CLOSE_REFUSED, "what the other side said is not taken; the reason is a code"],
  [CLOSE_REPLACED, "the terminal has a newer link"],
  [CLOSE_SILENT, "nothing was heard for too long"],
];

const HANDSHAKE = `
    terminal                            hub
    [claim {token, publicKey}    ->                   only the first time, on a link of its own
                                 <-     claimed]      its id and its terminal key
    hello {versions, store, ..}  ->
                                 <-     challenge {nonce}
    proof {signature}            ->
                                 <-     welcome {version, ackedSeq, hubTimeMs}
    events {events, signature}   ->                   several under way
                                 <-     ack {seq}     after the hub's commit
                                 <-     roster..      nothing, a delta, or a snapshot in pages
    events {store, ..}           ->                   of earlier stores
                                 <-     ack {store, seq}
    status                       ->                   every ${limits.HEARTBEAT_MS / 1_000} s
                                 <-     pulse {hubTimeMs}
                                 <-     command {id, command}
    done {id, outcome}           ->
`;

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}

const messages = (told: Readonly<Record<string, Told<unknown>>>): string =>
  table(
    ["message", "what it is", "what whoever gets it does"],
    Object.entries(told).map(([type, { summary, then }]) => [`\`${type}\``, summary, then]),
  );

/** The text of docs/protocol.md, not formatted yet. */
export function protocolPage(): string {
  return `# Terminal and hub: the protocol

One WebSocket a terminal, at \`${TERMINAL_PATH}\` of the hub; one JSON text message a WebSocket message, without compression. Every field
of every message is in [protocol.asyncapi.json](protocol.asyncapi.json) (AsyncAPI 3.0). Both are made from the schemas that both sides check
each message with, by \`npm run docs\`; a test fails when they are out of date.

\`\`\`text
${HANDSHAKE.trimEnd().replace(/^\n/, "")}
\`\`\`

## Versions

A terminal offers all versions that it speaks; the hub takes the highest that both speak and says which in \`welcome\`, or refuses with
\`protocol.version\` and says what it speaks. A terminal leaves a hub that takes one that was not offered. Within a version, fields may be added: a reader
passes over those that it does not know. A message type that it does not know is refused. Events are not part of a version: they are
passed on as they are, and a kind that the hub does not know is kept.

## From the terminal

${messages(TERMINAL_MESSAGES)}

## From the hub

${messages(HUB_MESSAGES)}

## Events: nothing lost, nothing twice

- A **store** is one chain of events, numbered from 1 without gaps ([ledger.md](ledger.md)). An event is known by terminal, store, number and
  hash: sent twice it is kept once, in whatever order batches and links come.
- What was acknowledged is on the hub's disk. A terminal keeps everything that was not.
- **A hub that was restored from a backup** says in \`welcome\` what it has, and gets the rest again. Where the terminal has pruned what
  the hub lacks, the batch after it says \`afterGap\`.
- **A terminal that lost what the hub has** (its card lied, or is an older copy) begins a new store, and offers all that it has of the
  old one as events of an earlier store.
- **A fork**: the hub gets another event under a number that is used, or a store goes on that another one has taken the place of: two cards made from
  one. It keeps both, tells the admins, and sends \`renew\`.
- **Earlier stores** are sent between the events of the link's own: after four batches of its own one of theirs, and one place under
  way is always left for a punch made now. They may have gaps, which \`afterGap\` tells.
- What is said on a link is of the store that it began with. When another store begins meanwhile (a damaged file was found), the terminal
  ends the link, and nothing that the hub said on it reaches the new store.

## When a link ends

${table(
  ["close code", "what it means"],
  CLOSES.map(([code, means]) => [String(code), means]),
)}

The terminal tries again for ever. A pause is anything between nothing and a bound: 1 s at first, doubled with each failure, up to a tenth of how long the hub
has been away, 5 s at least and 60 s at most. So a terminal is back within 6 s after an outage of a minute, half of all
within 3 s; after ten minutes and more, within 60 s. A link counts once it held for 15 s. The hub's \`retryAfterMs\` comes on top, once.

## Refusals

${table(
  ["code", "what it means", "what mends it"],
  REFUSAL_CODES.map((code) => [`\`${code}\``, ...REFUSALS[code]]),
)}

None of them wipes anything: only \`revoked\` with its proof does. A terminal itself ends a link with the code of what is wrong as the reason:
\`sync.handshake\`, \`sync.silent\`, \`sync.inbox\` (more than 256 messages wait for its disk), \`sync.new-store\`, \`sync.new-stores\` (more than
3 were asked for in an hour), \`sync.revocation-unproved\`, \`roster.sealed\` (it lost its roster and asks for it), or one of the codes above.

## Limits

${table(
  ["limit", "value", "of"],
  Object.entries(LIMITS).map(([name, of]) => [
    `\`${name}\``,
    String(Object.entries(limits).find(([each]) => each === name)?.[1]),
    of,
  ]),
)}

A peer that exceeds one is refused. The terminal handles what it gets strictly in order.
`;
}
