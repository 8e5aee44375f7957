import * as z from "zod";
import { KEY_NAMES } from "../../hal/ports.ts";
import { cardNumber } from "../../protocol/roster.ts";

/** The simulator's HTTP API, version 1: what it takes and gives. The page and every test use this same API. */

const keyName = z.enum(KEY_NAMES);

/** Longest a key may be held or waited for in one request, and most keys in one. */
export const MAX_HOLD_MS = 60_000;
export const MAX_KEYS_PER_REQUEST = 64;
/** A quick finger on a membrane keypad. */
const DEFAULT_HOLD_MS = 60;
const DEFAULT_GAP_MS = 60;

const milliseconds = z.int().min(0).max(MAX_HOLD_MS);

export const pressRequest = z.strictObject({
  /** Pressed one after the other. */
  keys: z
    .array(
      z.strictObject({
        key: keyName,
        /** How long the finger stays down. */
        holdMs: milliseconds.default(DEFAULT_HOLD_MS),
        /** How long until the next key. */
        gapMs: milliseconds.default(DEFAULT_GAP_MS),
      }),
    )
    .min(1)
    .max(MAX_KEYS_PER_REQUEST),
});
export type PressRequest = z.infer<typeof pressRequest>;

/** A finger on a key, or off it: what the page sends while the mouse button is down. Never in a URL: those get logged. */
export const contactRequest = z.strictObject({ key: keyName, closed: z.boolean() });

/** A card held to the reader for a moment. In a body, never in a URL: those get logged. */
export const cardRequest = z.strictObject({ card: cardNumber });

export const cardsReply = z.strictObject({
  /** Who has a card at the hub, to choose from; nobody while the hub is off. */
  cards: z.array(z.strictObject({ name: z.string(), card: cardNumber })),
});
export type CardsReply = z.infer<typeof cardsReply>;

export const switchParameters = z.strictObject({ part: z.enum(["power", "network", "hub"]) });
export type SwitchablePart = z.infer<typeof switchParameters>["part"];
export const switchRequest = z.strictObject({ on: z.boolean() });

export const screenReply = z.strictObject({
  columns: z.int(),
  rows: z.int(),
  /** What the controller shows, row by row; a custom glyph is the letter it draws, or U+E000 + slot if it draws none. */
  text: z.array(z.string()),
  /** Eight numbers of five bits for each cell, row by row, left to right; the highest bit is the left pixel. */
  pixels: z.array(z.array(z.array(z.int().min(0).max(31)).length(8))),
  cursor: z.strictObject({ row: z.int(), column: z.int() }).nullable(),
  displayOn: z.boolean(),
  backlight: z.boolean(),
  /** The lights beside it; null where there are none. */
  lights: z.strictObject({ green: z.boolean(), red: z.boolean() }).nullable(),
});
export type ScreenReply = z.infer<typeof screenReply>;

export const soundsParameters = z.strictObject({
  after: z
    .string()
    .regex(/^[0-9]{1,15}$/, "must be the number of a sound")
    .default("0")
    .transform(Number),
});
export const soundsReply = z.strictObject({
  /** The latest sounds, oldest first; pass the last `number` as `after` to get what came since. */
  sounds: z.array(
    z.strictObject({
      number: z.int(),
      /** The sound's name where its rhythm is a known one, else null. */
      sound: z.enum(["key", "in", "out", "refused", "undone", "asked"]).nullable(),
      /** On and off times as the buzzer got them, milliseconds. */
      rhythm: z.array(z.int()),
    }),
  ),
});
export type SoundsReply = z.infer<typeof soundsReply>;

export const stateReply = z.strictObject({
  power: z.boolean(),
  network: z.boolean(),
  hub: z.boolean(),
  hubUrl: z.string(),
  /** Rows of keys; null where there is none. */
  keypad: z.array(z.array(keyName.nullable())),
  /** Whether there is a card reader. */
  reader: z.boolean(),
  /** Null while the terminal is off or has no ledger yet. */
  ledger: z.strictObject({ events: z.int(), acknowledged: z.int(), unsent: z.int() }).nullable(),
  /** Rules of the chips that were broken (a write while busy, two outputs against each other): must be 0. */
  violations: z.int(),
});
export type StateReply = z.infer<typeof stateReply>;

/** Every route, for the README, the schema document and the tests. */
export const ROUTES = [
  { method: "GET", path: "/api/v1/state", does: "what is on, what waits to be sent", reply: stateReply },
  { method: "GET", path: "/api/v1/screen", does: "what the display's chip holds", reply: screenReply },
  {
    method: "GET",
    path: "/api/v1/sounds",
    does: "what the buzzer played",
    query: soundsParameters,
    reply: soundsReply,
  },
  {
    method: "POST",
    path: "/api/v1/keys",
    does: "press keys; answers when they are up again",
    body: pressRequest,
  },
  {
    method: "PUT",
    path: "/api/v1/keys",
    does: "put a finger on a key, or take it off",
    body: contactRequest,
  },
  { method: "GET", path: "/api/v1/cards", does: "people's cards at the hub", reply: cardsReply },
  {
    method: "POST",
    path: "/api/v1/cards",
    does: "hold a card to the reader; answers when it was read",
    body: cardRequest,
  },
  {
    method: "PUT",
    path: "/api/v1/switches/:part",
    does: "switch power, network or hub",
    body: switchRequest,
  },
  { method: "GET", path: "/api/v1/live", does: "server-sent events: screen, state, sound" },
  { method: "GET", path: "/api/v1/schema", does: "this table with JSON Schemas" },
] as const;
