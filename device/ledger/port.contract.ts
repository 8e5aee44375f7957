import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { bootId, kioskId, makeId, personId, type TerminalId } from "../../protocol/ids.ts";
import { NEVER_PUNCHED } from "../../protocol/presence.ts";
import type { KioskSettings, RosterPerson } from "../../protocol/roster.ts";
import { DEFAULT_TRY_SETTINGS } from "../../protocol/try-settings.ts";
import { systemRandom } from "../../protocol/seams/clocks.ts";
import type { LedgerPort } from "./port.ts";

export interface LedgerWorld {
  readonly port: LedgerPort;
  /** Ends this one as a power cut would and opens it again. */
  reopen(): Promise<LedgerPort>;
  dispose(): Promise<void>;
}

const stamp = {
  boot: makeId(bootId, systemRandom),
  monotonicMs: 0,
  wallMs: 1_790_000_000_000,
  offsetMinutes: 60,
  clock: "set",
  nonce: "0123456789abcdef",
} as const;
const kiosk: KioskSettings = {
  kiosk: makeId(kioskId, systemRandom),
  name: "Westside Bar",
  requiresPin: true,
  pinLength: 4,
  numberLength: 4,
  timeZone: "UTC",
  language: "en",
  universalPin: null,
  tries: DEFAULT_TRY_SETTINGS,
};
const ana: RosterPerson = {
  person: makeId(personId, systemRandom),
  number: "1002",
  name: "Ana",
  role: "regular",
  language: null,
  moreTime: false,
  pin: null,
  presence: NEVER_PUNCHED,
};
const draft = { kind: "service.test-punch", person: null, payload: {} } as const;

/** What every {@link LedgerPort} does, in whatever thread its store is. */
export function describeLedgerPort(
  name: string,
  open: (terminal?: TerminalId) => Promise<LedgerWorld>,
): void {
  describe(`LedgerPort: ${name}`, () => {
    let world: LedgerWorld;
    beforeEach(async () => {
      world = await open();
    });
    afterEach(() => world.dispose());

    test("answers in the order it was asked", async () => {
      const recorded = await Promise.all([1, 2, 3].map(() => world.port.record(draft, stamp)));
      expect(recorded.map(({ seq }) => seq)).toEqual([1, 2, 3]);
      expect(await world.port.status()).toMatchObject({ unsent: 3, ackedSeq: 0 });
    });

    test("has what it answered for after a power cut", async () => {
      await world.port.record(draft, stamp);
      const { store } = await world.port.status();
      const again = await world.reopen();
      expect(await again.status()).toMatchObject({ store, unsent: 1 });
    });

    test("rejects with the store's own code, and goes on working", async () => {
      await expect(world.port.acknowledge(7)).rejects.toMatchObject({ code: "ledger.ack" });
      await expect(world.port.commitSnapshot(1)).rejects.toMatchObject({ code: "roster.revision" });
      expect((await world.port.record(draft, stamp)).seq).toBe(1);
    });

    test("hands over all of a refusal: its event, and what makes the same wrong PIN free", async () => {
      const { port } = world;
      await port.beginSnapshot({ revision: 1, includesSeq: 0, kiosk });
      await port.addPage(1, [ana], 0);
      await port.commitSnapshot(1);
      const refusal = { kind: "pin.refused", person: ana.person, payload: { count: 1, waitMs: 0 } } as const;
      await port.record(refusal, stamp, "a mark");
      await port.repeatWrongPin(ana.person, "another");
      expect(await port.person(ana.person)).toMatchObject({
        wrongPins: ["a mark", "another"],
        tries: { count: 1 },
        checkFromMs: null,
      });
      expect(await port.settleSpray(stamp)).toEqual({ recorded: false, againMs: null });
    });

    test("brings events over as they are stored", async () => {
      const { receipt } = await world.port.record(draft, stamp);
      const run = await world.port.unsent(0, 10, 10_000);
      expect(run.head.seq).toBe(1);
      expect(JSON.parse(run.events[0] ?? "")).toMatchObject({ seq: 1, kind: draft.kind });
      expect(receipt).toHaveLength(8);
    });
  });
}
