import fc from "fast-check";
import { expect, it } from "vitest";
import type { PunchAction, PresenceState } from "../../protocol/events.ts";
import { bootId, type EventSeq, type KioskId, type PersonId } from "../../protocol/ids.ts";
import { HUB_ACTOR } from "../access.ts";
import { conflictId } from "../conflicts/ids.ts";
import { settleConflict } from "../conflicts/settle.ts";
import { addPunch, voidPunch } from "../corrections/make.ts";
import { closeDays } from "../days/close.ts";
import { derivedOf, HistoryTerminal } from "../testing/histories.ts";
import { addTestPerson, createTestKiosk, type TestHub } from "../testing/hub.ts";
import { describeOnDatabases } from "../testing/on-databases.ts";
import { TEST_WALL_MS } from "../testing/wall-clock.ts";
import { deriveAll, deriveAllIfDue } from "./derive-all.ts";

const HOUR = 3_600_000;
/** Four days before the hub's now. */
const BEGIN_MS = TEST_WALL_MS - 96 * HOUR;

type Step =
  | { readonly does: "punch"; readonly who: 0 | 1; readonly action: PunchAction; readonly was: PresenceState }
  | { readonly does: "undo" }
  | { readonly does: "boot"; readonly clock: "set" | "holding" | "unset"; readonly wrongMs: number }
  | { readonly does: "sync"; readonly errorMs: number };

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      does: fc.constant("punch" as const),
      who: fc.constantFrom(0 as const, 1 as const),
      action: fc.constantFrom<PunchAction>("in", "out", "break-start", "break-end"),
      was: fc.constantFrom<PresenceState>("in", "out", "break"),
    }),
  },
  { weight: 2, arbitrary: fc.constant({ does: "undo" as const }) },
  {
    weight: 2,
    arbitrary: fc.record({
      does: fc.constant("boot" as const),
      clock: fc.constantFrom("set" as const, "holding" as const, "unset" as const),
      wrongMs: fc.constantFrom(0, -5 * HOUR, 7 * HOUR, -40 * 365 * 24 * HOUR),
    }),
  },
  { weight: 1, arbitrary: fc.record({ does: fc.constant("sync" as const), errorMs: fc.nat(50) }) },
);
const life = fc.array(fc.tuple(step, fc.integer({ min: 1, max: 5 * HOUR })), { maxLength: 14 });
const lives = fc.tuple(life, life);

interface Scene {
  readonly hub: TestHub;
  readonly kiosk: KioskId;
  readonly people: readonly PersonId[];
  readonly terminals: readonly HistoryTerminal[];
}

/** The same ids on every fresh hub. */
async function sceneOn(hub: TestHub): Promise<Scene> {
  const kiosk = await createTestKiosk(hub);
  const people = [(await addTestPerson(hub)).person, (await addTestPerson(hub, { name: "Jan" })).person];
  const terminals = [await HistoryTerminal.open(hub, kiosk, 51), await HistoryTerminal.open(hub, kiosk, 52)];
  return { hub, kiosk, people, terminals };
}

function live({ people, terminals }: Scene, both: readonly (readonly (readonly [Step, number])[])[]): void {
  for (const [index, steps] of both.entries()) {
    const box = terminals[index];
    let atMs = BEGIN_MS + index;
    let last: { readonly person: PersonId; readonly seq: EventSeq } | null = null;
    box?.boot(atMs - 1_000, "set");
    for (const [each, gapMs] of steps) {
      atMs += gapMs;
      const person = people[each.does === "punch" ? each.who : 0];
      if (box === undefined || person === undefined) continue;
      if (each.does === "boot") box.boot(atMs - 500, each.clock, each.clock === "set" ? 0 : each.wrongMs);
      if (each.does === "sync") box.synced(atMs, each.errorMs);
      if (each.does === "punch") last = { person, seq: box.punch(person, each.action, each.was, atMs) };
      if (each.does === "undo" && last !== null) box.undo(last.person, last.seq, atMs);
    }
  }
}

/** In which pieces, and in which order of terminals, events arrive. */
const arrivals = fc.array(fc.record({ of: fc.constantFrom(0, 1), events: fc.integer({ min: 1, max: 6 }) }), {
  maxLength: 12,
});
type Arrival = { readonly of: number; readonly events: number };

async function arrive(scene: Scene, order: readonly Arrival[], between?: () => Promise<void>): Promise<void> {
  const sent = [0, 0];
  const rest = [0, 1].map((of) => ({ of, events: 1_000 }));
  for (const { of, events } of [...order, ...rest]) {
    const box = scene.terminals[of];
    const from = sent[of] ?? 0;
    const to = Math.min(from + events, box?.terminal.events.length ?? 0);
    if (box === undefined || to <= from) continue;
    expect(await box.handIn(from, to)).toMatchObject({ ok: true, renew: null });
    sent[of] = to;
    await between?.();
  }
}

