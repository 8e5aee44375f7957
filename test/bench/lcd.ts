import { RESYNC_INTERVAL_MS } from "../../hal/lcd/hd44780.ts";
import { PROBE_LIMIT_MS, type DisplaySize } from "../../hal/ports.ts";
import { idleHourFrames, MORNING_PUNCHES, recordMorning, type Recording, type Rows } from "./lcd-morning.ts";
import { charlcd, esphome, ESPHOME_UPDATE_MS, npmLcd, rplcd, type Cost, type Peer } from "./lcd-peers.ts";
import { ListenedDisplay, type Change } from "./lcd-replay.ts";
import type { Bench, Row } from "./row.ts";

/**
 * Bytes on the bus of a 20x4 display behind a backpack at 100 kHz: the real driver, a simulated chip, modelled time. The same
 * numbers on any machine.
 */
const SIZE: DisplaySize = { columns: 20, rows: 4 };
const QUICK_PUNCHES = 60;
const US_PER_MS = 1_000;

/** In one transaction, a cursor move for each row: the floor that a full 20x4 is measured against. */
const FULL_FLOOR_BYTES = 345;
/** No transaction may take longer, whatever it saves. */
const TRANSACTION_LIMIT_MS = 4;
const FULL: Rows = ["a", "b", "c", "d"].map((letter) => letter.repeat(SIZE.columns));
const OTHER: Rows = ["e", "f", "g", "h"].map((letter) => letter.repeat(SIZE.columns));

async function fullRepaint(): Promise<Change> {
  const display = await ListenedDisplay.showing(FULL);
  const change = await display.change(OTHER);
  const longestMs = Math.max(...change.transactions.map(({ durationMs }) => durationMs));
  if (longestMs > TRANSACTION_LIMIT_MS) throw new RangeError(`a transaction took ${longestMs} ms`);
  return change;
}

async function oneCharacter(): Promise<Change> {
  const display = await ListenedDisplay.showing(FULL);
  return display.change(
    FULL.map((row, index) => (index === 1 ? `${row.slice(0, 10)}x${row.slice(11)}` : row)),
  );
}

interface Morning extends Recording {
  readonly changes: readonly Change[];
}

