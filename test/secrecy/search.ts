/**
 * Looks for PINs, and for keys in the order in which they were pressed, in what a program left behind.
 *
 * Four digits stand by chance in any hash, key or instant, so "contains 7306" would fail now and then for nothing, and
 * nobody would believe it. A PIN that leaks, leaks as a value: a string of its own or a word in a sentence, a number, a
 * list of keys, or one key in each of several lines. These are looked for, each where it can be told from chance:
 *
 * - Text: the digits with nothing before or after that could be more of the same word (letters, digits, the signs of
 *   base 64, a decimal point); blanks, commas, quotes or dashes may stand between them. Inside a hash or an instant they
 *   always have such neighbours.
 * - Numbers in JSON: the whole number, except where the field's name says that it is an instant or a duration.
 * - Lists in JSON: their single characters as one text.
 * - Lines: the lone keys of all lines that are alike otherwise, as one text.
 * - Bytes (a database's pages, written-ahead and freed ones too): as in text, between bytes that end a word in text or
 *   begin a value in a page. Random bytes hold four given digits so once in 10^11 places. And a number typed with the
 *   PIN behind it, eight digits, wherever it stands. Values that touch others in a page are found by opening the database.
 */
export interface Secrets {
  readonly pins: readonly string[];
  /** Longer runs of keys that were pressed: too long for chance, so they are looked for anywhere. */
  readonly typed: readonly string[];
}

/** What may stand between two digits of a leaked PIN. */
const BETWEEN = String.raw`[\s,;'"-]{0,4}`;
const BEFORE = String.raw`(?<![0-9A-Za-z+/=_.-])`;
const AFTER = String.raw`(?![0-9A-Za-z+/=_-]|\.[0-9])`;
/** Control characters (SQLite puts the lengths of values before them) and what stands around words. */
const DELIMITER_BYTE = String.raw`[\x00-\x20"'(),:;<>?[\]{}|&]`;
/** Fields that hold instants and durations: ours say so by their unit, the logger's is called time. */
const TIME_FIELD = /(?:Ms|^time)$/;
const LONE_KEY = /(?<![0-9A-Za-z_.#*:-])[0-9A-D*#](?![0-9A-Za-z_.#*:-])/g;

/** The secrets found in a text, without repeats. */
export function findInText(text: string, { pins, typed }: Secrets): string[] {
  const found = pins.filter((pin) =>
    new RegExp(`${BEFORE}${Array.from(pin).join(BETWEEN)}${AFTER}`, "u").test(text),
  );
  return [...found, ...typed.filter((keys) => text.includes(keys))];
}

/** The secrets found anywhere in a parsed JSON value, names of fields included. */
export function findInJson(value: unknown, secrets: Secrets, field = ""): string[] {
  if (typeof value === "string") return [...findInText(value, secrets), ...findInNestedJson(value, secrets)];
  if (typeof value === "number") return TIME_FIELD.test(field) ? [] : findInText(String(value), secrets);
  if (Array.isArray(value)) {
    const keys = value.every((each) => typeof each === "string" && each.length === 1) ? value.join("") : "";
    const inKeys = [...secrets.pins, ...secrets.typed].filter((secret) => keys.includes(secret));
    return [...inKeys, ...value.flatMap((each) => findInJson(each, secrets, field))];
  }
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([name, each]) => [
    ...findInText(name, secrets),
    ...findInJson(each, secrets, name),
  ]);
}

/** Events are stored as the JSON that was signed: a value within a value. */
function findInNestedJson(text: string, secrets: Secrets): string[] {
  if (!/^[[{]/.test(text)) return [];
  try {
    return findInJson(JSON.parse(text), secrets);
  } catch {
    return [];
  }
}

/** The secrets found in lines of a log, JSON or not, or spread over them key by key. */
export function findInLines(lines: readonly string[], secrets: Secrets): string[] {
  const loneKeys = new Map<string, string>();
  const found = lines.flatMap((line) => {
    const parsed = parseLine(line);
    for (const [shape, keys] of loneKeysOf(parsed)) loneKeys.set(shape, (loneKeys.get(shape) ?? "") + keys);
    return findInJson(parsed, secrets);
  });
  const spread = [...loneKeys.values()].flatMap((keys) =>
    [...secrets.pins, ...secrets.typed].filter((secret) => keys.includes(secret)),
  );
  return [...found, ...spread];
}

function parseLine(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return line;
  }
}

/** Single keys in a line, each with the rest of its value and its field as what makes lines alike. */
function loneKeysOf(line: unknown, field = ""): [string, string][] {
  if (typeof line === "string" || typeof line === "number") {
    const text = String(line);
    const keys = (text.match(LONE_KEY) ?? []).join("");
    return keys === "" ? [] : [[`${field} ${text.replace(LONE_KEY, "")}`, keys]];
  }
  if (typeof line !== "object" || line === null) return [];
  return Object.entries(line).flatMap(([name, each]) => loneKeysOf(each, `${field}.${name}`));
}

/** The secrets found in a file's bytes. */
export function findInBytes(bytes: Uint8Array, { pins, typed }: Secrets): string[] {
  // Latin 1 keeps each byte one character.
  const text = Buffer.from(bytes).toString("latin1");
  const found = pins.filter((pin) =>
    new RegExp(`(?<=^|${DELIMITER_BYTE})${Array.from(pin).join(BETWEEN)}(?=$|${DELIMITER_BYTE})`).test(text),
  );
  return [...found, ...typed.filter((keys) => text.includes(keys))];
}
