import {
  bcm,
  type CharacterDisplay,
  type DisplaySize,
  type KeyName,
  type Keypad,
  type Scheduler,
  type Sounder,
} from "../hal/ports.ts";
import { LAYOUT_4X3, LAYOUT_4X4 } from "../hal/keypad/layouts.ts";
import { MatrixKeypad } from "../hal/keypad/matrix-keypad.ts";
import { Gpio4Bus } from "../hal/lcd/bus-gpio4.ts";
import { Pcf8574Bus } from "../hal/lcd/bus-pcf8574.ts";
import { Hd44780Display } from "../hal/lcd/hd44780.ts";
import { GpioBuzzer } from "../hal/sounder/gpio-buzzer.ts";
import { Buzzer } from "./chips/buzzer.ts";
import { SimulatedGpioBank } from "./chips/gpio-bank.ts";
import { Hd44780 } from "./chips/hd44780.ts";
import { SimulatedI2cBus } from "./chips/i2c-bus.ts";
import { NetBoard } from "./chips/nets.ts";
import { BACKPACK_PINS, Pcf8574 } from "./chips/pcf8574.ts";
import { SwitchMatrix, type Bounce } from "./chips/switch-matrix.ts";

/**
 * A terminal's hardware as chips and wires, and the real drivers opened on it. The board outlives power cuts, as a
 * board does; drivers are opened anew at each power-on.
 */

/** The wiring that docs/install.md tells people to use. */
export const WIRING = {
  display: { rs: bcm(7), e: bcm(8), data: [bcm(25), bcm(24), bcm(23), bcm(18)], backlight: bcm(15) },
  rows: [bcm(5), bcm(6), bcm(13), bcm(19)],
  columns: [bcm(12), bcm(16), bcm(20), bcm(21)],
  sounder: bcm(26),
  i2cAddress: 0x27,
  i2cClockHz: 100_000,
} as const;

export interface BoardOptions {
  readonly scheduler: Scheduler;
  /** Busy-waits in the world's time. */
  readonly spinUs: (us: number) => void;
  readonly random: { uniform(): number };
  readonly display: DisplaySize;
  readonly keypad: "4x4" | "4x3";
  /** How the display is wired. */
  readonly displayBus: "gpio" | "i2c";
  readonly bounce?: Bounce;
}

/** The drivers of one life of the terminal. */
export interface BoardParts {
  readonly display: CharacterDisplay;
  readonly keypad: Keypad;
  readonly sounder: Sounder;
}

export class SimulatedBoard {
  readonly chip: Hd44780;
  readonly matrix: SwitchMatrix;
  readonly buzzer: Buzzer;
  readonly i2c: SimulatedI2cBus;
  readonly layout: readonly (readonly KeyName[])[];
  readonly #options: BoardOptions;
  readonly #nets = new NetBoard();
  readonly #bank: SimulatedGpioBank;
  readonly #backpack: Pcf8574;
  #powered = false;

  constructor(options: BoardOptions) {
    const { scheduler, spinUs, random, display, displayBus, bounce } = options;
    const nets = this.#nets;
    const nowMs = (): number => scheduler.nowMs();
    this.#options = options;
    this.#bank = new SimulatedGpioBank({ nets, scheduler, spinUs });
    this.layout = options.keypad === "4x4" ? LAYOUT_4X4 : LAYOUT_4X3;
    const columns = WIRING.columns.slice(0, options.keypad === "4x4" ? 4 : 3);
    this.matrix = new SwitchMatrix({
      nets,
      scheduler,
      random,
      layout: this.layout,
      rows: WIRING.rows,
      columns,
      ...(bounce === undefined ? {} : { bounce }),
    });
    // Without it a freed line would keep its charge, and the buzzer sounding.
    nets.setBoardPull(WIRING.sounder, "down");
    this.buzzer = new Buzzer({ nets, net: WIRING.sounder, nowMs });
    this.i2c = new SimulatedI2cBus({ scheduler, clockHz: WIRING.i2cClockHz });
    this.#backpack = new Pcf8574(nowMs);
    this.i2c.attach(WIRING.i2cAddress, this.#backpack);
    const [d4, d5, d6, d7] = WIRING.display.data;
    this.chip =
      displayBus === "gpio"
        ? new Hd44780({
            nets,
            pins: { rs: WIRING.display.rs, e: WIRING.display.e, d4, d5, d6, d7 },
            size: display,
            nowMs,
          })
        : new Hd44780({
            nets: this.#backpack.nets,
            pins: BACKPACK_PINS,
            size: display,
            nowMs: this.#backpack.nowMs,
          });
  }

  /** Light on the glass: a line's level, or the backpack's transistor; none without power. */
  get backlight(): boolean {
    if (!this.#powered) return false;
    if (this.#options.displayBus === "i2c") return this.#backpack.backlight;
    return (this.#nets.levels & (1 << WIRING.display.backlight)) !== 0;
  }

  /** Rules of the electronics that were broken so far; must stay 0. */
  get violations(): number {
    return this.chip.violationCount + this.#nets.contention;
  }

  /** Supplies everything, or cuts everything off at this instant. */
  setPower(on: boolean): void {
    this.#powered = on;
    this.chip.setPower(on);
    if (on) this.#bank.powerOn();
    else this.#bank.powerOff();
  }

  /** Opens the real drivers on the chips. */
  open(): BoardParts {
    const { scheduler, display, displayBus } = this.#options;
    const bank = this.#bank;
    const bus =
      displayBus === "gpio"
        ? new Gpio4Bus(bank, WIRING.display)
        : new Pcf8574Bus({ i2c: this.i2c, address: WIRING.i2cAddress, clockHz: WIRING.i2cClockHz });
    const columns = WIRING.columns.slice(0, this.layout[0]?.length);
    return {
      display: new Hd44780Display({ bus, scheduler, size: display }),
      keypad: new MatrixKeypad({ bank, scheduler, layout: this.layout, rows: WIRING.rows, columns }),
      sounder: new GpioBuzzer({ bank, scheduler, line: WIRING.sounder }),
    };
  }
}
