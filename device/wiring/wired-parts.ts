import type {
  DisplayPlan,
  Hd44780Wires,
  KeypadPlan,
  LedsPlan,
  PartsPlan,
  ReaderPlan,
  SounderPlan,
} from "../../hal/plan.ts";
import { bcm, type Bcm } from "../../hal/ports.ts";
import { HEADER_PORTS } from "../config/wiring-clashes.ts";
import { pullUpLine, pwmLine } from "./boot-lines.ts";
import type { PartName, WiringNote } from "./wiring.ts";

export type Supply = "3.3 V" | "5 V" | "ground";

interface PartWire {
  readonly wire: string;
  readonly to: Bcm | { readonly supply: Supply } | { readonly elsewhere: string };
  readonly extra?: string;
}

/** The wires of one part, before anybody has chosen places for its supplies. */
export interface WiredPart {
  readonly part: PartName;
  readonly wires: readonly PartWire[];
  /** Lines that a bus of this part takes up without a wire on them. */
  readonly keepOff: readonly Bcm[];
  readonly notes: readonly Omit<WiringNote, "part">[];
}

const GROUND = { supply: "ground" } as const;
const THREE_VOLTS = { supply: "3.3 V" } as const;
const FIVE_VOLTS = { supply: "5 V" } as const;
const SDA = bcm(2);
const SCL = bcm(3);
const TXD = bcm(14);
const RXD = bcm(15);

const voltage = (text: string): Omit<WiringNote, "part"> => ({ about: "voltage", text });
const wiring = (text: string): Omit<WiringNote, "part"> => ({ about: "wiring", text });

/** Every part that a plan has. Voltages are those of the parts' datasheets; the header's lines are 3.3 V and bear no more. */
export function wiredParts({
  gpio,
  display,
  keypad,
  sounder,
  leds,
  reader,
}: PartsPlan): readonly WiredPart[] {
  const withoutPulls = gpio === "onoff" || gpio === "rpi-gpio";
  return [
    { part: "display", keepOff: [], ...displayWires(display) },
    { part: "keypad", keepOff: [], ...keypadWires(keypad, withoutPulls) },
    ...(sounder === null ? [] : [{ part: "sounder" as const, keepOff: [], ...sounderWires(sounder) }]),
    ...(leds === null ? [] : [{ part: "leds" as const, keepOff: [], ...ledWires(leds) }]),
    ...(reader === null ? [] : [{ part: "reader" as const, keepOff: [], ...readerWires(reader) }]),
  ];
}

type Wires = Pick<WiredPart, "wires" | "notes"> & Partial<Pick<WiredPart, "keepOff">>;

function displayWires(display: DisplayPlan): Wires {
  switch (display.driver) {
    case "hd44780-gpio":
    case "npm-lcd":
      return hd44780Wires(display);
    case "hd44780-i2c":
      return backpackWires(display.bus);
    case "serlcd":
    case "matrix-orbital":
      return serLcdWires(display.path);
  }
}

/** HD44780U datasheet, DC characteristics at 5 V: a high is 2.2 V and more, so that it reads 3.3 V well. */
function hd44780Wires({ rs, e, data, backlight }: Hd44780Wires): Wires {
  const [d4, d5, d6, d7] = data;
  const switched: readonly PartWire[] =
    backlight === undefined
      ? [{ wire: "K (LED-)", to: GROUND }]
      : [
          { wire: "K (LED-)", to: { elsewhere: "NPN transistor, emitter to ground" } },
          { wire: "backlight", to: backlight, extra: "through 1 kΩ to the base" },
        ];
  return {
    wires: [
      { wire: "VSS", to: GROUND },
      { wire: "VDD", to: FIVE_VOLTS },
      { wire: "V0", to: { elsewhere: "middle of a 10 kΩ potentiometer" } },
      { wire: "RS", to: rs },
      { wire: "R/W", to: GROUND },
      { wire: "E", to: e },
      { wire: "D0 to D3", to: { elsewhere: "nothing" } },
      { wire: "D4", to: d4 },
      { wire: "D5", to: d5 },
      { wire: "D6", to: d6 },
      { wire: "D7", to: d7 },
      { wire: "A (LED+)", to: FIVE_VOLTS, extra: "through 100 Ω, if it has none" },
      ...switched,
    ],
    notes: [
      voltage(
        "R/W goes to ground: otherwise the display, at 5 V, can drive its data lines and destroy the Pi, whose lines bear 3.3 V.",
      ),
      wiring(
        "The ends of the potentiometer go to 5 V and ground. Nothing to be seen? Turn it: without contrast a display looks dead.",
      ),
    ],
  };
}

