import { describe, expect, test } from "vitest";
import { HEADER } from "../../hal/header.ts";
import type { PartsPlan } from "../../hal/plan.ts";
import { bcm } from "../../hal/ports.ts";
import { BUSES_PLAN, USUAL_PLAN } from "./testing/plans.ts";
import { freeLines, wiringOf } from "./wiring.ts";

const SERLCD = {
  driver: "serlcd",
  size: { columns: 20, rows: 4 },
  path: "/dev/ttyAMA0",
  baudRate: 9600,
} as const;

const plans: readonly (readonly [string, PartsPlan])[] = [
  ["the usual parts", USUAL_PLAN],
  ["parts on buses", BUSES_PLAN],
  ["a serial display", { ...USUAL_PLAN, display: SERLCD }],
  ["a USB reader", { ...USUAL_PLAN, reader: { driver: "lines", path: "/dev/ttyUSB0", baudRate: 9600 } }],
];

describe("the wiring of a plan", () => {
  test.each(plans)(
    "of %s gives every place its own name, and every wire the place that it says",
    (_, plan) => {
      const { pins, wires } = wiringOf(plan);
      expect(pins.map(({ position }) => position)).toEqual(HEADER.map(({ position }) => position));
      for (const wire of wires) {
        const pin = pins.find(({ position }) => position === wire.position);
        if (pin === undefined) expect(wire.to).not.toMatch(/^(GPIO\d+|5 V|3.3 V|ground)$/);
        else {
          expect(pin.name).toBe(wire.to);
          expect(pin.wires).toContain(wire);
        }
      }
      // Only supplies are shared.
      for (const pin of pins) if (pin.kind === "gpio") expect(pin.wires.length).toBeLessThanOrEqual(1);
    },
  );

  test("connects every line of the plan, each under the part that uses it", () => {
    const lines = wiringOf(USUAL_PLAN).wires.flatMap(({ part, to }) =>
      to.startsWith("GPIO") ? [`${part} ${to}`] : [],
    );
    expect(lines.toSorted()).toEqual(
      [
        ...[7, 8, 25, 24, 23, 22, 27].map((line) => `display GPIO${line}`),
        ...[5, 6, 13, 19, 12, 16, 20, 21].map((line) => `keypad GPIO${line}`),
        "sounder GPIO18",
        "leds GPIO17",
        "leds GPIO4",
      ].toSorted(),
    );
  });

  test.each(plans)("of %s puts no 5 V on a line, and warns where a part has 5 V of its own", (_, plan) => {
    const { wires, notes } = wiringOf(plan);
    const atFiveVolts = new Set(wires.filter(({ to }) => to === "5 V").map(({ part }) => part));
    for (const part of atFiveVolts) {
      const warned = notes.some((note) => note.part === part && note.about === "voltage");
      expect({ part, warned }).toEqual({ part, warned: true });
    }
  });

  test("ties R/W to ground, and divides what a 5 V reader sends", () => {
    const display = wiringOf(USUAL_PLAN).wires.find(({ wire }) => wire === "R/W");
    expect(display?.to).toBe("ground");
    const reader = wiringOf(BUSES_PLAN).wires.find(({ part, wire }) => part === "reader" && wire === "TX");
    expect(reader).toMatchObject({ to: "GPIO15", position: 10 });
    expect(reader?.extra).toContain("2 kΩ");
  });

  test("keeps lines off that a bus or the Pi itself needs, and calls the others free", () => {
    const { pins } = wiringOf(BUSES_PLAN);
    const keptOff = pins.filter(({ use }) => use === "keep off").map(({ name }) => name);
    expect(keptOff).toEqual(["GPIO14", "GPIO0", "GPIO1"]);
    const free = freeLines(wiringOf(USUAL_PLAN)).map(({ name }) => name);
    expect(free).toEqual(["GPIO9", "GPIO10", "GPIO11", "GPIO14", "GPIO15", "GPIO26"]);
  });

  test("gives parts supplies of their own while there are any, then lets them share", () => {
    const { wires } = wiringOf({ ...BUSES_PLAN, sounder: { driver: "active", pin: bcm(26) } });
    const places = new Map(
      wires.filter(({ to }) => to === "5 V").map(({ part, position }) => [part, position]),
    );
    expect(places.size).toBe(3);
    expect(new Set(places.values())).toEqual(new Set([2, 4]));
  });

  test("names resistors where a GPIO back end has no pull-ups, and the line that does without them", () => {
    const { wires, notes } = wiringOf(BUSES_PLAN);
    const column = wires.find(({ wire }) => wire.startsWith("column 1"));
    expect(column?.extra).toBe("and 10 kΩ to 3.3 V");
    expect(notes.map(({ text }) => text).join()).toContain("gpio=16,20,21=ip,pu");
    expect(wiringOf(USUAL_PLAN).wires.find(({ wire }) => wire.startsWith("column 1"))?.extra).toBeNull();
  });
});
