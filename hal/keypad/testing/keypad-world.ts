import { bcm, type GpioBank, type KeyName, type KeypadLayout, type Scheduler } from "../../ports.ts";
import { SimulatedGpioBank } from "../../../sim/chips/gpio-bank.ts";
import { NetBoard } from "../../../sim/chips/nets.ts";
import { SwitchMatrix, USUAL_BOUNCE, type Bounce, type Wear } from "../../../sim/chips/switch-matrix.ts";
import { VirtualScheduler } from "../../../sim/world/virtual-scheduler.ts";
import { LAYOUT_4X4 } from "../layouts.ts";
import { MatrixKeypad } from "../matrix-keypad.ts";

/** Enough lines for 8 by 8. */
const ROWS = [5, 6, 13, 19, 4, 17, 27, 22];
const COLUMNS = [12, 16, 20, 21, 9, 10, 11, 8];

/** Of a column through the computer's pull-up with 400 pF of keypad and cable: half of the supply. */
const PULL_RISE_US = 14;

/** A small generator with a seed (mulberry32), so that a failing hand can be replayed. */
function seeded(seed: number) {
  let state = seed;
  return {
    uniform: (): number => {
      state = (state + 0x6d2b79f5) | 0;
      let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
      mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
      return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
    },
  };
}

export interface KeypadWorldOptions {
  readonly layout?: KeypadLayout;
  readonly bounce?: Bounce;
  readonly wear?: Wear;
  readonly seed?: number;
  /** Puts something between the driver and the bank. */
  readonly through?: (bank: GpioBank, scheduler: Scheduler) => GpioBank;
}

export interface KeypadWorld {
  readonly scheduler: VirtualScheduler;
  readonly nets: NetBoard;
  readonly bank: SimulatedGpioBank;
  readonly hand: SwitchMatrix;
  readonly keypad: MatrixKeypad;
  readonly pressed: KeyName[];
  readonly reports: readonly { readonly key: KeyName; readonly atMs: number }[];
  /** Codes of faults, and `recovered`. */
  readonly health: readonly string[];
  readonly faults: readonly Error[];
  readonly pass: (ms: number) => Promise<void>;
  /** How often the driver has asked for a timer so far. */
  readonly timersAsked: () => number;
}

/** The driver on a simulated bank whose lines lead to a matrix of switches, and a hand at it. */
export function keypadWorld({
  layout = LAYOUT_4X4,
  bounce = USUAL_BOUNCE,
  wear,
  seed = 1,
  through = (bank) => bank,
}: KeypadWorldOptions = {}): KeypadWorld {
  const scheduler = new VirtualScheduler();
  const nets = new NetBoard(28, { nowMs: () => scheduler.nowMs(), us: PULL_RISE_US });
  const bank = new SimulatedGpioBank({ nets, scheduler, spinUs: (us) => scheduler.advanceUs(us) });
  const rows = ROWS.slice(0, layout.length);
  const columns = COLUMNS.slice(0, layout[0]?.length);
  const random = seeded(seed);
  const worn = wear === undefined ? {} : { wear };
  const hand = new SwitchMatrix({ nets, scheduler, random, layout, rows, columns, bounce, ...worn });
  let timers = 0;
  const counting: Scheduler = {
    nowMs: () => scheduler.nowMs(),
    after: (delayMs, run) => {
      timers++;
      return scheduler.after(delayMs, run);
    },
    soon: (run) => {
      timers++;
      scheduler.soon(run);
    },
  };
  const keypad = new MatrixKeypad({
    bank: through(bank, scheduler),
    scheduler: counting,
    layout,
    rows: rows.map(bcm),
    columns: columns.map(bcm),
  });
  const pressed: KeyName[] = [];
  const reports: { readonly key: KeyName; readonly atMs: number }[] = [];
  const health: string[] = [];
  const faults: Error[] = [];
  keypad.onPress((key) => {
    pressed.push(key);
    reports.push({ key, atMs: scheduler.nowMs() });
  });
  keypad.onFault((error) => {
    health.push(error.code);
    faults.push(error);
  });
  keypad.onRecovered(() => health.push("recovered"));
  return {
    scheduler,
    nets,
    bank,
    hand,
    keypad,
    pressed,
    reports,
    health,
    faults,
    pass: (ms) => scheduler.pass(ms),
    timersAsked: () => timers,
  };
}
