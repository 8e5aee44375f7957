import { NOTES_TITLE, noteLines, useOf, wrap } from "./words.ts";
import type { PartName, WiredPin, Wiring } from "./wiring.ts";

/**
 * The header and its wires as a page to print and take up the ladder: A4, millimetres. Colours only help: each part has a
 * dash of its own, supplies a shape, and everything its name, so that a black-and-white print says as much.
 */

const PAGE = { width: 210, height: 297, margin: 12 } as const;
const TOP_MM = 38;
const ROW_MM = 7;
const ROWS = 20;
const TEXT_MM = 3.1;
const LINE_MM = 4.1;
/** Of the font's letters, on average, in ems: an estimate for what is too long for its place. */
const LETTER_EMS = 0.56;
const NOTE_LETTERS = 112;

/** Distances from the middle of the page, to either side. */
const FROM_MIDDLE = { pin: 5.6, name: 13, lineStart: 28, lineEnd: 38, use: 40 } as const;

/** Colours that differ in brightness, too. */
const STROKES: Readonly<Record<PartName, { readonly colour: string; readonly dash: string }>> = {
  display: { colour: "#0b5fa5", dash: "none" },
  keypad: { colour: "#1b7a3d", dash: "2.4 0.8" },
  sounder: { colour: "#8a2f8f", dash: "0.8 0.8" },
  leds: { colour: "#b35900", dash: "3.2 0.6 0.6 0.6" },
  reader: { colour: "#444444", dash: "1.4 1.4" },
};

export function wiringSvg(wiring: Wiring): string {
  const below = TOP_MM + ROWS * ROW_MM + 8;
  const [lists, end] = textBelow(wiring, below);
  const height = Math.max(PAGE.height, Math.ceil(end + PAGE.margin));
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${PAGE.width}mm" height="${height}mm" viewBox="0 0 ${PAGE.width} ${height}" font-family="DejaVu Sans, Verdana, Arial, sans-serif" font-size="${TEXT_MM}">`,
    `<title>Punchbox wiring</title>`,
    `<rect width="100%" height="100%" fill="#fff"/>`,
    words(PAGE.margin, 16, "Punchbox wiring", { size: 6, bold: true }),
    words(
      PAGE.margin,
      23,
      "The 40-pin header from above. Pin 1 has the square pad, pin 2 is at the edge of the board. Wire with the power off.",
    ),
    ...legend(wiring),
    `<rect x="${middle - 11}" y="${TOP_MM - 5}" width="22" height="${ROWS * ROW_MM + 3}" rx="2" fill="#f2f2f2" stroke="#000" stroke-width="0.4"/>`,
    ...wiring.pins.flatMap(pinOf),
    ...lists,
    "</svg>",
    "",
  ].join("\n");
}

const middle = PAGE.width / 2;

function legend({ wires }: Wiring): string[] {
  const parts = [...new Set(wires.map(({ part }) => part))];
  return parts.flatMap((part, index) => {
    const x = PAGE.margin + index * 36;
    return [stroke(part, x, x + 12, 27.2), words(x + 14, 28.3, part)];
  });
}

function pinOf(pin: WiredPin): string[] {
  const { position, name, wires } = pin;
  const left = position % 2 === 1;
  const side = left ? -1 : 1;
  const y = TOP_MM + Math.trunc((position - 1) / 2) * ROW_MM;
  const x = (distance: number): number => middle + side * distance;
  const anchor = left ? "end" : "start";
  const part = wires[0]?.part;
  const use = useOf(pin);
  const room = middle - FROM_MIDDLE.use - 4;
  return [
    symbol(pin, x(FROM_MIDDLE.pin), y),
    words(x(FROM_MIDDLE.name), y + 1.1, name, { anchor, grey: pin.use !== "part", bold: pin.use === "part" }),
    ...(part === undefined ? [] : [stroke(part, x(FROM_MIDDLE.lineStart), x(FROM_MIDDLE.lineEnd), y)]),
    ...(use === ""
      ? []
      : [words(x(FROM_MIDDLE.use), y + 1.1, use, { anchor, room, grey: part === undefined })]),
  ];
}