async function morning(bench: Bench): Promise<Morning> {
  const recording = recordMorning(bench.repetitions(QUICK_PUNCHES, MORNING_PUNCHES));
  const [first = [], ...rest] = recording.frames;
  let display = await ListenedDisplay.showing(first);
  const changes: Change[] = [];
  let before = first;
  for (const frame of rest) {
    // A display that initialises itself now and then is not to do so here.
    if (display.scheduler.nowMs() > RESYNC_INTERVAL_MS / 2) display = await ListenedDisplay.showing(before);
    changes.push(await display.change(frame));
    before = frame;
  }
  return { frames: recording.frames, durationMs: recording.durationMs, changes };
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
const bytesOf = ({ changes }: Morning): number => sum(changes.map(({ busBytes }) => busBytes));

function ofMorning(value: (morning: Morning) => number) {
  return async (bench: Bench): Promise<number> => value(await bench.once(morning));
}

/** The same frames with somebody else's driver, per change. */
function costs({ frames }: Recording, peer: Peer): readonly Cost[] {
  return frames.slice(1).map((frame, index) => peer(frames[index] ?? [], frame, SIZE));
}

const INFORMATION = "the same frames; for information";

function peerRows(name: string, peer: Peer): readonly Row[] {
  return [
    {
      name: `lcd.morning.${name}.bytes`,
      unit: name === "npm-lcd" ? "line writes" : "B/frame",
      limit: null,
      against: INFORMATION,
      measure: ofMorning(
        (each) => sum(costs(each, peer).map(({ busBytes }) => busBytes)) / each.changes.length,
      ),
    },
    {
      name: `lcd.morning.${name}.time`,
      unit: "ms/frame",
      limit: null,
      against: INFORMATION,
      measure: ofMorning(
        (each) =>
          sum(costs(each, peer).map(({ durationUs }) => durationUs)) / US_PER_MS / each.changes.length,
      ),
    },
  ];
}

/** How often a part is asked whether it is still there. */
const PROBE_INTERVAL_MS = 30_000;
const HOUR_MS = 3_600_000;
const PROBE_BYTES = 2;
/** Four nibbles of two bytes and an address, RS down first; function set and home; entry mode; the light. */
const INITIALISE_BYTES = 4 * 3 + 1 + 9 + 5 + 2;
/** A full 20x4 and the display switched on. */
const REPAINT_BYTES = Math.floor(1.05 * FULL_FLOOR_BYTES) + 6;
/** The minute's digit: what one character may take. In ten minutes one digit more, in an hour two and the colon. */
const MINUTE_BYTES = 11;
const FURTHER_DIGIT_BYTES = 4;
const IDLE_BUDGET = {
  minutes: 60 * MINUTE_BYTES + (6 + 2) * FURTHER_DIGIT_BYTES,
  probes: (HOUR_MS / PROBE_INTERVAL_MS) * PROBE_BYTES,
  resyncs: (HOUR_MS / RESYNC_INTERVAL_MS) * (INITIALISE_BYTES + REPAINT_BYTES),
};

/** An hour in which nobody comes, the part probed as the terminal does it. */
async function idleHour(): Promise<number> {
  const [first = [], ...minutes] = idleHourFrames();
  const { display, scheduler, i2c } = await ListenedDisplay.showing(first);
  const beganMs = scheduler.nowMs();
  const bytesBefore = i2c.byteCount;
  let probed = 0;
  for (let pulse = 1; pulse <= HOUR_MS / PROBE_INTERVAL_MS; pulse++) {
    await scheduler.run(beganMs + pulse * PROBE_INTERVAL_MS - PROBE_LIMIT_MS);
    void display.probe().then(() => probed++);
    const frame = pulse % 2 === 0 ? minutes[pulse / 2 - 1] : undefined;
    await scheduler.run(beganMs + pulse * PROBE_INTERVAL_MS);
    if (frame !== undefined) display.show({ rows: frame });
  }
  if (probed !== HOUR_MS / PROBE_INTERVAL_MS) throw new RangeError("a probe was not answered");
  return i2c.byteCount - bytesBefore;
}

export const lcdRows: readonly Row[] = [
  {
    name: "lcd.i2c.full-20x4",
    unit: "x",
    limit: 1.05,
    against: `the floor of ${FULL_FLOOR_BYTES} bus bytes, no transaction longer than ${TRANSACTION_LIMIT_MS} ms`,
    measure: async (bench) => (await bench.once(fullRepaint)).busBytes / FULL_FLOOR_BYTES,
  },
  {
    name: "lcd.i2c.one-char",
    unit: "bus bytes",
    limit: 11,
    against: "address, cursor move, character, two changes of RS",
    measure: async () => (await oneCharacter()).busBytes,
  },
  {
    name: "lcd.morning.minimum",
    unit: "x",
    limit: 1.05,
    against: "the fewest bus bytes for each change, found by search, in a single transaction",
    measure: ofMorning((each) => bytesOf(each) / sum(each.changes.map(({ minimumBytes }) => minimumBytes))),
  },
  {
    name: "lcd.morning.esphome",
    unit: "x",
    limit: 1 / 20,
    against: "ESPHome as it comes: everything drawn every second",
    measure: ofMorning((each) => {
      const updates = each.durationMs / ESPHOME_UPDATE_MS;
      return bytesOf(each) / (updates * esphome([], [], SIZE).busBytes);
    }),
  },
  {
    name: "lcd.morning.esphome.frames",
    unit: "x",
    limit: null,
    against: "ESPHome made to draw only when a frame changes; for information",
    measure: ofMorning((each) => bytesOf(each) / (each.changes.length * esphome([], [], SIZE).busBytes)),
  },
  {
    name: "lcd.morning.bytes",
    unit: "B/frame",
    limit: null,
    against: "for information",
    measure: ofMorning((each) => bytesOf(each) / each.changes.length),
  },
  {
    name: "lcd.morning.time",
    unit: "ms/frame",
    limit: null,
    against: "on the bus; for information",
    measure: ofMorning((each) => {
      const transactions = each.changes.flatMap((change) => change.transactions);
      return sum(transactions.map(({ durationMs }) => durationMs)) / each.changes.length;
    }),
  },
  ...peerRows("rplcd", rplcd),
  ...peerRows("charlcd", charlcd),
  ...peerRows("esphome", esphome),
  ...peerRows("npm-lcd", npmLcd),
  {
    name: "idle.bus-bytes",
    unit: "bytes/h",
    limit: sum(Object.values(IDLE_BUDGET)),
    against: `the budget: ${Object.entries(IDLE_BUDGET)
      .map(([what, bytes]) => `${what} ${bytes}`)
      .join(", ")}`,
    measure: idleHour,
  },
];
