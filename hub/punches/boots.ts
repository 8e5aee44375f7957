import {
  bestClock,
  bootTimes,
  timeInBoot,
  type BootClock,
  type BootFacts,
  type BootTime,
  type ClockFacts,
} from "../../protocol/event-time.ts";
import type { BootId, StoreId, TerminalId } from "../../protocol/ids.ts";
import { knownEvent, type EventEnvelope } from "../../protocol/events.ts";
import type { BootsTable, RawClockColumns, TimeColumns } from "../store/history-schema.ts";
import type { HubTransaction } from "../store/schema.ts";

/**
 * What is known of the boots of a terminal, kept so that a batch's events get their times without a look at all before them.
 * The same comes out in whatever order events come in.
 */

/** Instants that a calendar has; a terminal may say anything. */
const EARLIEST_MS = 0;
const LATEST_MS = Date.UTC(9999, 11, 31);

export interface ReceivedEnvelope {
  readonly envelope: EventEnvelope;
  readonly receivedMs: number;
}

/** A boot whose time is another one than before. */
export interface Retimed {
  readonly store: StoreId;
  readonly boot: BootId;
}

export interface LearnedTimes {
  /** For the events that were given. */
  timeOf(clock: ClockFacts & { readonly receivedMs: number; readonly store: StoreId }): TimeColumns;
  /** Boots that had events here before. */
  readonly retimed: readonly Retimed[];
}

type Kept = Omit<BootsTable, "offset_ms" | "from_ms" | "to_ms">;

/** Takes in what events of one terminal say of its boots. */
export async function learnTimes(
  transaction: HubTransaction,
  terminal: TerminalId,
  events: readonly ReceivedEnvelope[],
): Promise<LearnedTimes> {
  const fresh = new Map<string, Kept>();
  for (const event of events) {
    const facts = factsOf(event);
    const key = keyOf(facts);
    const before = fresh.get(key);
    fresh.set(key, before === undefined ? facts : merged(before, facts));
  }
  if (fresh.size === 0) return { timeOf: () => unknownTime(), retimed: [] };
  const before = new Map<string, BootsTable>();
  for (const row of await readBoots(transaction, terminal, [...fresh.values()])) before.set(keyOf(row), row);
  let now = withFresh(before, fresh);
  if (concernsOthers(before, now, fresh)) {
    for (const row of await readBoots(transaction, terminal, null)) before.set(keyOf(row), row);
    now = withFresh(before, fresh);
  } else {
    for (const [key, row] of now) if (!isOfBoots(row, fresh)) now.delete(key);
  }
  const clocks = clocksOf([...now.values()]);
  const times = new Map<string, BootTime>();
  for (const ofStore of Map.groupBy(now.values(), (row) => row.store).values()) {
    ofStore.sort((one, other) => one.first_seq - other.first_seq);
    const found = bootTimes(ofStore.map(bootFactsOf), clocks);
    for (const [index, row] of ofStore.entries()) {
      const time = found[index];
      if (time !== undefined) times.set(keyOf(row), time);
    }
  }
  const retimed = await keepBoots(transaction, { before, now, fresh, times, clocks });
  return { retimed, timeOf: (clock) => timeColumns(clock, times.get(keyOf({ terminal, ...clock })), clocks) };
}

/** The times of events of boots that are kept: for those that came before. */
export async function readTimes(
  transaction: HubTransaction,
  terminal: TerminalId,
  { store, boot }: Retimed,
): Promise<(clock: ClockFacts & { readonly receivedMs: number }) => TimeColumns> {
  const rows = await transaction
    .selectFrom("boots")
    .selectAll()
    .where("terminal", "=", terminal)
    .where("boot", "=", boot)
    .execute();
  const row = rows.find((each) => each.store === store);
  const time: BootTime | undefined = row && {
    offsetMs: row.offset_ms,
    rawOffsetMs: row.raw_offset_ms,
    fromMs: row.from_ms ?? Number.NEGATIVE_INFINITY,
    toMs: row.to_ms ?? Number.POSITIVE_INFINITY,
  };
  const clocks = clocksOf(rows);
  return (clock) => timeColumns(clock, time, clocks);
}

const keyOf = ({ terminal, store, boot }: Pick<Kept, "terminal" | "store" | "boot">): string =>
  `${terminal} ${store} ${boot}`;

interface SyncedClock extends BootClock {
  readonly receivedMs: number;
}

