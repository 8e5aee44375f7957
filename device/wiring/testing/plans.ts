import { USUAL_BACKPACK, type PartsPlan } from "../../../hal/plan.ts";
import { bcm } from "../../../hal/ports.ts";
import { LAYOUT_4X3, LAYOUT_4X4 } from "../../../hal/keypad/layouts.ts";

const size = { columns: 20, rows: 4 };

/** The wiring of docs/punchbox.toml. */
export const USUAL_PLAN: PartsPlan = {
  gpio: "auto",
  display: {
    driver: "hd44780-gpio",
    size,
    rom: "A00",
    rs: bcm(7),
    e: bcm(8),
    data: [bcm(25), bcm(24), bcm(23), bcm(22)],
    backlight: bcm(27),
  },
  keypad: {
    layout: LAYOUT_4X4,
    rows: [bcm(5), bcm(6), bcm(13), bcm(19)],
    columns: [bcm(12), bcm(16), bcm(20), bcm(21)],
  },
  sounder: { driver: "active", pin: bcm(18) },
  leds: { green: bcm(17), red: bcm(4) },
  reader: null,
};

/** All on buses: a backpack, PWM, lights, a reader on the header's serial port; a GPIO back end without pulls. */
export const BUSES_PLAN: PartsPlan = {
  gpio: "onoff",
  display: {
    driver: "hd44780-i2c",
    size,
    rom: "A00",
    bus: 1,
    address: 0x27,
    clockHz: 100_000,
    pins: USUAL_BACKPACK,
  },
  keypad: {
    layout: LAYOUT_4X3,
    rows: [bcm(5), bcm(6), bcm(13), bcm(19)],
    columns: [bcm(16), bcm(20), bcm(21)],
  },
  sounder: { driver: "pwm", pin: bcm(12), frequencyHz: 2700 },
  leds: { green: bcm(17), red: bcm(27) },
  reader: { driver: "rdm6300", path: "/dev/serial0", baudRate: 9600 },
};
