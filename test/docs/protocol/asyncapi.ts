import * as z from "zod";
import * as limits from "../../../protocol/limits.ts";
import { eventEnvelope, eventPayloads } from "../../../protocol/events.ts";
import { hubMessage, PROTOCOL_VERSIONS, REFUSAL_CODES, terminalMessage } from "../../../protocol/messages.ts";
import { TERMINAL_PATH } from "../../../hub/terminals/listen.ts";
import { HUB_MESSAGES, REFUSALS, TERMINAL_MESSAGES, type Told } from "./messages-told.ts";

/**
 * The protocol as an AsyncAPI 3.0 document, made from the schemas that both sides check every message with. It is the hub's: it
 * receives what terminals send. Schemas are JSON Schema draft 7, as AsyncAPI has them; texts of events are described apart.
 */

type Json = Readonly<Record<string, unknown>>;

/** What a terminal's message is answered with, where it is. */
const ANSWERS: Readonly<Record<keyof typeof TERMINAL_MESSAGES, readonly (keyof typeof HUB_MESSAGES)[]>> = {
  claim: ["claimed", "refused"],
  hello: ["challenge", "refused"],
  proof: ["welcome", "renew", "revoked", "refused"],
  events: ["ack", "renew", "refused"],
  status: ["pulse"],
  done: [],
};

const LINK = "#/channels/link";

export function asyncApiDocument(): Json {
  const messages = { ...TERMINAL_MESSAGES, ...HUB_MESSAGES };
  const schemas = schemasByType();
  return {
    asyncapi: "3.0.0",
    info: {
      title: "Punchbox: terminal and hub",
      version: String(Math.max(...PROTOCOL_VERSIONS)),
      description:
        "One WebSocket a terminal, one JSON text message a WebSocket message, without compression. protocol.md says the rest: the handshake, versions, limits, and what each side does when something is wrong.",
      license: { name: "MIT" },
    },
    defaultContentType: "application/json",
    servers: {
      hub: { host: "hub.example", pathname: TERMINAL_PATH, protocol: "wss", description: "A hub." },
    },
    channels: {
      link: {
        address: TERMINAL_PATH,
        description: "A terminal's connection. A terminal has one; a newer one replaces it.",
        messages: Object.fromEntries(
          Object.keys(messages).map((type) => [type, { $ref: `#/components/messages/${type}` }]),
        ),
      },
    },
    operations: { ...receiving(), ...sending() },
    components: {
      messages: Object.fromEntries(
        Object.entries(messages).map(([type, told]) => [type, message(type, told, schemas.get(type) ?? {})]),
      ),
      schemas: {
        event: {
          ...schemaOf(eventEnvelope),
          description:
            "What the text of an event holds. Its UTF-8 bytes are what is hashed: nobody writes them anew. Kinds that are not known are kept.",
        },
        ...Object.fromEntries(
          Object.entries(eventPayloads).map(([kind, payload]) => [
            `payload.${kind}`,
            { ...schemaOf(payload), title: `payload of ${kind}` },
          ]),
        ),
      },
    },
    "x-limits": Object.fromEntries(Object.entries(limits).sort()),
    "x-refusals": Object.fromEntries(
      REFUSAL_CODES.map((code) => [code, { means: REFUSALS[code][0], mends: REFUSALS[code][1] }]),
    ),
  };
}

function message(type: string, { summary, then, example }: Told<unknown>, payload: Json): Json {
  return {
    name: type,
    title: type,
    summary,
    description: then,
    payload,
    examples: [{ name: type, payload: example }],
  };
}

/** `input`: what may come. A reader passes over fields that it does not know. */
function schemaOf(schema: z.ZodType): Json {
  const made = Object.entries(z.toJSONSchema(schema, { target: "draft-7", io: "input" }));
  return Object.fromEntries(made.filter(([key]) => key !== "$schema"));
}

function schemasByType(): ReadonlyMap<string, Json> {
  const options = [...terminalMessage.options, ...hubMessage.options];
  return new Map(options.map((option) => [option.shape.type.value, schemaOf(option)]));
}

function receiving(): Json {
  return Object.fromEntries(
    Object.entries(ANSWERS).map(([type, answers]) => [
      `on-${type}`,
      {
        action: "receive",
        channel: { $ref: LINK },
        summary: `The hub receives ${type}.`,
        messages: [{ $ref: `${LINK}/messages/${type}` }],
        ...(answers.length === 0
          ? {}
          : {
              reply: {
                channel: { $ref: LINK },
                messages: answers.map((answer) => ({ $ref: `${LINK}/messages/${answer}` })),
              },
            }),
      },
    ]),
  );
}

/** What the hub says unasked. */
function sending(): Json {
  const unasked = [
    "rosterBegin",
    "rosterPage",
    "rosterEnd",
    "rosterDelta",
    "command",
    "renew",
    "revoked",
    "refused",
  ] as const;
  return Object.fromEntries(
    unasked.map((type) => [
      `send-${type}`,
      {
        action: "send",
        channel: { $ref: LINK },
        summary: `The hub sends ${type}.`,
        messages: [{ $ref: `${LINK}/messages/${type}` }],
        ...(type === "command"
          ? { reply: { channel: { $ref: LINK }, messages: [{ $ref: `${LINK}/messages/done` }] } }
          : {}),
      },
    ]),
  );
}
