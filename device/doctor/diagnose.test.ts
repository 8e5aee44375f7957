import { describe, expect, test } from "vitest";
import type { MachineFacts } from "../../hal/inspect/facts.ts";
import type { PartsPlan } from "../../hal/plan.ts";
import { bcm } from "../../hal/ports.ts";
import { BUSES_PLAN, USUAL_PLAN } from "../wiring/testing/plans.ts";
import { diagnose } from "./diagnose.ts";
import { allGood } from "./finding.ts";
import { headerHeldBy, HEALTHY_PI4 } from "./testing/healthy.ts";

const AUTO_BUSES: PartsPlan = { ...BUSES_PLAN, gpio: "auto" };
const SERLCD: PartsPlan["display"] = {
  driver: "serlcd",
  size: { columns: 20, rows: 4 },
  path: "/dev/serial0",
  baudRate: 9600,
};
const PI5 = "Raspberry Pi 5 Model B Rev 1.0";

describe("a machine where all is well", () => {
  test.each<[string, PartsPlan]>([
    ["the usual parts", USUAL_PLAN],
    ["parts on buses", AUTO_BUSES],
    ["parts on buses through onoff", BUSES_PLAN],
    ["a serial display", { ...USUAL_PLAN, display: SERLCD }],
  ])("lacks nothing for %s", (_, plan) => {
    const findings = diagnose(HEALTHY_PI4, plan);
    expect(findings.filter(({ level }) => level === "missing")).toEqual([]);
    expect(allGood(findings)).toBe(true);
  });

  test("whose lines the running terminal holds is still well", () => {
    const facts = { ...HEALTHY_PI4, gpio: headerHeldBy({ 5: "punchbox keypad", 7: "punchbox display" }) };
    expect(allGood(diagnose(facts, USUAL_PLAN))).toBe(true);
  });
});

/** What is wrong, with what plan, what it says, and the one line that mends it. */
const TROUBLES: readonly (readonly [
  name: string,
  changes: Partial<MachineFacts>,
  plan: PartsPlan,
  what: RegExp,
  fix: RegExp,
])[] = [
  ["a 32-bit system", { architecture: "arm" }, USUAL_PLAN, /not 64-bit/, /64-bit Raspberry Pi OS/],
  [
    "a user outside the group gpio",
    {
      gpio: {
        listing: { chips: [{ path: "/dev/gpiochip0", info: { errno: 13 } }], header: [] },
        sysfs: null,
      },
    },
    USUAL_PLAN,
    /anna may not open the GPIO chips/,
    /^sudo usermod -aG gpio anna/,
  ],
  [
    "a Pi 5 whose kernel does not drive its header",
    {
      model: PI5,
      kernel: "6.12.38-arm64",
      gpio: {
        listing: {
          chips: [{ path: "/dev/gpiochip0", info: { label: "7d508500.gpio", lines: 32 } }],
          header: [],
        },
        sysfs: null,
      },
    },
    USUAL_PLAN,
    /6\.12\.38-arm64.*does not drive the Pi 5's header chip RP1.*7d508500\.gpio/,
    /Raspberry Pi OS/,
  ],
  [
    "a line that SPI holds",
    { gpio: headerHeldBy({ 7: "spi0 CS1" }) },
    USUAL_PLAN,
    /GPIO7 \(pin 26\), which the display needs for RS, is held by spi0 CS1/,
    /do_spi 1/,
  ],
  [
    "a line that was left exported",
    { gpio: headerHeldBy({ 12: "sysfs" }) },
    USUAL_PLAN,
    /GPIO12 \(pin 32\), which the keypad needs for column 1/,
    /^echo 524 \| sudo tee \/sys\/class\/gpio\/unexport$/,
  ],
  [
    "a line that another program holds",
    { gpio: headerHeldBy({ 4: "w1" }) },
    USUAL_PLAN,
    /GPIO4 \(pin 7\), which the leds needs for red \+, is held by w1/,
    /dtoverlay/,
  ],
  [
    "rpi-gpio on a kernel that counts from 512",
    {},
    { ...USUAL_PLAN, gpio: "rpi-gpio" },
    /begin at 0; here they begin at 512/,
    /backend = "auto"/,
  ],
  [
    "onoff without GPIO in sysfs",
    { gpio: { ...headerHeldBy({}), sysfs: null } },
    { ...USUAL_PLAN, gpio: "onoff" },
    /no GPIO in sysfs/,
    /backend = "gpiochip"/,
  ],
  ["I2C switched off", { i2c: [] }, AUTO_BUSES, /no I2C bus 1/, /^echo dtparam=i2c_arm=on \| sudo tee -a/],
  [
    "I2C without its module",
    { i2c: [{ bus: 1, device: false, displays: null, problem: null }] },
    AUTO_BUSES,
    /i2c-dev is not loaded/,
    /modprobe i2c-dev/,
  ],
  [
    "a display at another address",
    { i2c: [{ bus: 1, device: true, displays: [0x3f], problem: null }] },
    AUTO_BUSES,
    /nothing answers at 0x27 on I2C bus 1, but at 0x3f/,
    /address = 0x3f under \[display\]/,
  ],
  [
    "no display",
    { i2c: [{ bus: 1, device: true, displays: [], problem: null }] },
    AUTO_BUSES,
    /nothing that could be a display/,
    /punchbox wiring/,
  ],
  [
    "a bus that is held",
    { i2c: [{ bus: 1, device: true, displays: null, problem: "hal.i2c.io" }] },
    AUTO_BUSES,
    /does not work \(hal\.i2c\.io\)/,
    /SDA or SCL/,
  ],
  [
    "a user outside the groups i2c and dialout",
    {
      user: { name: "ben", groups: ["ben"] },
      i2c: [{ bus: 1, device: true, displays: null, problem: "hal.i2c.denied" }],
      serial: [{ path: "/dev/serial0", device: "/dev/ttyAMA0", writable: false }],
    },
    AUTO_BUSES,
    /ben is not in: i2c,dialout/,
    /^sudo usermod -aG i2c,dialout ben/,
  ],
  [
    "PWM for the fan only",
    { pwm: [{ chip: "pwmchip0", lines: [], writable: true }] },
    AUTO_BUSES,
    /no PWM for GPIO12/,
    /dtoverlay=pwm/,
  ],
  [
    "PWM that this user may not use",
    {
      user: { name: "ben", groups: ["dialout", "i2c"] },
      pwm: [{ chip: "pwmchip0", lines: [bcm(12)], writable: false }],
    },
    AUTO_BUSES,
    /ben is not in: gpio/,
    /^sudo usermod -aG gpio ben/,
  ],
  ["no PWM", { pwm: [] }, AUTO_BUSES, /no PWM for GPIO12/, /dtoverlay=pwm,pin=12,func=4/],
  ["no serial port", { serial: [] }, AUTO_BUSES, /no serial port \/dev\/serial0/, /^echo enable_uart=1 /],
  [
    "no serial port on a Pi 5",
    { model: PI5, serial: [] },
    AUTO_BUSES,
    /no serial port \/dev\/serial0/,
    /^echo dtparam=uart0=on /,
  ],
  [
    "a Pi 5's debug connector for the header",
    { model: PI5, serial: [{ path: "/dev/serial0", device: "/dev/ttyAMA10", writable: true }] },
    AUTO_BUSES,
    /debug connector/,
    /path = "\/dev\/ttyAMA0"/,
  ],
  [
    "a USB reader that is not plugged in",
    {},
    { ...USUAL_PLAN, reader: { driver: "lines", path: "/dev/serial/by-id/usb-reader", baudRate: 9600 } },
    /no serial port \/dev\/serial\/by-id\/usb-reader; ports: \/dev\/serial0/,
    /plug it in/,
  ],
  [
    "the kernel's console on the display's port",
    { consoles: ["serial0", "tty1"] },
    { ...USUAL_PLAN, display: SERLCD },
    /console is on \/dev\/serial0: its messages go to the display/,
    /^sudo sed -i 's\/console=serial0,\[0-9\]\* \/\/'/,
  ],
  [
    "an add-on for another Node",
    { addons: HEALTHY_PI4.addons.map((addon) => ({ ...addon, loads: addon.name !== "koffi" })) },
    USUAL_PLAN,
    /koffi does not load/,
    /^npm run addons$/,
  ],
];

