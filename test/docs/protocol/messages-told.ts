import { GENESIS_HASH } from "../../../protocol/events.ts";
import { eventSeq, kioskId, personId, storeId, terminalId } from "../../../protocol/ids.ts";
import { NEVER_PUNCHED } from "../../../protocol/presence.ts";
import type { HubMessage, RefusalCode, TerminalMessage } from "../../../protocol/messages.ts";
import { DEFAULT_TRY_SETTINGS } from "../../../protocol/try-settings.ts";

/** What the documents say of each message beside its schema: complete by their types. */

export interface Told<Message> {
  readonly summary: string;
  /** What whoever gets it does. */
  readonly then: string;
  readonly example: Message;
}

const terminal = terminalId.parse("3kqvz5q7n1c0d2ft");
const store = storeId.parse("8s6yj2w4m9b1hg5e");
const earlier = storeId.parse("1x0c7r9k3t5vqn2p");
const kiosk = kioskId.parse("5dmt8w1j6h3z9y0c");
const ana = personId.parse("7pb2n4e6s8kq0gxv");
const command = "4v8r2m6t0w1y3z5q";
const key32 = Buffer.alloc(32, 7).toString("base64");
const signature = Buffer.alloc(64, 7).toString("base64");
const person = {
  person: ana,
  number: "1001",
  name: "Ana",
  role: "regular",
  language: null,
  moreTime: false,
  pin: null,
  presence: NEVER_PUNCHED,
} as const;

export const TERMINAL_MESSAGES: {
  readonly [Type in TerminalMessage["type"]]: Told<Extract<TerminalMessage, { type: Type }>>;
} = {
  claim: {
    summary:
      "A box that is not paired trades a claim token, which works once, for an identity. On a link of its own.",
    then: "The hub answers `claimed`, or refuses with `claim.refused`.",
    example: {
      type: "claim",
      versions: [1],
      token: "k3v92m7q8x4tk3v92m7q8x4tk3",
      publicKey: key32,
      software: "1.0.0",
    },
  },
  hello: {
    summary: "Who the terminal is, which store its ledger is, and how far that goes. First on each link.",
    then: "The hub takes the highest version that both speak and answers `challenge`.",
    example: {
      type: "hello",
      versions: [1],
      terminal,
      software: "1.0.0",
      store,
      lastSeq: 0,
      lastHash: GENESIS_HASH,
      prunedSeq: 0,
      rosterRevision: 0,
    },
  },
  proof: {
    summary:
      "Ed25519 (RFC 8032), with the terminal's own key, over `punchbox challenge v1`, the terminal's id and the nonce, each followed by a line feed.",
    then: "The hub answers `welcome`; `renew` when the store cannot go on; `revoked` when the terminal has no place any more.",
    example: { type: "proof", signature },
  },
  events: {
    summary:
      "Events of one store in the order of their numbers, verbatim as they were stored, without a gap among them; and the terminal's signature over the chain's head after the last: Ed25519 over `punchbox chain head v1`, terminal, store, number and hash, each followed by a line feed.",
    then: "The hub keeps those that it does not have, all or none, and answers `ack` once they are on its disk.",
    example: {
      type: "events",
      store: earlier,
      afterGap: true,
      events: ['{"v":1,"terminal":"..."}'],
      signature,
    },
  },
  status: {
    summary: "That the terminal is there, and how it is. With each heartbeat.",
    then: "The hub answers `pulse`. From `wallMs` and `echo` it takes how wrong the terminal's clock is.",
    example: {
      type: "status",
      unsent: 0,
      pendingEvents: 0,
      wallMs: 1_790_000_000_000,
      clock: "set",
      disk: "well",
      setAside: 0,
      echo: { hubTimeMs: 1_789_999_970_000, heldMs: 30_002 },
    },
  },
  done: {
    summary: "How a command went: `done`, or the code of why not.",
    then: "The hub tells the admin who waits for it.",
    example: { type: "done", id: command, outcome: "done" },
  },
};

