import { busyWait, GpiochipBank } from "../../../hal/gpio/gpiochip.ts";
import { libcKernel } from "../../../hal/gpio/libc.ts";
import { LAYOUT_4X4 } from "../../../hal/keypad/layouts.ts";
import type { GpioBank, KeyName } from "../../../hal/ports.ts";
import { systemRandom, systemScheduler } from "../../../protocol/seams/clocks.ts";
import { WIRING } from "../../../sim/wiring.ts";
import { SimulatedGpioKernel } from "../../../sim/chips/gpio-character-device.ts";
import { Hd44780 } from "../../../sim/chips/hd44780.ts";
import { NetBoard } from "../../../sim/chips/nets.ts";
import { SwitchMatrix } from "../../../sim/chips/switch-matrix.ts";

const DISPLAY = { columns: 20, rows: 4 };

/** A box whose kernel, display and keypad are simulated, in real time. Everything above the kernel is the product's. */
export interface SimulatedBox {
  readonly bank: GpioBank;
  readonly matrix: SwitchMatrix;
  readonly rows: () => string[];
  /** Microseconds that GPIO transactions have spun so far: bus time, and each byte's execution in the controller. */
  readonly spunUs: () => number;
  readonly violations: () => number;
  readonly onChange: (listener: () => void) => void;
  readonly keys: readonly KeyName[];
}

/** `poweredMs` (monotonic) is when the display got its power: before the process that drives it began. */
export function simulatedBox(poweredMs: number): SimulatedBox {
  // Loaded and bound as on a real box, which would then call it.
  libcKernel();
  const nets = new NetBoard();
  const { rs, e, data } = WIRING.display;
  const [d4, d5, d6, d7] = data;
  let powered = false;
  const chip = new Hd44780({
    nets,
    pins: { rs, e, d4, d5, d6, d7 },
    size: DISPLAY,
    nowMs: () => (powered ? systemScheduler.nowMs() : poweredMs),
  });
  powered = true;
  let spunUs = 0;
  const wait = busyWait(systemScheduler);
  const spinUs = (us: number): void => {
    spunUs += us;
    wait(us);
  };
  const { rows, columns } = WIRING;
  const kernel = new SimulatedGpioKernel({ nets, scheduler: systemScheduler, spinUs });
  const matrix = new SwitchMatrix({
    nets,
    scheduler: systemScheduler,
    random: systemRandom,
    layout: LAYOUT_4X4,
    rows,
    columns,
  });
  return {
    bank: new GpiochipBank({ kernel, scheduler: systemScheduler, spinUs }),
    matrix,
    rows: () => chip.rows(),
    spunUs: () => spunUs,
    violations: () => chip.violationCount,
    onChange: (listener) => void chip.onChange(listener),
    keys: matrix.keys,
  };
}
