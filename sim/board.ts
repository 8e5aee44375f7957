import type { Claims } from "../hal/claims.ts";
import type { Machine } from "../hal/machine.ts";
import { openParts, type Parts } from "../hal/open-parts.ts";
import { LinuxPwm } from "../hal/pwm/linux-pwm.ts";
import type { PartsPlan, ReaderPlan } from "../hal/plan.ts";
import type { CardNumber, KeypadLayout, LedName, Scheduler } from "../hal/ports.ts";
import { Buzzer, type SoundSource } from "./chips/buzzer.ts";
import { SimulatedGpioBank } from "./chips/gpio-bank.ts";
import { SimulatedI2cBus } from "./chips/i2c-bus.ts";
import { NetBoard } from "./chips/nets.ts";
import { PassiveBuzzer } from "./chips/passive-buzzer.ts";
import { LineReaderModule } from "./chips/rfid-lines.ts";
import { Rdm6300 } from "./chips/rfid-rdm6300.ts";
import { SimulatedSerialPorts } from "./chips/serial-wire.ts";
import { SimulatedSysfsPwm } from "./chips/sysfs-pwm.ts";
import { SwitchMatrix, type Bounce } from "./chips/switch-matrix.ts";
import { mountGlass, plugIn, type Glass, type MountedGlass } from "./glass.ts";

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
  /** The display. */
  readonly chip: Glass;
  readonly matrix: SwitchMatrix;
  readonly buzzer: SoundSource;
  readonly i2c: SimulatedI2cBus;
  readonly serial: SimulatedSerialPorts;
  readonly layout: KeypadLayout;
  readonly #plan: PartsPlan;
  readonly #nets = new NetBoard();
  readonly #bank: SimulatedGpioBank;
  readonly #machine: Machine;
  readonly #mounted: MountedGlass;
  readonly #reader: SimulatedReader | null;
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
    const { sounder } = plan;
    const pwm = new SimulatedSysfsPwm({ scheduler });
    if (sounder?.driver === "pwm") {
      const channel = PWM_CHANNELS.get(sounder.pin) ?? 0;
      this.buzzer = new PassiveBuzzer({ pwm, channel, nowMs });
    } else {
      const net = sounder?.pin ?? UNUSED_NET;
      // Without it a freed line would keep its charge, and the buzzer sounding.
      nets.setBoardPull(net, "down");
      this.buzzer = new Buzzer({ nets, net, nowMs });
    }
    const { display } = plan;
    this.i2c = new SimulatedI2cBus({
      scheduler,
      clockHz: display.driver === "hd44780-i2c" ? display.clockHz : 100_000,
    });
    this.serial = new SimulatedSerialPorts(scheduler);
    const { i2c, serial } = this;
    this.#mounted = mountGlass(display, { nets, i2c, serial, scheduler });
    this.chip = this.#mounted.glass;
    this.#reader = plan.reader === null ? null : attachReader(plan.reader, this.serial, scheduler);
    for (const led of plan.leds === null ? [] : [plan.leds.green, plan.leds.red])
      nets.setBoardPull(led, "down");
    this.#machine = {
      scheduler,
      gpio: () => Promise.resolve(this.#bank),
      gpioChoice: () => this.#bank.name,
      i2c: () => Promise.resolve(this.i2c),
      serial: () => Promise.resolve(this.serial),
      pwm: () => Promise.resolve(new LinuxPwm({ scheduler, files: pwm.files, claims: NO_CLAIMS })),
    };
  }

  /** Light on the glass: a line's level, or the backpack's transistor; none without power. */
  get backlight(): boolean {
    return this.#powered && this.#mounted.lit();
  }

  /** Whether a light is lit; null where there are none. */
  light(led: LedName): boolean | null {
    const { leds } = this.#plan;
    if (leds === null) return null;
    return this.#powered && (this.#nets.levels & (1 << leds[led])) !== 0;
  }

  get hasReader(): boolean {
    return this.#reader !== null;
  }

  /** Holds a card to the reader for a moment; does nothing where there is none. */
  holdCard(card: CardNumber): void {
    if (this.#powered) this.#reader?.hold(card);
  }

  /** Fault: pulls the plug of the display's cable or the reader's, or puts it back. */
  connect(part: "display" | "reader", connected: boolean): void {
    if (part === "display") this.#mounted.connect(connected);
    else this.#reader?.connect(connected);
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

interface SimulatedReader {
  hold(card: CardNumber): void;
  connect(connected: boolean): void;
}

/** How long a hand holds a card to a reader that tells it all the while. */
const CARD_HELD_MS = 400;

function attachReader(plan: ReaderPlan, serial: SimulatedSerialPorts, scheduler: Scheduler): SimulatedReader {
  if (plan.driver === "lines") {
    const reader = new LineReaderModule({ baudRate: plan.baudRate });
    const socket = serial.attach(plan.path, reader);
    return { hold: (card) => reader.hold(card), connect: (connected) => plugIn(socket, connected) };
  }
  const reader = new Rdm6300(scheduler);
  const socket = serial.attach(plan.path, reader);
  return {
    hold: (card) => reader.hold(card, CARD_HELD_MS),
    connect: (connected) => plugIn(socket, connected),
  };
}

/** Lines of a simulated machine are freed with it. */
const NO_CLAIMS: Claims = { abandoned: () => false, add: () => undefined, remove: () => undefined };

/** Of the PWM unit of a Pi 4 (hal/pwm/pwm-units.ts). */
const PWM_CHANNELS: ReadonlyMap<number, number> = new Map([
  [12, 0],
  [18, 0],
  [13, 1],
  [19, 1],
]);

/** A line of the bank that is not on the header. */
const UNUSED_NET = 28;
