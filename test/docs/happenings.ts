import fc from "fast-check";
import { KEY_NAMES, type KeyName } from "../../hal/ports.ts";
import { eventSeq } from "../../protocol/ids.ts";
import { NEVER_PUNCHED } from "../../protocol/presence.ts";
import type { Place, State } from "../../device/core/state.ts";
import { coreFor } from "../../device/core/step.ts";
import type { Effect, Input, Now, OpenOutcome, VerifyOutcome } from "../../device/core/types.ts";
import { ANAS_CARD, EXTREME, MORNING, TYPICAL } from "./gallery-people.ts";
import { IN_SINCE, keysOf, later, MARK, punchedAgo, withoutPin } from "./walk.ts";

/** Everything that can happen to the core, in any order: what its property tests draw from. */

const SIZES = [
  { columns: 20, rows: 4 },
  { columns: 16, rows: 2 },
  { columns: 16, rows: 4 },
  { columns: 40, rows: 2 },
] as const;
type Size = (typeof SIZES)[number];

const PLACES: readonly Place[] = [
  TYPICAL,
  EXTREME,
  withoutPin(TYPICAL),
  withoutPin(EXTREME),
  { ...TYPICAL, directory: { ...TYPICAL.directory, revision: 3, people: TYPICAL.directory.people.slice(1) } },
  { ...TYPICAL, directory: { revision: 4, people: [], cards: [] } },
];

type AnswerMaker = (id: number, now: Now, state: State) => Input;

/** What happens next, free of the state it happens in: `idOffset` 0 answers what was asked last, others are stale. */
export type Happening =
  | { readonly type: "key"; readonly key: KeyName }
  | { readonly type: "pass"; readonly ms: number }
  | { readonly type: "input"; readonly input: Input }
  | { readonly type: "answer"; readonly idOffset: number; readonly make: AnswerMaker };

/** Keys that lead somewhere, since chance alone would seldom select anyone. */
const phrase = fc.constantFrom(
  "1002",
  "1038",
  "88888888",
  "##1",
  "#",
  "##",
  "*26#",
  "4821",
  "482193",
  "1",
  "*",
);
const tries = fc.record({
  count: fc.integer({ min: 0, max: 12 }),
  waitUntilMs: fc.constantFrom(null, null, null, MORNING.monotonicMs + 60_000),
  leaveAtMs: fc.constantFrom([], [MORNING.monotonicMs + 60_000, MORNING.monotonicMs + 86_400_000]),
});
const presence = fc.constantFrom(NEVER_PUNCHED, IN_SINCE(MORNING.wallMs), {
  ...IN_SINCE(MORNING.wallMs),
  state: "break" as const,
});
const lastPunch = fc.constantFrom(null, punchedAgo(MORNING, 0), punchedAgo(MORNING, 100_000, "out"));

const leaving = fc.constantFrom(false, false, false, true);
const untold = fc.constantFrom(null, null, { action: "in" as const, atMs: MORNING.wallMs - 90_000_000 });

const openOutcome: fc.Arbitrary<OpenOutcome> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({ result: fc.constant("opened" as const), tries, presence, lastPunch, leaving }),
  },
  fc.constant({ result: "unknown" as const }),
  fc.constant({ result: "failed" as const, code: "store.sql" }),
);
const accepted = fc.record({
  result: fc.constant("accepted" as const),
  auth: fc.constantFrom("personal" as const, "universal" as const),
  presence,
  lastPunch,
  leaving,
  untold,
  tries,
});
const verifyOutcome: fc.Arbitrary<VerifyOutcome> = fc.oneof(
  { weight: 6, arbitrary: accepted },
  {
    weight: 3,
    arbitrary: fc.record({ result: fc.constant("wrong" as const), tries, mark: fc.constant(MARK) }),
  },
  fc.record({ result: fc.constant("repeated" as const), tries }),
  fc.record({ result: fc.constant("waiting" as const), tries }),
  fc.constant({ result: "unknown" as const }),
  fc.constant({ result: "failed" as const, code: "kdf.failed" }),
);

function recorded(id: number, { wallMs }: Now): Input {
  return { type: "recorded", id, seq: eventSeq.parse(id), wallMs, receipt: "4kf72mwp", presence: null };
}

const openedMaker = openOutcome.map((outcome): AnswerMaker => (id) => ({ type: "opened", id, outcome }));
const verifiedMaker = verifyOutcome.map((outcome): AnswerMaker => (id) => ({
  type: "verified",
  id,
  outcome,
}));
const delayed: AnswerMaker = (id, now) => ({ type: "delayed", id, untilMs: now.monotonicMs + 10_000 });
const recordFailed: AnswerMaker = (id) => ({ type: "recordFailed", id, code: "store.full" });

/** The kind of answer that the state is waiting for, when it waits for one. */
const fittingMaker = fc
  .tuple(openedMaker, verifiedMaker)
  .map(([open, verify]): AnswerMaker => (id, now, state) => {
    if (state.screen === "checking") return verify(id, now, state);
    return state.screen === "recording" ? recorded(id, now) : open(id, now, state);
  });
const answerMaker = fc.oneof(
  { weight: 12, arbitrary: fittingMaker },
  openedMaker,
  verifiedMaker,
  fc.constant<AnswerMaker>(recorded),
  fc.constant(recordFailed),
  fc.constant(delayed),
);

