import { readFileSync } from "node:fs";
import specifications from "@asyncapi/specs";
import { Ajv } from "ajv";
import { describe, expect, test } from "vitest";
import * as z from "zod";
import * as limits from "../../../protocol/limits.ts";
import {
  decodeHubMessage,
  decodeTerminalMessage,
  encodeMessage,
  REFUSAL_CODES,
} from "../../../protocol/messages.ts";
import { asyncApiDocument } from "./asyncapi.ts";
import { protocolDocuments } from "./documents.ts";
import { HUB_MESSAGES, TERMINAL_MESSAGES } from "./messages-told.ts";

const documents = await protocolDocuments();
/** The specification brings its own copy of JSON Schema's; it names formats, which are for people. */
const ajv = new Ajv({ meta: false, validateSchema: false, strict: false, validateFormats: false });
const file = (name: string): string =>
  readFileSync(new URL(`../../../docs/${name}`, import.meta.url), "utf8");
const document = z
  .looseObject({
    components: z.looseObject({
      messages: z.record(z.string(), z.looseObject({ payload: z.record(z.string(), z.unknown()) })),
    }),
  })
  .parse(asyncApiDocument());

describe("the protocol's documents", () => {
  test.each([...documents.keys()])(
    "docs/%s is what the schemas make; run `npm run docs` when this fails",
    (name) => {
      expect(file(name), `docs/${name} is out of date: run \`npm run docs\``).toBe(documents.get(name));
    },
  );

  test("the description is an AsyncAPI 3.0 document", () => {
    const validate = ajv.compile(z.record(z.string(), z.unknown()).parse(specifications.schemas["3.0.0"]));
    const isValid = validate(document);
    expect(validate.errors ?? []).toEqual([]);
    expect(isValid).toBe(true);
  });

  test("every reference in it leads somewhere", () => {
    const references = [...JSON.stringify(document).matchAll(/"\$ref":"#\/([^"]+)"/g)].map(
      ([, path = ""]) => path,
    );
    expect(references.length).toBeGreaterThan(20);
    for (const path of references) {
      const found = path
        .split("/")
        .reduce<unknown>((at, name) => z.record(z.string(), z.unknown()).parse(at)[name], document);
      expect(found, path).toBeDefined();
    }
  });

  test("the page names every message, refusal and limit", () => {
    const page = file("protocol.md");
    for (const name of [
      ...Object.keys({ ...TERMINAL_MESSAGES, ...HUB_MESSAGES }),
      ...REFUSAL_CODES,
      ...Object.keys(limits),
    ]) {
      expect(page).toContain(`\`${name}\``);
    }
  });
});

describe("the schema of a message in the description", () => {
  const examples = Object.entries({ ...TERMINAL_MESSAGES, ...HUB_MESSAGES }).map(
    ([type, { example }]) => [type, example] as const,
  );
  const isOurs = (text: string): boolean => decodeTerminalMessage(text).ok || decodeHubMessage(text).ok;
  const isDescribed = (type: string, value: unknown): boolean =>
    ajv.compile(document.components.messages[type]?.payload ?? false)(value);

  test.each(examples)("takes what both sides take: %s, also with a field more", (type, example) => {
    for (const value of [example, { ...example, fromTheFuture: 1 }]) {
      expect(isOurs(JSON.stringify(value))).toBe(true);
      expect(isDescribed(type, value)).toBe(true);
    }
    expect(isOurs(encodeMessage(example))).toBe(true);
  });

  test.each(examples)(
    "refuses what both sides refuse: %s without one of its fields, or with another type in it",
    (type, example) => {
      for (const [field, value] of Object.entries(example)) {
        const without = Object.fromEntries(Object.entries(example).filter(([name]) => name !== field));
        for (const changed of [without, { ...without, [field]: typeof value === "object" ? 7 : {} }]) {
          expect(isDescribed(type, changed), `${type}.${field}`).toBe(isOurs(JSON.stringify(changed)));
        }
      }
    },
  );
});