export const HUB_MESSAGES: {
  readonly [Type in HubMessage["type"]]: Told<Extract<HubMessage, { type: Type }>>;
} = {
  claimed: {
    summary: "The identity that a claim token was traded for.",
    then: "The terminal writes it down, ends the link and says `hello` on another one.",
    example: { type: "claimed", terminal, terminalKey: key32 },
  },
  challenge: {
    summary: "32 random bytes to be signed.",
    then: "The terminal answers `proof`, once a link.",
    example: { type: "challenge", nonce: key32 },
  },
  welcome: {
    summary:
      "The version that is spoken, the newest event of the store that the hub has, and the hub's time. After the terminal has proved itself.",
    then: "The terminal sends what comes after `ackedSeq`, also when the hub once had more. If it has no event of that number, it begins a new store.",
    example: { type: "welcome", version: 1, ackedSeq: 412, hubTimeMs: 1_790_000_000_000 },
  },
  ack: {
    summary: "The hub has all events of the store up to this one on its disk.",
    then: "The terminal counts them as sent. Of an earlier store, only what it sent on this link; of a store that it does not know, nothing.",
    example: { type: "ack", store: earlier, seq: eventSeq.parse(27) },
  },
  pulse: {
    summary: "That the hub is there, and its time. One for each status.",
    then: "The terminal repeats it in its next `status`, and may know the time by it.",
    example: { type: "pulse", hubTimeMs: 1_790_000_000_000 },
  },
  rosterBegin: {
    summary: "A whole roster begins.",
    then: "The terminal gathers its pages beside the roster in use.",
    example: {
      type: "rosterBegin",
      revision: 5,
      people: 1,
      kiosk: {
        kiosk,
        name: "Westside Bar",
        requiresPin: true,
        pinLength: 4,
        numberLength: 4,
        timeZone: "Europe/Zagreb",
        language: "en",
        universalPin: null,
        tries: DEFAULT_TRY_SETTINGS,
      },
      includesSeq: 412,
    },
  },
  rosterPage: {
    summary: "Some of its people.",
    then: "As `rosterBegin`.",
    example: { type: "rosterPage", revision: 5, people: [person] },
  },
  rosterEnd: {
    summary: "It is whole.",
    then: "The terminal swaps it in at once.",
    example: { type: "rosterEnd", revision: 5 },
  },
  rosterDelta: {
    summary: "What changed from one revision to another.",
    then: "The terminal applies it to exactly that revision; one that has another ends the link and says so in its next `hello`.",
    example: { type: "rosterDelta", from: 5, to: 6, upserts: [], removed: [ana], includesSeq: 413 },
  },
  command: {
    summary: "What an admin wants done now. Nothing of it is kept for a terminal that is away.",
    then: "The terminal does it and answers `done`, within 8 s; of more than 4 at a time it answers `command.busy`.",
    example: { type: "command", id: command, command: { act: "resend", afterSeq: 400 } },
  },
  renew: {
    summary:
      "The terminal's store cannot go on: there are two histories of it, or another store has taken its place.",
    then: "The terminal begins another store, 3 times an hour at most, ends the link, says `hello` with the new one, and offers the old one's events from the first on.",
    example: { type: "renew", reason: "fork" },
  },
  revoked: {
    summary:
      "The terminal was unpaired or reported stolen. `proof`: HMAC-SHA-256 under the terminal key over `punchbox revoked v1`, a zero byte and the terminal's id.",
    then: "If the proof is right, the terminal wipes its roster, sends what the hub still takes, forgets its keys and waits to be paired.",
    example: { type: "revoked", proof: key32 },
  },
  refused: {
    summary: "Something is wrong; the hub ends the link. `message` is for people.",
    then: "The terminal comes again, `retryAfterMs` later at the earliest, this once, and 15 minutes at most; it wipes nothing.",
    example: {
      type: "refused",
      code: "hub.unavailable",
      message: "the hub cannot take this now",
      retryAfterMs: 5_000,
    },
  },
};

/** What each refusal means, and what mends it. */
export const REFUSALS: Readonly<Record<RefusalCode, readonly [means: string, mends: string]>> = {
  "protocol.malformed": [
    "a message is no JSON, too large, or has a wrong field",
    "newer software on one of the two sides",
  ],
  "protocol.unexpected": [
    "a message came when it was not due, or too many at once",
    "newer software on one of the two sides",
  ],
  "protocol.version": ["no version is spoken by both", "newer software on the side that is behind"],
  "protocol.timeout": ["the terminal did not prove itself in time", "the next link"],
  "terminal.unknown": ["this hub never paired such a terminal", "the right hub, or pairing anew"],
  "terminal.revoked": ["it was unpaired or reported stolen, and was told", "pairing anew"],
  "terminal.proof": [
    "the signature is not this terminal's",
    "the right key; somebody else may be using its id",
  ],
  "claim.refused": ["the claim token is unknown, used or too old", "another token"],
  "events.signature": ["a batch is not signed by the terminal", "the right key"],
  "events.chain": [
    "events before a batch are missing, and it does not say that they are gone",
    "the next link, which begins at what the hub has",
  ],
  "events.fork": [
    "there are two histories of the store, and it does not begin another",
    "an admin, who settles the fork",
  ],
  "hub.unavailable": ["the hub is going down, or cannot reach its disk", "the hub's return"],
};
