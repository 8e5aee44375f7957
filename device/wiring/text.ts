import { NOTES_TITLE, noteLines, useOf, wrap } from "./words.ts";
import { freeLines, type PartName, type WiredPin, type Wiring } from "./wiring.ts";

const LINE_WIDTH = 100;

/** SGR parameters (ECMA-48) of what is coloured; everything says the same without. */
const COLOURS: Readonly<Record<PartName | "3.3 V" | "5 V" | "title", string>> = {
  display: "36",
  keypad: "32",
  sounder: "35",
  leds: "33",
  reader: "34",
  "3.3 V": "33",
  "5 V": "31",
  title: "1",
};

const MARKS: Readonly<Record<WiredPin["use"], string>> = { part: "●", free: "○", "keep off": "×" };

/** Paints `text` without changing its width. */
type Paint = (text: string, colour: keyof typeof COLOURS) => string;

/** Draws the header, a table of all wires, what is free and what to mind, in lines for a terminal. */
export function wiringText(wiring: Wiring, { colour }: { readonly colour: boolean }): string {
  const paint: Paint = (text, name) =>
    colour && text !== "" ? `\u001b[${COLOURS[name]}m${text}\u001b[0m` : text;
  return [
    ...header(wiring, paint),
    "",
    "● wired   ○ free   × keep off      Pin 1 has the square pad, pin 2 is at the edge of the board.",
    "",
    ...table(wiring, paint),
    "",
    ...freeText(wiring, paint),
    "",
    ...notes(wiring, paint),
    "",
  ].join("\n");
}

function header({ pins }: Wiring, paint: Paint): string[] {
  const left = pins.filter(({ position }) => position % 2 === 1);
  const right = pins.filter(({ position }) => position % 2 === 0);
  const nameWidth = Math.max(...pins.map(({ name }) => name.length));
  const useWidth = Math.max(...left.map((pin) => useOf(pin).length));
  const indent = " ".repeat(useWidth + nameWidth + 3);
  const rows = left.map((pin, index) => {
    const beside = right[index];
    if (beside === undefined) return "";
    const use = " ".repeat(useWidth - useOf(pin).length) + painted(useOf(pin), pin, paint);
    const name = paintedName(pin, pin.name.padStart(nameWidth), paint);
    const besideName = paintedName(beside, beside.name.padEnd(nameWidth), paint);
    const row = `${use}  ${name} │ ${numbered(pin)} │ ${numbered(beside)} │ ${besideName}  ${painted(useOf(beside), beside, paint)}`;
    return row.trimEnd();
  });
  return [`${indent}┌──────┬──────┐`, ...rows, `${indent}└──────┴──────┘`];
}

function numbered({ position, use, kind }: WiredPin): string {
  const mark = use === "free" && kind !== "gpio" ? " " : MARKS[use];
  return position % 2 === 1
    ? `${mark} ${String(position).padStart(2)}`
    : `${String(position).padStart(2)} ${mark}`;
}

function painted(text: string, { wires }: WiredPin, paint: Paint): string {
  const part = wires[0]?.part;
  return part === undefined ? text : paint(text, part);
}

function paintedName({ kind }: WiredPin, text: string, paint: Paint): string {
  return kind === "5 V" || kind === "3.3 V" ? paint(text, kind) : text;
}

function table({ wires }: Wiring, paint: Paint): string[] {
  const cells = [
    ["part", "wire", "to", "pin", ""],
    ...wires.map(({ part, wire, to, position, extra }) => [
      part,
      wire,
      to,
      String(position ?? ""),
      extra ?? "",
    ]),
  ];
  const widths = [0, 1, 2, 3].map((column) => Math.max(...cells.map((row) => row[column]?.length ?? 0)));
  return cells.map((row, index) => {
    const padded = row.map((cell, column) => cell.padEnd(widths[column] ?? 0));
    const line = padded.join("  ").trimEnd();
    const part = wires[index - 1]?.part;
    if (part === undefined) return paint(line, "title");
    const first = padded[0] ?? "";
    return paint(first, part) + line.slice(first.length);
  });
}

function freeText(wiring: Wiring, paint: Paint): string[] {
  const free = freeLines(wiring).map(({ name, position, special }) => {
    const extra = special === null ? "" : `, ${special}`;
    return `${name} (pin ${position}${extra})`;
  });
  return [paint("Free", "title"), ...wrap(free.length > 0 ? free : ["no line"], "  ", LINE_WIDTH)];
}

function notes(wiring: Wiring, paint: Paint): string[] {
  return [
    paint(NOTES_TITLE, "title"),
    ...noteLines(wiring).flatMap((line) => wrap(line.split(" "), " ", LINE_WIDTH)),
  ];
}
