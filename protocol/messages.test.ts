import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Scheduler as HalScheduler } from "../hal/ports.ts";
import { crockford, eventSeq, ID_LENGTH, makeId, personId } from "./ids.ts";
import { MAX_MESSAGE_BYTES } from "./limits.ts";
import {
  agreedVersion,
  decodeHubMessage,
  decodeTerminalMessage,
  encodeMessage,
  PROTOCOL_VERSIONS,
} from "./messages.ts";
import type { Scheduler } from "./seams.ts";
import { challengeBytes, generateTerminalKeyPair, signBytes, verifyBytes } from "./identity.ts";
import { systemRandom } from "./seams/clocks.ts";
import { terminalId } from "./ids.ts";

describe("a message", () => {
  test("is decoded as it was encoded", () => {
    const ack = { type: "ack", seq: eventSeq.parse(7) } as const;
    expect(decodeHubMessage(encodeMessage(ack))).toEqual({ ok: true, message: ack });
  });

  test("of any text, JSON or not, is decoded or refused, never thrown over", () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.json(),
          fc.object().map((value) => JSON.stringify({ type: "hello", ...value })),
        ),
        (text) => {
          for (const decode of [decodeHubMessage, decodeTerminalMessage]) {
            const decoded = decode(text);
            if (!decoded.ok) expect(decoded.code).toBe("protocol.malformed");
          }
        },
      ),
    );
  });

  test("that is refused is described by its field, never by its value", () => {
    const decoded = decodeTerminalMessage(
      JSON.stringify({ type: "claim", versions: [1], token: "secret", publicKey: "x", software: "1" }),
    );
    expect(decoded).toMatchObject({ ok: false });
    expect(JSON.stringify(decoded)).not.toContain("secret");
  });

  test("over the limit is refused before it is parsed", () => {
    const decoded = decodeHubMessage(" ".repeat(MAX_MESSAGE_BYTES + 1));
    expect(decoded).toMatchObject({
      ok: false,
      detail: `a message may have ${MAX_MESSAGE_BYTES} bytes at most`,
    });
  });
});

describe("versions", () => {
  const versions = fc.uniqueArray(fc.integer({ min: 1, max: 20 }), { maxLength: 6 });

  test("agreed upon are the highest that both speak, whatever the order in which they are said", () => {
    expect(agreedVersion([3, 1], [2, 1])).toBe(1);
    fc.assert(
      fc.property(versions, versions, (offered, spoken) => {
        const agreed = agreedVersion(offered, spoken);
        expect(agreed).toBe(agreedVersion(offered.toReversed(), spoken.toReversed()));
        expect(agreed).toBe(agreedVersion(spoken, offered));
        const common = offered.filter((version) => spoken.includes(version));
        expect(common.every((version) => version <= (agreed ?? 0))).toBe(true);
        if (agreed !== null) expect(common).toContain(agreed);
      }),
    );
  });

  test("that only one side speaks are none", () => {
    expect(agreedVersion([2], [1])).toBeNull();
    expect(agreedVersion([], PROTOCOL_VERSIONS)).toBeNull();
  });

  test("of this software are said the newest first", () => {
    expect(PROTOCOL_VERSIONS.toSorted((one, other) => other - one)).toEqual(PROTOCOL_VERSIONS);
  });
});

describe("identifiers", () => {
  test("are 16 characters of Crockford's base 32 whatever the bytes", () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 10, maxLength: 10 }), (bytes) => {
        expect(makeId(personId, { bytes: () => bytes })).toHaveLength(ID_LENGTH);
      }),
    );
  });

  test("of fewer bits than characters asked for are an error", () => {
    expect(() => crockford(new Uint8Array(4), 7)).toThrow(RangeError);
  });
});

describe("a terminal's key", () => {
  const pair = generateTerminalKeyPair();
  const terminal = makeId(terminalId, systemRandom);

  test("signs a challenge that only its public half verifies", () => {
    const signature = signBytes(pair.privateKey, challengeBytes(terminal, "nonce"));
    expect(verifyBytes(pair.publicKey, challengeBytes(terminal, "nonce"), signature)).toBe(true);
    expect(verifyBytes(pair.publicKey, challengeBytes(terminal, "other"), signature)).toBe(false);
    expect(
      verifyBytes(generateTerminalKeyPair().publicKey, challengeBytes(terminal, "nonce"), signature),
    ).toBe(false);
  });
});

test("the schedulers of hal and protocol stay the same interface", () => {
  const there = (scheduler: Scheduler): HalScheduler => scheduler;
  const back = (scheduler: HalScheduler): Scheduler => scheduler;
  expect([there, back]).toHaveLength(2);
});
