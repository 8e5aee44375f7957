import { HalError } from "../hal/errors.ts";
import type { Machine } from "../hal/machine.ts";
import { openParts, type Parts } from "../hal/open-parts.ts";
import type { PartsPlan } from "../hal/plan.ts";
import type { KeypadLayout, Scheduler } from "../hal/ports.ts";
import { Buzzer } from "./chips/buzzer.ts";
import { SimulatedGpioBank } from "./chips/gpio-bank.ts";
import { Hd44780 } from "./chips/hd44780.ts";
import { SimulatedI2cBus } from "./chips/i2c-bus.ts";
import { NetBoard } from "./chips/nets.ts";
import { Pcf8574 } from "./chips/pcf8574.ts";
import { SwitchMatrix, type Bounce } from "./chips/switch-matrix.ts";

export interface BoardOptions {
  readonly scheduler: Scheduler;
  /** Busy-waits in the world's time. */
  readonly spinUs: (us: number) => void;
  readonly random: { uniform(): number };
  /** Which parts there are and how they are wired. */
  readonly plan: PartsPlan;
  readonly bounce?: Bounce;
}

/**
 * A terminal's hardware as chips and wires, and the real drivers opened on it by the same plan. The board outlives power
 * cuts, as a board does; drivers are opened anew at each power-on.
 */
export class SimulatedBoard {
  readonly chip: Hd44780;
  readonly matrix: SwitchMatrix;
  readonly buzzer: Buzzer;
  readonly i2c: SimulatedI2cBus;
  readonly layout: KeypadLayout;
  readonly #plan: PartsPlan;
  readonly #nets = new NetBoard();
  readonly #bank: SimulatedGpioBank;
  readonly #machine: Machine;
  readonly #lit: () => boolean;
  #powered = false;

  constructor({ scheduler, spinUs, random, plan, bounce }: BoardOptions) {
    const nets = this.#nets;
    const nowMs = (): number => scheduler.nowMs();
    this.#plan = plan;
    this.#bank = new SimulatedGpioBank({ nets, scheduler, spinUs });
    this.layout = plan.keypad.layout;
    this.matrix = new SwitchMatrix({
      nets,
      scheduler,
      random,
      ...plan.keypad,
      ...(bounce === undefined ? {} : { bounce }),
    });
    const sounderNet = plan.sounder?.pin ?? UNUSED_NET;
    // Without it a freed line would keep its charge, and the buzzer sounding.
    nets.setBoardPull(sounderNet, "down");
    this.buzzer = new Buzzer({ nets, net: sounderNet, nowMs });
    const { display } = plan;
    this.i2c = new SimulatedI2cBus({
      scheduler,
      clockHz: display.driver === "hd44780-i2c" ? display.clockHz : 100_000,
    });
    if (display.driver === "hd44780-i2c") {
      const backpack = new Pcf8574(nowMs, display.pins);
      this.i2c.attach(display.address, backpack);
      const { nets: outputs, displayPins, nowMs: busMs } = backpack;
      const { size, rom } = display;
      this.chip = new Hd44780({ nets: outputs, pins: displayPins, size, rom, nowMs: busMs });
      this.#lit = () => backpack.backlight;
    } else if (display.driver === "hd44780-gpio") {
      const { rs, e, data, backlight, size, rom } = display;
      const [d4, d5, d6, d7] = data;
      this.chip = new Hd44780({ nets, pins: { rs, e, d4, d5, d6, d7 }, size, rom, nowMs });
      this.#lit = () => backlight === undefined || (nets.levels & (1 << backlight)) !== 0;
    } else {
      throw new HalError(
        "hal.gpio.unsupported",
        `a display with the driver ${display.driver} cannot be simulated`,
      );
    }
    const nothing = (): Promise<never> =>
      Promise.reject(new HalError("hal.gpio.unsupported", "the simulated board has no such bus"));
    this.#machine = {
      scheduler,
      gpio: () => Promise.resolve(this.#bank),
      i2c: () => Promise.resolve(this.i2c),
      serial: nothing,
      pwm: nothing,
    };
  }

  /** Light on the glass: a line's level, or the backpack's transistor; none without power. */
  get backlight(): boolean {
    return this.#powered && this.#lit();
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
  open(): Promise<Parts> {
    return openParts(this.#plan, this.#machine);
  }
}

/** A line of the bank that is not on the header. */
const UNUSED_NET = 28;
