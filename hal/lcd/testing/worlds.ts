import type { BackpackPins, CharacterRom, Hd44780Wires } from "../../plan.ts";
import { bcm, type DisplaySize } from "../../ports.ts";
import { SimulatedGpioBank } from "../../../sim/chips/gpio-bank.ts";
import { Hd44780 } from "../../../sim/chips/hd44780.ts";
import { SimulatedI2cBus } from "../../../sim/chips/i2c-bus.ts";
import { NetBoard } from "../../../sim/chips/nets.ts";
import { Pcf8574 } from "../../../sim/chips/pcf8574.ts";
import { VirtualScheduler } from "../../../sim/world/virtual-scheduler.ts";
import { Gpio4Bus } from "../bus-gpio4.ts";
import { Pcf8574Bus } from "../bus-pcf8574.ts";
import type { DisplayWorld } from "../display.contract.ts";
import { Hd44780Display } from "../hd44780.ts";

/** The real driver on a simulated controller, wired to lines or behind a backpack. */

const BACKLIGHT = 4;
const WIRES: Hd44780Wires = {
  rs: bcm(7),
  e: bcm(8),
  data: [bcm(25), bcm(24), bcm(23), bcm(18)],
  backlight: bcm(BACKLIGHT),
};
export const BACKPACK_ADDRESS = 0x27;

export interface Glass {
  /** What the driver is told the controller's ROM is. */
  readonly rom?: CharacterRom;
  /** What it is. */
  readonly fitted?: CharacterRom;
  readonly slowness?: number;
}

export interface WiredWorld extends DisplayWorld {
  readonly chip: Hd44780;
}

export function gpioWorld(
  size: DisplaySize,
  { rom = "A00", fitted = rom, slowness = 1 }: Glass = {},
): WiredWorld {
  const scheduler = new VirtualScheduler();
  const nowMs = () => scheduler.nowMs();
  const nets = new NetBoard();
  const { rs, e, data } = WIRES;
  const [d4, d5, d6, d7] = data;
  const chip = new Hd44780({ nets, pins: { rs, e, d4, d5, d6, d7 }, size, nowMs, rom: fitted, slowness });
  const bank = new SimulatedGpioBank({ nets, scheduler, spinUs: (us) => scheduler.advanceUs(us) });
  const display = new Hd44780Display({ bus: new Gpio4Bus(bank, WIRES), scheduler, size, rom });
  const lit = () => (nets.levels & (1 << BACKLIGHT)) !== 0;
  const breakWires = (broken: boolean) => (broken ? bank.powerOff() : bank.powerOn());
  return { scheduler, display, chip, lit, breakWires };
}

export interface Backpack extends Glass {
  readonly clockHz?: 100_000 | 400_000;
  readonly pins?: BackpackPins;
}

export interface BackpackWorld extends WiredWorld {
  readonly i2c: SimulatedI2cBus;
  readonly expander: Pcf8574;
}

export function i2cWorld(
  size: DisplaySize,
  { clockHz = 100_000, pins, rom = "A00", fitted = rom, slowness = 1 }: Backpack = {},
): BackpackWorld {
  const scheduler = new VirtualScheduler();
  const expander = new Pcf8574(() => scheduler.nowMs(), pins);
  const { nets, displayPins, nowMs } = expander;
  const chip = new Hd44780({ nets, pins: displayPins, size, nowMs, rom: fitted, slowness });
  const i2c = new SimulatedI2cBus({ scheduler, clockHz });
  i2c.attach(BACKPACK_ADDRESS, expander);
  const bus = new Pcf8574Bus({
    i2c,
    address: BACKPACK_ADDRESS,
    clockHz,
    ...(pins === undefined ? {} : { pins }),
  });
  const display = new Hd44780Display({ bus, scheduler, size, rom });
  const breakWires = (broken: boolean) =>
    broken ? i2c.detach(BACKPACK_ADDRESS) : i2c.attach(BACKPACK_ADDRESS, expander);
  return { scheduler, display, chip, lit: () => expander.backlight, breakWires, i2c, expander };
}