describeOnDatabases("people's histories", (given) => {
  it("are the same in whatever pieces and order batches arrive: times, order, states, presences and conflicts", async () => {
    await fc.assert(
      fc.asyncProperty(lives, arrivals, arrivals, async (both, one, other) => {
        const first = await sceneOn(await given.startAfresh());
        live(first, both);
        await arrive(first, one);
        const wanted = await derivedOf(first.hub);
        const second = await sceneOn(await given.startAfresh());
        live(second, both);
        await arrive(second, other);
        expect(await derivedOf(second.hub)).toEqual(wanted);
      }),
      { numRuns: 12 },
    );
  });

  it("derived again from events and decisions as a whole are what they were step by step", async () => {
    await fc.assert(
      fc.asyncProperty(
        lives,
        arrivals,
        fc.array(fc.tuple(fc.nat(5), fc.nat(4 * 24)), { maxLength: 12 }),
        async (both, order, acts) => {
          const scene = await sceneOn(await given.startAfresh());
          live(scene, both);
          let next = 0;
          await arrive(scene, order, async () => {
            scene.hub.wallClock.set(scene.hub.wallClock.wallMs() + 1_000);
            const [act, hours] = acts[next] ?? [-1, 0];
            next += 1;
            await decide(scene, act, hours);
          });
          const before = await derivedOf(scene.hub);
          await scene.hub.context.store.transaction((transaction) =>
            deriveAll(transaction, scene.hub.context),
          );
          expect(await derivedOf(scene.hub)).toEqual(before);
        },
      ),
      { numRuns: 15 },
    );
  });

  it("take clocks with fractions of a millisecond, as terminals have them", async () => {
    const scene = await sceneOn(given.hub);
    const [ana] = scene.people;
    const [box] = scene.terminals;
    if (ana === undefined || box === undefined) throw new RangeError("the scene has people and terminals");
    box.boot(BEGIN_MS - 1_000.375, "unset", 9);
    box.punch(ana, "in", "out", BEGIN_MS);
    box.synced(BEGIN_MS + 1);
    await box.handIn();
    const { punches = [] } = await derivedOf(scene.hub);
    expect(punches).toMatchObject([{ at_ms: BEGIN_MS, monotonic_ms: 1_000.375, basis: "corrected" }]);
  });

  it("of a database that knew no histories are derived at the next start, once", async () => {
    const scene = await sceneOn(given.hub);
    const [ana] = scene.people;
    const [box] = scene.terminals;
    if (ana === undefined || box === undefined) throw new RangeError("the scene has people and terminals");
    box.boot(BEGIN_MS - 1_000, "unset", 7 * HOUR);
    const first = box.punch(ana, "in", "out", BEGIN_MS);
    box.undo(ana, first, BEGIN_MS + 2_000);
    box.punch(ana, "in", "out", BEGIN_MS + HOUR);
    box.synced(BEGIN_MS + 2 * HOUR);
    await box.handIn();
    const wanted = await derivedOf(scene.hub);
    const { queries } = scene.hub.context.store;
    const unset = {
      boot: bootId.parse("0".repeat(16)),
      order_ms: 0,
      was: "out",
      receipt: "",
      at_ms: 1,
    } as const;
    await queries.updateTable("punches").set(unset).execute();
    await queries.deleteFrom("undos").execute();
    await queries.deleteFrom("boots").execute();
    await queries.updateTable("workspace").set({ derived_version: 0 }).execute();
    expect(await deriveAllIfDue(scene.hub.context)).toBe(true);
    expect(await derivedOf(scene.hub)).toEqual(wanted);
    expect(await deriveAllIfDue(scene.hub.context)).toBe(false);
  });
});

/** Something that people decide meanwhile, as far as it can be decided then. */
async function decide({ hub, people }: Scene, act: number, hours: number): Promise<void> {
  const [person] = people;
  const { queries } = hub.context.store;
  if (person === undefined) return;
  const atMs = BEGIN_MS + hours * HOUR;
  const open = await queries
    .selectFrom("conflicts")
    .select("id")
    .where("settled_ms", "is", null)
    .orderBy("id")
    .execute();
  const conflict = open[hours % Math.max(1, open.length)];
  const punches = await queries
    .selectFrom("punches")
    .select(["terminal", "store", "seq", "person"])
    .execute();
  const punch = punches[hours % Math.max(1, punches.length)];
  const decisions = ["count", "leave-out", "as-is"] as const;
  try {
    if (act === 0) {
      const addition = {
        person,
        action: hours % 2 === 0 ? "in" : "out",
        atMs,
        kiosk: null,
        reason: "forgot",
      } as const;
      await addPunch(hub.context, HUB_ACTOR, addition);
    }
    if (act === 1 && punch !== undefined) {
      await voidPunch(hub.context, HUB_ACTOR, { ...punch, reason: "not there" });
    }
    if ((act === 2 || act === 3) && conflict !== undefined) {
      const decision = decisions[hours % 3] ?? "as-is";
      await settleConflict(hub.context, HUB_ACTOR, conflictId.parse(conflict.id), decision, null);
    }
    if (act === 4) {
      await closeDays(hub.context, HUB_ACTOR, new Date(atMs).toISOString().slice(0, 10));
    }
    if (act === 5) await closeDays(hub.context, HUB_ACTOR, null);
  } catch (error) {
    // A day that is closed, the same correction twice: then nothing is decided.
    expect(error).toMatchObject({ code: expect.stringMatching(/^(correction|day|access)\./) as string });
  }
}