/** PCF8574 datasheet: a high is 0.7 of its supply and more, 3.5 V at 5 V; UM10204 wants pull-ups to one supply. */
function backpackWires(bus: number): Wires {
  const shifter = "through a level shifter for I2C";
  const elsewhere = { elsewhere: `where the overlay of /dev/i2c-${bus} puts it` };
  return {
    wires: [
      { wire: "GND", to: GROUND },
      { wire: "VCC", to: FIVE_VOLTS },
      { wire: "SDA", to: bus === 1 ? SDA : elsewhere, extra: shifter },
      { wire: "SCL", to: bus === 1 ? SCL : elsewhere, extra: shifter },
      { wire: "LV of the shifter", to: THREE_VOLTS },
    ],
    notes: [
      voltage(
        "The backpack's own pull-ups lead to its 5 V, and the Pi's lines bear 3.3 V. Put a level shifter between.",
      ),
      voltage(
        "Without one: take the backpack's pull-up resistors off (the Pi has its own, to 3.3 V). Many work so; the PCF8574 at 5 V is only promised to read 3.5 V as high.",
      ),
    ],
  };
}

function serLcdWires(path: string): Wires {
  if (!HEADER_PORTS.includes(path)) return usbWires(path);
  return {
    wires: [
      { wire: "GND", to: GROUND },
      { wire: "+", to: THREE_VOLTS },
      { wire: "RX", to: TXD },
    ],
    keepOff: [RXD],
    notes: [
      voltage(
        "The module is a 3.3 V one, as the Pi's lines are. It gets 5 V only at an input that its own guide allows it for.",
      ),
    ],
  };
}

function keypadWires({ layout, rows, columns }: KeypadPlan, withoutPulls: boolean): Wires {
  const keysOf = (keys: readonly (string | null)[]): string => `(${keys.map((key) => key ?? "-").join(" ")})`;
  const pullUps = withoutPulls ? { extra: "and 10 kΩ to 3.3 V" } : {};
  return {
    wires: [
      ...rows.map((to, index) => ({ wire: `row ${index + 1} ${keysOf(layout[index] ?? [])}`, to })),
      ...columns.map((to, index) => {
        return {
          wire: `column ${index + 1} ${keysOf(layout.map((row) => row[index] ?? null))}`,
          to,
          ...pullUps,
        };
      }),
    ],
    notes: [
      voltage("A keypad needs no supply. Pull-ups, where there are any, lead to 3.3 V, never to 5 V."),
      withoutPulls
        ? wiring(
            `This GPIO back end cannot switch the Pi's pull-ups on. Instead of the resistors, config.txt can: ${pullUpLine(columns)}`,
          )
        : wiring("A cable longer than a hand wants 10 kΩ from each column to 3.3 V, and ESD protection."),
    ],
  };
}

/** Raspberry Pi documentation, GPIO: a line gives 16 mA at most. */
function sounderWires(sounder: SounderPlan): Wires {
  if (sounder.driver === "active") {
    return {
      wires: [
        { wire: "+", to: FIVE_VOLTS },
        { wire: "-", to: { elsewhere: "NPN transistor's collector" } },
        { wire: "emitter", to: GROUND },
        { wire: "base", to: sounder.pin, extra: "through 1 kΩ" },
      ],
      notes: [
        voltage(
          "A buzzer never goes between 5 V and a GPIO. One for 3.3 V and under 16 mA may go between its GPIO and ground, without transistor.",
        ),
      ],
    };
  }
  return {
    wires: [
      { wire: "disc", to: sounder.pin, extra: "through 100 Ω" },
      { wire: "other side", to: GROUND },
    ],
    notes: [
      wiring("A coil (a few ohms) needs a transistor and a diode; a piezo disc needs neither."),
      wiring(`config.txt needs the pin's PWM: ${pwmLine(sounder.pin)}`),
    ],
  };
}

function ledWires({ green, red }: LedsPlan): Wires {
  return {
    wires: [
      { wire: "green +", to: green, extra: "through 330 Ω" },
      { wire: "red +", to: red, extra: "through 330 Ω" },
      { wire: "both -", to: GROUND },
    ],
    notes: [],
  };
}

function readerWires({ driver, path }: ReaderPlan): Wires {
  if (!HEADER_PORTS.includes(path)) return usbWires(path);
  return {
    wires: [
      { wire: "GND", to: GROUND },
      { wire: "5V", to: FIVE_VOLTS },
      { wire: "TX", to: RXD, extra: "through 1 kΩ, and 2 kΩ from the Pi's side to ground" },
    ],
    keepOff: [TXD],
    notes: [
      voltage(
        driver === "rdm6300"
          ? "The module runs at 5 V and so may its TX: the two resistors make 3.3 V of it, which is all that the Pi's lines bear."
          : "A reader at 5 V gets the two resistors at its TX; one at 3.3 V is supplied from pin 1 or 17 and needs none. One for RS-232 (9 V and more) needs a MAX3232.",
      ),
    ],
  };
}

function usbWires(path: string): Wires {
  return { wires: [{ wire: "plug", to: { elsewhere: `USB: ${path}` } }], notes: [] };
}
