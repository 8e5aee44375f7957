import { HalError } from "../hal/errors.ts";
import type { DisplayPlan } from "../hal/plan.ts";
import type { DisplaySize, Scheduler } from "../hal/ports.ts";
import { Hd44780 } from "./chips/hd44780.ts";
import type { SimulatedI2cBus } from "./chips/i2c-bus.ts";
import type { NetBoard } from "./chips/nets.ts";
import { Pcf8574 } from "./chips/pcf8574.ts";
import { MatrixOrbital } from "./chips/serlcd-matrix-orbital.ts";
import { SerLcd } from "./chips/serlcd.ts";
import type { SerialSocket, SimulatedSerialPorts } from "./chips/serial-wire.ts";

/** What is to be seen of a display, whichever chip holds it. */
export interface Glass {
  readonly size: DisplaySize;
  readonly displayOn: boolean;
  readonly cursor: { readonly row: number; readonly column: number } | null;
  /** Rules of the chip that were broken so far. */
  readonly violationCount: number;
  /** The text; custom glyphs are U+E000 + slot. */
  rows(): string[];
  codeAt(row: number, column: number): number;
  /** `pixels()[row][column]` is 8 rows of 5 bits, bit 4 the left dot. */
  pixels(): number[][][];
  /** The eight rows of a custom glyph. */
  glyph(slot: number): number[];
  /** Returns the call that ends it. */
  onChange(listener: (atMs: number) => void): () => void;
  setPower(on: boolean): void;
}

export interface MountedGlass {
  readonly glass: Glass;
  /** Whether its backlight is lit while there is power. */
  readonly lit: () => boolean;
  /** Plugs its cable in or pulls it, where it has one; its own power stays. */
  readonly connect: (connected: boolean) => void;
}

/** Where a display may be connected. */
export interface Sockets {
  readonly nets: NetBoard;
  readonly i2c: SimulatedI2cBus;
  readonly serial: SimulatedSerialPorts;
  readonly scheduler: Scheduler;
}

/** Wires up the display of a plan. Throws HalError `hal.gpio.unsupported` for one that is driven by this machine's own sysfs. */
export function mountGlass(plan: DisplayPlan, { nets, i2c, serial, scheduler }: Sockets): MountedGlass {
  const nowMs = (): number => scheduler.nowMs();
  switch (plan.driver) {
    case "hd44780-gpio": {
      const { rs, e, data, backlight, size, rom } = plan;
      const [d4, d5, d6, d7] = data;
      const glass = new Hd44780({ nets, pins: { rs, e, d4, d5, d6, d7 }, size, rom, nowMs });
      const lit = (): boolean => backlight === undefined || (nets.levels & (1 << backlight)) !== 0;
      return { glass, lit, connect: soldered };
    }
    case "hd44780-i2c": {
      const { address, pins, size, rom } = plan;
      const backpack = new Pcf8574(nowMs, pins);
      i2c.attach(address, backpack);
      const glass = new Hd44780({
        nets: backpack.nets,
        pins: backpack.displayPins,
        size,
        rom,
        nowMs: backpack.nowMs,
      });
      const connect = (connected: boolean): void => {
        if (connected) i2c.attach(address, backpack);
        else i2c.detach(address);
      };
      return { glass, lit: () => backpack.backlight, connect };
    }
    case "serlcd":
    case "matrix-orbital": {
      const glass =
        plan.driver === "serlcd"
          ? new SerLcd({ scheduler, size: plan.size })
          : new MatrixOrbital(plan.size, scheduler);
      const socket = serial.attach(plan.path, glass);
      return { glass, lit: () => glass.lit, connect: (connected) => plugIn(socket, connected) };
    }
    case "npm-lcd":
      throw new HalError(
        "hal.gpio.unsupported",
        "the package lcd drives this machine's own pins, which no simulator can stand for: take hd44780-gpio, with the same wires",
      );
  }
}

export function plugIn(socket: SerialSocket, connected: boolean): void {
  if (connected) socket.plug();
  else socket.unplug();
}

function soldered(): never {
  throw new RangeError("a display on six wires has no plug");
}
