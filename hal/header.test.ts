import { describe, expect, it } from "vitest";
import { HEADER, parsePin, positionOf } from "./header.ts";
import { bcm, HIGHEST_HEADER_BCM } from "./ports.ts";

describe("the 40-pin header", () => {
  it("has every line from GPIO0 to GPIO27 exactly once", () => {
    const lines = HEADER.flatMap((pin) => (pin.kind === "gpio" ? [pin.bcm] : []));
    expect(lines.toSorted((a, b) => a - b)).toEqual(
      Array.from({ length: HIGHEST_HEADER_BCM + 1 }, (_, line) => line),
    );
  });

  it("has 5 V at 2 and 4, 3.3 V at 1 and 17, ground at eight positions", () => {
    const positions = (kind: string): number[] =>
      HEADER.filter((pin) => pin.kind === kind).map(({ position }) => position);
    expect(positions("5 V")).toEqual([2, 4]);
    expect(positions("3.3 V")).toEqual([1, 17]);
    expect(positions("ground")).toEqual([6, 9, 14, 20, 25, 30, 34, 39]);
  });

  it("reads a pin by its BCM number and by its position", () => {
    expect(parsePin("GPIO17")).toEqual({ line: bcm(17) });
    expect(parsePin("pin 11")).toEqual({ line: bcm(17) });
    for (const pin of HEADER) {
      if (pin.kind !== "gpio") continue;
      expect(parsePin(`GPIO${pin.bcm}`)).toEqual(parsePin(`pin ${pin.position}`));
      expect(positionOf(pin.bcm)).toBe(pin.position);
    }
  });

  it.each(["17", "GPIO28", "gpio17", "pin11", "pin 0", "pin 41", "pin 6", "BCM17", "", "GPIO017"])(
    "says what would be right instead of %j",
    (text) => {
      expect(parsePin(text)).toHaveProperty("problem");
    },
  );
});
