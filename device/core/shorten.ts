import { keypadWords, showable } from "./letters.ts";

/**
 * Names longer than their room, shortened by word: a reader can tell that something is missing, because what is left
 * out of a word is marked by a full stop. Only a single word that alone is too long loses letters, marked likewise.
 */

const MARK = ".";

function initial(word: string): string {
  return word.charAt(0) + MARK;
}

/** A double name keeps its first half: "Müller-Lüdenscheidt" becomes "Müller-L.". */
function halved(word: string): string {
  const hyphen = word.indexOf("-", 1);
  return hyphen < 0 || hyphen + 2 >= word.length ? word : word.slice(0, hyphen + 2) + MARK;
}

/** Leading letters and the mark, `room` long at most; a hyphen or apostrophe does not end it. */
function clipped(word: string, room: number): string {
  return word.slice(0, Math.max(0, room - MARK.length)).replace(/(?<=.)[-'’]$/u, "") + MARK;
}

/** Forms of a person's name, the one most like the whole name first. */
function personForms(name: string): string[] {
  const words = name.split(" ");
  const first = words[0] ?? name;
  const last = words.at(-1) ?? name;
  if (words.length === 1) return [name, halved(name)];
  const middle = words.slice(1, -1).map(initial);
  return [
    name,
    [first, ...middle, last].join(" "),
    `${first} ${last}`,
    `${initial(first)} ${last}`,
    `${initial(first)}${last}`,
    `${initial(first)}${halved(last)}`,
    last,
    `${first} ${initial(last)}`,
    halved(last),
    first,
  ];
}

/** A person's name in at most `room` columns (at least 2). */
export function shortenName(name: string, room: number): string {
  const whole = showable(name);
  const fitting = personForms(whole).find((form) => form.length <= room);
  return fitting ?? clipped(whole.split(" ").at(-1) ?? whole, room);
}

/**
 * A person as one can tell them at the display, in at most `room` columns (at least 2). A name without any Latin letter may
 * come out as question marks on a display that lacks its letters, so the number stands beside it.
 */
export function shortenPerson(
  person: { readonly name: string; readonly number: string },
  room: number,
): string {
  const { name, number } = person;
  if (keypadWords(name).length > 0 || number.length > room) return shortenName(name, room);
  const left = room - number.length - 1;
  return left < 2 ? number : `${shortenName(name, left)} ${number}`;
}

/** A kiosk's name in at most `room` columns (at least 2): as many of its first words as fit. */
export function shortenPlace(name: string, room: number): string {
  const whole = showable(name);
  if (whole.length <= room) return whole;
  const words = whole.split(" ");
  for (let count = words.length - 1; count > 0; count--) {
    const form = words.slice(0, count).join(" ") + MARK;
    if (form.length <= room) return form;
  }
  return clipped(words[0] ?? whole, room);
}

/** Letters of the first name that may be needed to tell two namesakes apart ("Ja.Novak", "Jo.Novak"). */
const MAX_TELLING_LETTERS = 3;

/**
 * Names that are shown together, each in its own room, and no two alike where their names differ and letters can tell
 * them apart in the room: then first names keep two or three letters, at the cost of the last name's end.
 */
export function shortenTogether(
  names: readonly { readonly name: string; readonly room: number }[],
): string[] {
  const plain = names.map(({ name, room }) => shortenName(name, room));
  return plain.map((form, place) => {
    const alike = plain.some((other, at) => at !== place && other === form);
    const entry = names[place];
    if (!alike || entry === undefined) return form;
    return tellingForm(entry.name, entry.room, place, names) ?? form;
  });
}

function tellingForm(
  name: string,
  room: number,
  place: number,
  names: readonly { readonly name: string }[],
): string | null {
  const words = showable(name).split(" ");
  const first = words[0] ?? "";
  const last = words.at(-1) ?? "";
  if (words.length < 2) return null;
  const others = names
    .filter((_, at) => at !== place)
    .map((other) => showable(other.name).split(" ")[0] ?? "");
  for (let letters = 2; letters <= MAX_TELLING_LETTERS; letters++) {
    const start = first.slice(0, letters);
    if (others.some((other) => other.startsWith(start))) continue;
    const lead = first.length > letters ? start + MARK : `${first} `;
    const rest = room - lead.length;
    if (rest < 2) return null;
    return lead + (last.length <= rest ? last : clipped(last, rest));
  }
  return null;
}