const otherInput: fc.Arbitrary<Input> = fc.oneof(
  fc.constant<Input>({ type: "wake" }),
  {
    weight: 4,
    arbitrary: fc
      .constantFrom(...PLACES)
      .map((place): Input => ({ type: "roster", directory: place.directory, kiosk: place.kiosk })),
  },
  fc.constant<Input>({
    type: "link",
    state: { link: "down", unsent: 7, sinceMs: MORNING.monotonicMs - 1e9 },
  }),
  fc.constantFrom<Input>({ type: "trouble", trouble: "store" }, { type: "trouble", trouble: "none" }),
  fc.constant<Input>({ type: "unpaired" }),
  fc
    .constantFrom(...TYPICAL.directory.people)
    .map(({ person }): Input => ({ type: "people", people: [person], leaving: [] })),
  fc.constant<Input>({ type: "identify", terminal: "7k2m9q4x3hv0c8ra" }),
  fc.constantFrom<Input>({ type: "disk", trouble: "full" }, { type: "disk", trouble: null }),
  fc.constantFrom<Input>(
    { type: "part", part: "keypad", trouble: "out-of-order" },
    { type: "part", part: "keypad", trouble: "stuck" },
    { type: "part", part: "keypad", trouble: null },
    { type: "part", part: "display", trouble: "out-of-order" },
    { type: "part", part: "reader", trouble: "out-of-order" },
  ),
);

function pressed(keys: string): readonly Happening[] {
  return keysOf(keys).map((key) => ({ type: "key", key }));
}

/** A PIN, a punch and its undo: chance alone seldom keeps to the times of an undo. */
const undoneVisit = fc
  .tuple(fittingMaker, accepted)
  .map(([make, outcome]): readonly Happening[] => [
    ...pressed("1002"),
    { type: "answer", idOffset: 0, make },
    ...pressed("4821"),
    { type: "answer", idOffset: 0, make: (id) => ({ type: "verified", id, outcome }) },
    ...pressed("1"),
    { type: "answer", idOffset: 0, make: recorded },
    { type: "pass", ms: 1000 },
    ...pressed("*"),
    { type: "answer", idOffset: 0, make: recorded },
  ]);

const some: fc.Arbitrary<readonly Happening[]> = fc.oneof(
  { weight: 2, arbitrary: undoneVisit },
  { weight: 5, arbitrary: fc.constantFrom(...KEY_NAMES).map((key): Happening[] => [{ type: "key", key }]) },
  {
    weight: 8,
    arbitrary: phrase.map(pressed),
  },
  {
    weight: 3,
    arbitrary: fc
      .oneof(fc.integer({ min: 0, max: 2_500 }), fc.integer({ min: 0, max: 60_000 }))
      .map((ms): Happening[] => [{ type: "pass", ms }]),
  },
  {
    weight: 14,
    arbitrary: fc
      .tuple(fc.constantFrom(0, 0, 0, 0, 0, 1, 5), answerMaker)
      .map(([idOffset, make]): Happening[] => [{ type: "answer", idOffset, make }]),
  },
  {
    weight: 2,
    arbitrary: fc
      .constantFrom(ANAS_CARD, "NOBODYS")
      .map((card): Happening[] => [{ type: "input", input: { type: "card", card } }]),
  },
  { weight: 1, arbitrary: otherInput.map((input): Happening[] => [{ type: "input", input }]) },
);
const happenings = fc.array(some, { maxLength: 60, size: "max" }).map((lists) => lists.flat());

/** One step as it was seen. */
export interface Seen {
  readonly before: State;
  readonly input: Input;
  readonly now: Now;
  readonly state: State;
  readonly effects: readonly Effect[];
}

/** Where a run ended. */
export interface End {
  readonly state: State;
  readonly now: Now;
}

/** Runs happenings from the first roster on and hands every step to `see`. */
function run(size: Size, place: Place, all: readonly Happening[], see: (seen: Seen) => void): End {
  const core = coreFor(size);
  let now = MORNING;
  let state = core.initial;
  const give = (input: Input): void => {
    const before = state;
    const step = core.step(before, input, now);
    state = step.state;
    see({ before, input, now, state, effects: step.effects });
  };
  give({ type: "roster", directory: place.directory, kiosk: place.kiosk });
  for (const each of all) {
    if (each.type === "pass") {
      now = later(now, each.ms);
      give({ type: "wake" });
    } else if (each.type === "answer") {
      give(each.make(Math.max(1, state.box.nextId - 1 - each.idOffset), now, state));
    } else give(each.type === "key" ? each : each.input);
  }
  return { state, now };
}

const RUNS = 150;
/** Enough, with the seed of the test that looks, for chance to meet every screen. */
const RUNS_TO_REACH_ALL = 600;

/** `see` holds for every step of many runs, and `after` for where they end. */
export function always(
  see: (seen: Seen, size: Size) => void,
  after: (end: End, size: Size) => void = () => undefined,
  seed?: number,
): void {
  const property = fc.property(
    fc.constantFrom(...SIZES),
    fc.constantFrom(...PLACES),
    happenings,
    (size, place, all) => {
      after(
        run(size, place, all, (seen) => see(seen, size)),
        size,
      );
    },
  );
  fc.assert(property, seed === undefined ? { numRuns: RUNS } : { numRuns: RUNS_TO_REACH_ALL, seed });
}