function clocksOf(rows: readonly Kept[]): SyncedClock[] {
  return rows
    .flatMap(({ boot, store, synced_offset_ms, synced_error_ms, synced_received_ms }) =>
      synced_offset_ms === null || synced_error_ms === null || synced_received_ms === null
        ? []
        : [
            {
              boot,
              store,
              offsetMs: synced_offset_ms,
              errorMs: synced_error_ms,
              receivedMs: synced_received_ms,
            },
          ],
    )
    .sort((one, other) => (one.store < other.store ? -1 : one.store > other.store ? 1 : 0));
}

/** Rows of these boots, in all stores, and of all whose time is not known; null: every row of the terminal. */
function readBoots(
  transaction: HubTransaction,
  terminal: TerminalId,
  fresh: readonly Kept[] | null,
): Promise<BootsTable[]> {
  let selected = transaction.selectFrom("boots").selectAll().where("terminal", "=", terminal);
  if (fresh !== null) {
    const boots = [...new Set(fresh.map((row) => row.boot))];
    selected = selected.where((row) => row.or([row("boot", "in", boots), row("offset_ms", "is", null)]));
  }
  return selected.execute();
}

function withFresh(
  before: ReadonlyMap<string, BootsTable>,
  fresh: ReadonlyMap<string, Kept>,
): Map<string, Kept> {
  const now = new Map<string, Kept>(before);
  for (const [key, facts] of fresh) {
    const known = before.get(key);
    now.set(key, known === undefined ? facts : merged(known, facts));
  }
  return now;
}

const isOfBoots = (row: Kept, fresh: ReadonlyMap<string, Kept>): boolean =>
  [...fresh.values()].some(({ boot }) => boot === row.boot);

/** Whether more than the boots that events came of may have another time now: unknown ones lie between their neighbours. */
function concernsOthers(
  before: ReadonlyMap<string, BootsTable>,
  now: ReadonlyMap<string, Kept>,
  fresh: ReadonlyMap<string, Kept>,
): boolean {
  const unknown = [...before.values()].filter((row) => row.offset_ms === null);
  for (const [key, { store, boot, first_seq }] of fresh) {
    const offsetMs = offsetOf(now, boot);
    if (offsetMs === null) return true;
    if (unknown.length === 0) continue;
    if (before.get(key)?.offset_ms !== offsetMs) return true;
    if (unknown.some((row) => row.store === store && row.first_seq > first_seq)) return true;
  }
  return false;
}

function offsetOf(rows: ReadonlyMap<string, Kept>, boot: BootId): number | null {
  const ofBoot = [...rows.values()].filter((row) => row.boot === boot);
  const synced = bestClock(boot, clocksOf(ofBoot))?.offsetMs;
  return synced ?? ofBoot.find((row) => row.known_offset_ms !== null)?.known_offset_ms ?? null;
}

function bootFactsOf(row: Kept): BootFacts {
  return {
    boot: row.boot,
    rawOffsetMs: row.raw_offset_ms,
    knownOffsetMs: row.known_offset_ms,
    lastMonotonicMs: row.last_monotonic_ms,
    latestOffsetMs: row.latest_offset_ms,
  };
}

/** One event's. */
function factsOf({ envelope, receivedMs }: ReceivedEnvelope): Kept {
  const { terminal, store, boot, seq, monotonicMs, wallMs, clock } = envelope;
  const rawOffsetMs = wallMs - monotonicMs;
  const known = envelope.kind === "clock.synced" ? knownEvent(envelope) : null;
  const synced = known?.kind === "clock.synced" ? known.payload : null;
  return {
    terminal,
    store,
    boot,
    first_seq: seq,
    raw_offset_ms: rawOffsetMs,
    last_seq: seq,
    last_monotonic_ms: monotonicMs,
    known_seq: clock === "unset" ? null : seq,
    known_offset_ms: clock === "unset" ? null : rawOffsetMs,
    synced_seq: synced === null ? null : seq,
    synced_offset_ms: synced?.offsetMs ?? null,
    synced_error_ms: synced?.errorMs ?? null,
    synced_received_ms: synced === null ? null : receivedMs,
    latest_offset_ms: receivedMs - monotonicMs,
  };
}

