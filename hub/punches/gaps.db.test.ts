import fc from "fast-check";
import { beforeEach, expect, it } from "vitest";
import { chainHeadBytes } from "../../protocol/chain.ts";
import type { EventDraft } from "../../protocol/events.ts";
import { verifyBytes } from "../../protocol/identity.ts";
import type { KioskId, PersonId } from "../../protocol/ids.ts";
import { listTerminals } from "../terminals/list.ts";
import { openTestTerminal } from "../testing/hub.ts";
import { describeOnDatabases } from "../testing/on-databases.ts";
import { aKiosk, anAssignee } from "../testing/people.ts";
import type { EarlierStore, TestTerminal } from "../testing/terminal.ts";
import { ingestEvents } from "./ingest.ts";

/** Events that a terminal cannot read any more, and some of which are found after all. */

describeOnDatabases("events of earlier stores, and gaps", (on) => {
  let kiosk: KioskId;
  let ana: PersonId;
  let terminal: TestTerminal;
  beforeEach(async () => {
    ({ kiosk } = await aKiosk(on.hub));
    ana = (await anAssignee(on.hub, kiosk)).person;
    terminal = await openTestTerminal(on.hub, kiosk);
  });

  const punch = (action: "in" | "out"): EventDraft => ({
    kind: "punch",
    person: ana,
    payload: { action, auth: "personal", was: action === "in" ? "out" : "in", again: false },
  });
  const ingest = (store: EarlierStore["store"], batch: ReturnType<TestTerminal["batch"]>) => {
    const { id, keys } = terminal;
    const source = {
      terminal: id,
      store,
      publicKey: keys.publicKey,
      kiosk,
      isEarlier: store !== terminal.store,
    };
    return ingestEvents(on.hub.context, source, batch);
  };
  const missing = async (): Promise<number | undefined> =>
    (await listTerminals(on.hub.context.store.queries))[0]?.missingEvents;
  const kept = async (): Promise<string[]> => {
    const { queries } = on.hub.context.store;
    return (await queries.selectFrom("events").select("text").orderBy("seq").execute()).map(
      ({ text }) => text,
    );
  };
  const punches = async (): Promise<number> =>
    (await on.hub.context.store.queries.selectFrom("punches").select("seq").execute()).length;

  it("a gap is known until what was missing has come, and what came after it counts meanwhile", async () => {
    const earlier = { store: terminal.store, events: terminal.events };
    for (let count = 0; count < 5; count += 1) terminal.record(punch(count % 2 === 0 ? "in" : "out"));
    terminal.beginStore("store.corrupt");
    const part = (first: number, last: number, isAfterGap = false) =>
      ingest(earlier.store, terminal.earlierBatch(earlier, first, last, isAfterGap));
    await part(1, 2);
    expect(await part(5, 5)).toMatchObject({ ok: false, refusal: { code: "events.chain" } });
    expect(await part(5, 5, true)).toEqual({ ok: true, ackedSeq: 5, renew: null });
    expect([await missing(), await punches()]).toEqual([2, 3]);
    expect(await part(5, 5, true)).toEqual({ ok: true, ackedSeq: 5, renew: null });
    expect(await part(4, 5, true)).toMatchObject({ ackedSeq: 5 });
    expect([await missing(), await punches()]).toEqual([1, 4]);
    expect(await part(1, 5)).toMatchObject({ ackedSeq: 5 });
    expect([await missing(), await punches()]).toEqual([0, 5]);
    expect(await kept()).toEqual(earlier.events);
  });

  it("whatever comes twice, over each other, in any order and with batches lost: each event is kept once", async () => {
    const sent = fc.array(fc.record({ from: fc.nat(7), length: fc.integer({ min: 1, max: 8 }) }), {
      maxLength: 6,
    });
    await fc.assert(
      fc.asyncProperty(sent, async (parts) => {
        terminal = await openTestTerminal(on.hub, kiosk);
        const { store } = terminal;
        for (let count = 0; count < 8; count += 1) terminal.record(punch(count % 2 === 0 ? "in" : "out"));
        const before = await punches();
        for (const { from, length } of [...parts, { from: 0, length: 8 }]) {
          const last = Math.min(8, from + length);
          const batch = terminal.earlierBatch({ store, events: terminal.events }, from + 1, last, from > 0);
          expect(await ingest(store, batch)).toEqual({ ok: true, ackedSeq: last, renew: null });
        }
        expect((await punches()) - before).toBe(8);
      }),
      { numRuns: 12 },
    );
    expect(await missing()).toBe(0);
  });

  it("what was signed stays provable: every event is under a signature of its terminal that is kept", async () => {
    for (let count = 0; count < 3; count += 1) {
      const seq = terminal.record(punch(count % 2 === 0 ? "in" : "out"));
      await ingest(terminal.store, terminal.batch(seq));
    }
    const heads = await on.hub.context.store.queries.selectFrom("heads").selectAll().orderBy("seq").execute();
    expect(heads.map(({ seq }) => seq)).toEqual([1, 2, 3]);
    for (const { store, seq, hash, signature } of heads) {
      const bytes = chainHeadBytes(terminal.id, store, { seq, hash });
      expect(verifyBytes(terminal.keys.publicKey, bytes, signature)).toBe(true);
    }
  });
});