/** 5 V is a dark square, 3.3 V a light one, ground a black circle, a line a white one: thick where something is wired. */
function symbol({ kind, use, position, wires }: WiredPin, x: number, y: number): string {
  const part = wires[0]?.part;
  const outline = kind === "gpio" && part !== undefined ? STROKES[part].colour : "#000";
  const width = use === "part" ? 0.8 : 0.25;
  const fill = { gpio: "#fff", "3.3 V": "#ffd75e", "5 V": "#c00000", ground: "#000" }[kind];
  const shape =
    kind === "5 V" || kind === "3.3 V"
      ? `<rect x="${mm(x - 2.6)}" y="${mm(y - 2.6)}" width="5.2" height="5.2"`
      : `<circle cx="${mm(x)}" cy="${mm(y)}" r="2.6"`;
  const number = words(x, y + 1, String(position), {
    anchor: "middle",
    size: 2.7,
    colour: kind === "5 V" || kind === "ground" ? "#fff" : "#000",
  });
  const cross =
    use === "keep off"
      ? `<path d="M${mm(x - 2.4)} ${mm(y - 2.4)}l4.8 4.8m0 -4.8l-4.8 4.8" stroke="#000" stroke-width="0.3"/>`
      : "";
  return `${shape} fill="${fill}" stroke="${outline}" stroke-width="${width}"/>${number}${cross}`;
}

/** What is not one plain wire to the header, and the notes. Returns where it ends, too. */
function textBelow(wiring: Wiring, top: number): [string[], number] {
  const lines: string[] = [];
  let y = top;
  const add = (text: string, style: WordsStyle = {}): void => {
    lines.push(words(PAGE.margin, y, text, style));
    y += LINE_MM;
  };
  const between = wiring.wires.filter(({ position, extra }) => position === null || extra !== null);
  if (between.length > 0) add("Not straight to the header", { bold: true });
  for (const { part, wire, to, extra } of between)
    add(`${part} ${wire}: ${to}${extra === null ? "" : `, ${extra}`}`);
  y += LINE_MM / 2;
  add(NOTES_TITLE, { bold: true });
  for (const note of noteLines(wiring))
    for (const line of wrap(note.split(" "), " ", NOTE_LETTERS)) add(line);
  return [lines, y];
}

function stroke(part: PartName, from: number, to: number, y: number): string {
  const { colour, dash } = STROKES[part];
  return `<line x1="${mm(from)}" y1="${mm(y)}" x2="${mm(to)}" y2="${mm(y)}" stroke="${colour}" stroke-width="0.9" stroke-dasharray="${dash}"/>`;
}

interface WordsStyle {
  readonly anchor?: "start" | "middle" | "end";
  readonly size?: number;
  readonly bold?: boolean;
  readonly grey?: boolean;
  readonly colour?: string;
  /** Longer than this, it is squeezed. */
  readonly room?: number;
}

function words(x: number, y: number, text: string, style: WordsStyle = {}): string {
  const { anchor = "start", size = TEXT_MM, bold = false, grey = false, colour, room } = style;
  const attributes = [
    `x="${mm(x)}"`,
    `y="${mm(y)}"`,
    ...(anchor === "start" ? [] : [`text-anchor="${anchor}"`]),
    ...(size === TEXT_MM ? [] : [`font-size="${size}"`]),
    ...(bold ? [`font-weight="bold"`] : []),
    `fill="${colour ?? (grey ? "#555" : "#000")}"`,
    ...(room !== undefined && text.length * LETTER_EMS * size > room
      ? [`textLength="${mm(room)}" lengthAdjust="spacingAndGlyphs"`]
      : []),
    `xml:space="preserve"`,
  ];
  return `<text ${attributes.join(" ")}>${escaped(text)}</text>`;
}

function mm(value: number): string {
  return String(Math.round(value * 100) / 100);
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;");
}