/** Both together, whichever came first. */
function merged(one: Kept, other: Kept): Kept {
  const first = other.first_seq < one.first_seq ? other : one;
  const known = (other.known_seq ?? Infinity) < (one.known_seq ?? Infinity) ? other : one;
  const synced = isBetterSynced(other, one) ? other : one;
  return {
    terminal: one.terminal,
    store: one.store,
    boot: one.boot,
    first_seq: first.first_seq,
    raw_offset_ms: first.raw_offset_ms,
    last_seq: Math.max(one.last_seq, other.last_seq),
    last_monotonic_ms: Math.max(one.last_monotonic_ms, other.last_monotonic_ms),
    known_seq: known.known_seq,
    known_offset_ms: known.known_offset_ms,
    synced_seq: synced.synced_seq,
    synced_offset_ms: synced.synced_offset_ms,
    synced_error_ms: synced.synced_error_ms,
    synced_received_ms: earlier(one.synced_received_ms, other.synced_received_ms),
    latest_offset_ms: Math.min(one.latest_offset_ms, other.latest_offset_ms),
  };
}

const earlier = (one: number | null, other: number | null): number | null =>
  one === null || other === null ? (one ?? other) : Math.min(one, other);

/** As {@link bestClock} chooses: the least error, of several such the last. */
function isBetterSynced(one: Kept, other: Kept): boolean {
  if (one.synced_seq === null || one.synced_error_ms === null) return false;
  if (other.synced_seq === null || other.synced_error_ms === null) return true;
  if (one.synced_error_ms !== other.synced_error_ms) return one.synced_error_ms < other.synced_error_ms;
  return one.synced_seq > other.synced_seq;
}

/** Writes what changed; answers the boots that had events before and have another time now. */
async function keepBoots(
  transaction: HubTransaction,
  given: {
    readonly before: ReadonlyMap<string, BootsTable>;
    readonly now: ReadonlyMap<string, Kept>;
    readonly fresh: ReadonlyMap<string, Kept>;
    readonly times: ReadonlyMap<string, BootTime>;
    readonly clocks: readonly SyncedClock[];
  },
): Promise<Retimed[]> {
  const retimed: Retimed[] = [];
  for (const [key, row] of given.now) {
    const time = given.times.get(key);
    if (time === undefined) continue;
    const derived = {
      offset_ms: time.offsetMs,
      from_ms: finite(time.fromMs),
      to_ms: finite(time.toMs),
    };
    const known = given.before.get(key);
    const isSame = known !== undefined && isSameTime(known, { ...row, ...derived });
    if (known !== undefined && !isSame) retimed.push({ store: row.store, boot: row.boot });
    if (isSame && !given.fresh.has(key)) continue;
    const { terminal, store, boot, ...facts } = row;
    const columns = { ...facts, ...derived };
    await transaction
      .insertInto("boots")
      .values({ terminal, store, boot, ...columns })
      .onConflict((conflict) => conflict.columns(["terminal", "store", "boot"]).doUpdateSet(columns))
      .execute();
  }
  return retimed;
}

function isSameTime(one: BootsTable, other: BootsTable): boolean {
  if (one.offset_ms !== other.offset_ms || one.synced_received_ms !== other.synced_received_ms) return false;
  if (other.offset_ms !== null) return true;
  return (
    one.from_ms === other.from_ms && one.to_ms === other.to_ms && one.raw_offset_ms === other.raw_offset_ms
  );
}

const finite = (ms: number): number | null => (Number.isFinite(ms) ? ms : null);

function timeColumns(
  clock: ClockFacts & { readonly receivedMs: number },
  boot: BootTime | undefined,
  clocks: readonly SyncedClock[],
): TimeColumns {
  if (boot === undefined) return unknownTime();
  const time = timeInBoot(clock, boot);
  const told = time.basis === "corrected" ? clocks.filter(({ boot }) => boot === clock.boot) : [];
  // What only makes it more exact does not make it known later.
  const toldMs = Math.min(...told.map(({ receivedMs }) => receivedMs));
  return {
    at_ms: inCalendar(time.atMs),
    basis: time.basis,
    from_ms: inCalendar(time.fromMs),
    to_ms: time.toMs === null ? null : inCalendar(time.toMs),
    known_ms: Math.max(clock.receivedMs, Number.isFinite(toldMs) ? toldMs : clock.receivedMs),
  };
}

const inCalendar = (ms: number): number => Math.min(Math.max(ms, EARLIEST_MS), LATEST_MS);

function unknownTime(): never {
  throw new RangeError("an event's time was asked for without its boot");
}

/** The raw clock of an envelope, as columns. */
export function clockColumns({ envelope, receivedMs }: ReceivedEnvelope): RawClockColumns {
  const { boot, monotonicMs, wallMs, clock } = envelope;
  return { boot, monotonic_ms: monotonicMs, wall_ms: wallMs, clock, received_ms: receivedMs };
}
