import { HEADER, positionOf, SPECIAL_LINES } from "../../hal/header.ts";
import type { PartsPlan } from "../../hal/plan.ts";
import { wiredParts, type Supply, type WiredPart } from "./wired-parts.ts";

export const PART_NAMES = ["display", "keypad", "sounder", "leds", "reader"] as const;
export type PartName = (typeof PART_NAMES)[number];

/** One wire of a part, and where its other end goes. */
export interface Wire {
  readonly part: PartName;
  /** As it is printed on the part: `RS`, `row 1`. */
  readonly wire: string;
  /** `GPIO7`, `5 V`, `ground`, or what else it is connected to. */
  readonly to: string;
  /** Place on the header, 1 to 40; null when it does not go there. */
  readonly position: number | null;
  /** What else belongs there: a resistor, a level shifter. */
  readonly extra: string | null;
}

export interface WiringNote {
  readonly part: PartName;
  /** Voltage: something is destroyed, or does not work, when this is not heeded. */
  readonly about: "voltage" | "wiring";
  readonly text: string;
}

/** What a place on the header is used for. */
export interface WiredPin {
  readonly position: number;
  /** `GPIO7`, `3.3 V`, `5 V`, `ground`. */
  readonly name: string;
  readonly kind: "gpio" | Supply;
  readonly use: "part" | "free" | "keep off";
  /** Wires that go here; more than one only at supplies. */
  readonly wires: readonly Wire[];
  /** What else this line can do, or what it is kept for. */
  readonly special: string | null;
}

/** How a terminal's parts are wired to the header, as data for a drawing or a program. */
export interface Wiring {
  /** All 40 places, 1 first. */
  readonly pins: readonly WiredPin[];
  /** In the order of the parts, each part's as they are printed on it. */
  readonly wires: readonly Wire[];
  readonly notes: readonly WiringNote[];
}

/** Lays a plan's parts out on the header. Supplies are spread over their places, each part's ground near its lines. */
export function wiringOf(plan: PartsPlan): Wiring {
  const parts = wiredParts(plan);
  const supplies = new SupplyPlaces();
  const wires = parts.flatMap((part) => wiresOf(part, supplies));
  const kept = new Set(parts.flatMap(({ keepOff }) => keepOff));
  const pins = HEADER.map((pin): WiredPin => {
    const here = wires.filter(({ position }) => position === pin.position);
    const { position, kind } = pin;
    if (kind !== "gpio") {
      return {
        position,
        name: kind,
        kind,
        use: here.length > 0 ? "part" : "free",
        wires: here,
        special: null,
      };
    }
    const special = SPECIAL_LINES.get(pin.bcm) ?? null;
    const reserved = kept.has(pin.bcm) || special === "ID EEPROM" || special === "I2C bus 1";
    const use = here.length > 0 ? "part" : reserved ? "keep off" : "free";
    return { position, name: `GPIO${pin.bcm}`, kind, use, wires: here, special };
  });
  return { pins, wires, notes: parts.flatMap(({ part, notes }) => notes.map((note) => ({ part, ...note }))) };
}

function wiresOf({ part, wires }: WiredPart, supplies: SupplyPlaces): readonly Wire[] {
  const lines = wires.flatMap(({ to }) => (typeof to === "number" ? [positionOf(to)] : []));
  const middle = lines.reduce((sum, position) => sum + position, 0) / Math.max(1, lines.length);
  const taken = new Map<Supply, number>();
  return wires.map(({ wire, to, extra = null }): Wire => {
    if (typeof to === "number") return { part, wire, to: `GPIO${to}`, position: positionOf(to), extra };
    if ("elsewhere" in to) return { part, wire, to: to.elsewhere, position: null, extra };
    const position = taken.get(to.supply) ?? supplies.take(to.supply, middle);
    taken.set(to.supply, position);
    return { part, wire, to: to.supply, position, extra };
  });
}

/** Gives each part a place of its own for each supply while there are any; then parts share. */
class SupplyPlaces {
  readonly #used = new Set<number>();

  take(supply: Supply, near: number): number {
    const places = HEADER.filter(({ kind }) => kind === supply).map(({ position }) => position);
    const free = places.filter((position) => !this.#used.has(position));
    const [nearest = 0] = (free.length > 0 ? free : places).toSorted(
      (one, other) => Math.abs(one - near) - Math.abs(other - near) || one - other,
    );
    this.#used.add(nearest);
    return nearest;
  }
}

/** Free lines, in the order of their numbers. */
export function freeLines({ pins }: Wiring): readonly WiredPin[] {
  const number = ({ name }: WiredPin): number => Number(name.slice("GPIO".length));
  return pins
    .filter(({ kind, use }) => kind === "gpio" && use === "free")
    .toSorted((one, other) => number(one) - number(other));
}