describe("what is missing is told with the one line that mends it", () => {
  test.each(TROUBLES)("%s", (_, changes, plan, what, fix) => {
    const findings = diagnose({ ...HEALTHY_PI4, ...changes }, plan);
    const found = findings.filter(({ level }) => level === "missing");
    expect(found).toHaveLength(1);
    expect(found[0]?.what).toMatch(what);
    expect(found[0]?.fix).toMatch(fix);
    for (const { what: text, fix: line } of findings) expect(`${text}${line ?? ""}`).not.toContain("\n");
  });

  test("of what only other parts would need, nothing is missing", () => {
    const facts = {
      ...HEALTHY_PI4,
      i2c: [],
      serial: [],
      pwm: [],
      addons: HEALTHY_PI4.addons.map((addon) => ({
        ...addon,
        loads: !["i2c-bus", "onoff"].includes(addon.name),
      })),
    };
    const findings = diagnose(facts, USUAL_PLAN);
    expect(allGood(findings)).toBe(true);
    expect(findings.map(({ what }) => what).join()).toContain(
      "not needed by this config file: i2c-bus, onoff",
    );
  });

  test("columns without pull-ups are noted where the GPIO back end has none", () => {
    const findings = diagnose(HEALTHY_PI4, BUSES_PLAN);
    expect(findings.find(({ about }) => about === "keypad")).toMatchObject({
      level: "note",
      fix: "gpio=16,20,21=ip,pu",
    });
  });
});

describe("on a laptop", () => {
  const LAPTOP: MachineFacts = {
    ...HEALTHY_PI4,
    model: null,
    architecture: "x64",
    gpio: { listing: { chips: [], header: [] }, sysfs: null },
    i2c: [],
    serial: [],
    pwm: [],
  };

  test("the header is missing, and what the Pi will need is told", () => {
    const findings = diagnose(LAPTOP, AUTO_BUSES);
    expect(findings.filter(({ level }) => level === "missing")).toHaveLength(1);
    const text = findings.map(({ what }) => what).join("\n");
    expect(text).toContain("no 40-pin header here");
    expect(text).toContain("dtparam=i2c_arm=on; enable_uart=1; dtoverlay=pwm,pin=12,func=4");
  });

  test("a plan that needs nothing of the boot config says so", () => {
    expect(
      diagnose(LAPTOP, { ...USUAL_PLAN, sounder: { driver: "active", pin: bcm(18) } })
        .map(({ what }) => what)
        .join("\n"),
    ).toContain("needs nothing in /boot/firmware/config.txt");
  });
});
