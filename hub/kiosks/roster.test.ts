import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { makeId, personId } from "../../protocol/ids.ts";
import { MAX_MESSAGE_BYTES, MAX_NAME_LENGTH, MAX_PEOPLE_PER_PAGE, MAX_SPANS } from "../../protocol/limits.ts";
import { decodeHubMessage, encodeMessage } from "../../protocol/messages.ts";
import type { RosterPerson } from "../../protocol/roster.ts";
import { SeededRandom } from "../../sim/world/seeded-random.ts";
import { pagesOf } from "./roster.ts";

const random = new SeededRandom(3);

function rosterPerson(nameLength: number, spans: number): RosterPerson {
  const span = { fromMs: Number.MAX_SAFE_INTEGER, toMs: Number.MAX_SAFE_INTEGER };
  return {
    person: makeId(personId, random),
    number: "1001",
    name: "Ł".repeat(nameLength),
    role: "regular",
    language: null,
    moreTime: false,
    pin: {
      salt: Buffer.alloc(16).toString("base64"),
      verifier: Buffer.alloc(32).toString("base64"),
    },
    presence: { state: "in", sinceMs: 0, spans: new Array<typeof span>(spans).fill(span) },
  };
}

describe("pages of a roster", () => {
  it("hold fewer people where the longest names and days would make a message too large", () => {
    const people = Array.from({ length: 2 * MAX_PEOPLE_PER_PAGE }, () =>
      rosterPerson(MAX_NAME_LENGTH, MAX_SPANS),
    );
    for (const page of pagesOf(people)) {
      const text = encodeMessage({ type: "rosterPage", revision: 1, people: page });
      expect(Buffer.byteLength(text)).toBeLessThan(MAX_MESSAGE_BYTES);
    }
  });

  it("hold everyone in order and keep the limits, however long names and days are", () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.record({ name: fc.integer({ min: 1, max: MAX_NAME_LENGTH }), spans: fc.nat(MAX_SPANS) }),
          {
            maxLength: 250,
          },
        ),
        (wanted) => {
          const people = wanted.map((each) => rosterPerson(each.name, each.spans));
          const pages = pagesOf(people);
          expect(pages.flat()).toEqual(people);
          for (const page of pages) {
            expect(page.length).toBeLessThanOrEqual(MAX_PEOPLE_PER_PAGE);
            const text = encodeMessage({ type: "rosterPage", revision: 1, people: page });
            expect(Buffer.byteLength(text)).toBeLessThan(MAX_MESSAGE_BYTES);
            expect(decodeHubMessage(text).ok).toBe(true);
          }
        },
      ),
      { numRuns: 20 },
    );
  });
});
