import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { decodeEvent, EMPTY_CHAIN, encodeEvent, eventHash, extendChain, receiptCode } from "./chain.ts";
import { CodedError } from "./errors.ts";
import { eventEnvelope, eventPayloads, GENESIS_HASH, knownEvent, type EventEnvelope } from "./events.ts";

const envelope = (seq: number, previous: string, kind = "punch"): EventEnvelope =>
  eventEnvelope.parse({
    v: 1,
    terminal: "0123456789abcdef",
    store: "0123456789abcdeg",
    seq,
    kind,
    person: null,
    rosterRevision: 0,
    boot: "0123456789abcdeh",
    monotonicMs: 12.5,
    wallMs: 1_790_000_000_000,
    offsetMinutes: 60,
    clock: "set",
    nonce: "zzzzzzzzzzzzzzzz",
    payload: { action: "in", auth: "personal", was: "out", again: false },
    previous,
  });

describe("an event's text", () => {
  test("is read back as what was written", () => {
    const written = envelope(1, GENESIS_HASH);
    expect(decodeEvent(encodeEvent(written))).toEqual(written);
  });

  test("hashes differently when any character of it changes", () => {
    const text = encodeEvent(envelope(1, GENESIS_HASH));
    fc.assert(
      fc.property(fc.nat(text.length - 1), (index) => {
        const changed =
          text.slice(0, index) + String.fromCharCode(text.charCodeAt(index) ^ 1) + text.slice(index + 1);
        expect(eventHash(changed)).not.toBe(eventHash(text));
      }),
    );
  });

  test("that is anything else is refused with a code and without its contents", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
        expect(() => decodeEvent(text)).toThrow(CodedError);
      }),
    );
  });

  test("of a kind from newer software is kept, but not understood", () => {
    const newer = envelope(1, GENESIS_HASH, "punch.by-face");
    expect(decodeEvent(encodeEvent(newer)).kind).toBe("punch.by-face");
    expect(knownEvent(newer)).toBeNull();
    expect(knownEvent(envelope(1, GENESIS_HASH))?.kind).toBe("punch");
    expect(knownEvent(envelope(1, GENESIS_HASH, "constructor"))).toBeNull();
  });
});

describe("the chain", () => {
  const first = envelope(1, GENESIS_HASH);
  const firstHash = eventHash(encodeEvent(first));

  test("goes on from the genesis hash, event by event", () => {
    const head = extendChain(EMPTY_CHAIN, first, firstHash);
    const second = envelope(2, firstHash);
    expect(extendChain(head, second, eventHash(encodeEvent(second))).seq).toBe(2);
  });

  test("refuses a gap, a repetition and another predecessor", () => {
    const head = extendChain(EMPTY_CHAIN, first, firstHash);
    const gap = expect.objectContaining({ code: "chain.gap" }) as unknown;
    expect(() => extendChain(head, envelope(3, firstHash), "")).toThrow(gap);
    expect(() => extendChain(head, envelope(1, firstHash), "")).toThrow(gap);
    const broken = expect.objectContaining({ code: "chain.broken" }) as unknown;
    expect(() => extendChain(head, envelope(2, GENESIS_HASH), "")).toThrow(broken);
  });

  test("gives each event a receipt of eight characters that are easily read", () => {
    expect(receiptCode(firstHash)).toMatch(/^[0-9a-hjkmnp-tv-z]{8}$/);
    expect(receiptCode(firstHash)).not.toBe(receiptCode(GENESIS_HASH));
  });
});

describe("the names of event kinds", () => {
  // Stored on cards and hubs for ever: a name may be added, never renamed or taken away.
  test("are all still there", () => {
    expect(Object.keys(eventPayloads).sort()).toEqual([
      "clock.disputed",
      "clock.synced",
      "health.fault",
      "health.recovered",
      "health.started",
      "pin.accepted",
      "pin.forgotten",
      "pin.refused",
      "pin.spray",
      "punch",
      "punch.noted",
      "punch.still-in",
      "punch.undone",
      "service.entered",
      "service.refused",
      "service.test-punch",
      "store.recovered",
      "wait.lifted",
    ]);
  });
});
