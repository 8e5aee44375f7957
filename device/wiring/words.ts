import type { PartName, WiredPin, Wiring } from "./wiring.ts";

/** What both drawings say in the same words. */

export const NOTES_TITLE = "Mind the voltage";

const MARKS = { voltage: "!", wiring: "-" } as const;

/** A line for each note, voltages marked. */
export function noteLines({ notes }: Wiring): readonly string[] {
  return [
    "! Every line of the header is 3.3 V: 5 V on one destroys the Pi. Wire with the power off.",
    ...notes.map(({ part, about, text }) => `${MARKS[about]} ${part}: ${text}`),
  ];
}

/** `keypad row 1 (1 2 3 A)`; the wires of a supply's place together. */
export function useOf({ wires, use, special }: WiredPin): string {
  if (use === "keep off") return special ?? "";
  const parts = new Map<PartName, string[]>();
  for (const { part, wire } of wires) parts.set(part, [...(parts.get(part) ?? []), wire]);
  return [...parts].map(([part, names]) => `${part} ${names.join(", ")}`).join("; ");
}

/** Joins pieces to lines of at most `width` characters; lines after the first are set in. */
export function wrap(pieces: readonly string[], separator: string, width: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const piece of pieces) {
    const longer = line === "" ? piece : `${line}${separator}${piece}`;
    if (line === "" || longer.length <= width) line = longer;
    else {
      lines.push(line);
      line = `  ${piece}`;
    }
  }
  return [...lines, line];
}
