import type { CardNumber } from "../../hal/ports.ts";
import type { Directory, DirectoryEntry } from "./types.ts";
import type { FindQuery } from "./state.ts";
import { keypadWords } from "./letters.ts";

/**
 * Finding a person: digits are the employee number; while no number starts with them, they are the letters of a name
 * (product.md section 3, "Find yourself").
 */

/** Digits taken while finding: more would narrow nothing, and a name's key in the index has just so many. */
export const MAX_FIND_DIGITS = 11;

/** People the name index can tell apart; protocol/limits.ts allows 10,000 at a kiosk. Others are found by number. */
const INDEXED_PEOPLE = 2 ** 14;

export interface Matches {
  readonly by: "number" | "name";
  /** In the directory's order, which is by number. */
  readonly people: readonly DirectoryEntry[];
}

/** People who match; with nothing typed everybody does. */
export function findPeople(directory: Directory, query: FindQuery): Matches {
  const { people } = directory;
  const by = query.namesOnly ? "name" : "number";
  if (query.typed === "") return { by, people };
  if (!query.namesOnly) {
    const numbered = peopleByNumber(people, query.typed);
    if (numbered.length > 0) return { by, people: numbered };
  }
  return { by: "name", people: peopleByName(people, query.typed) };
}

/** The person that these digits name completely, if there is just one number they can still become. */
export function personNamedBy(matches: Matches, typed: string): DirectoryEntry | null {
  const [only, second] = matches.people;
  if (matches.by !== "number" || only === undefined || second !== undefined) return null;
  return only.number === typed ? only : null;
}

/** First index in the ascending `length` values at which `isBefore` is false. */
function lowerBound(length: number, isBefore: (index: number) => boolean): number {
  let low = 0;
  let high = length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (isBefore(middle)) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Sorts after every number that begins with what it is put behind: digits are below it. */
const AFTER_DIGITS = ":";

function peopleByNumber(people: readonly DirectoryEntry[], typed: string): readonly DirectoryEntry[] {
  const numberAt = (index: number): string => people[index]?.number ?? "";
  const from = lowerBound(people.length, (index) => numberAt(index) < typed);
  const to = lowerBound(people.length, (index) => numberAt(index) < typed + AFTER_DIGITS);
  return people.slice(from, to);
}

/**
 * Every word of every name as one number: its first MAX_FIND_DIGITS keys (running on into the words after it),
 * filled up with 0, which is no letter's key, then the person's place in the directory. Sorted, so that a beginning
 * is one range; 8 bytes a word, so that 10,000 people cost a quarter of a megabyte.
 */
type NameIndex = Float64Array;

const indexes = new WeakMap<readonly DirectoryEntry[], NameIndex>();

/** Keys of the first people's names, on the way to an index. */
interface Indexing {
  readonly keys: number[];
  people: number;
}
const begun = new WeakMap<readonly DirectoryEntry[], Indexing>();

/** People who are put into the index at once: a key waits for no more. */
const PEOPLE_AT_ONCE = 200;

function nameIndex(people: readonly DirectoryEntry[]): NameIndex {
  for (;;) {
    const index = indexes.get(people) ?? indexMore(people);
    if (index !== null) return index;
  }
}

/** Puts some more people's names into the index; null when there are others left. */
function indexMore(people: readonly DirectoryEntry[]): NameIndex | null {
  const indexing = begun.get(people) ?? { keys: [], people: 0 };
  begun.set(people, indexing);
  const until = Math.min(people.length, INDEXED_PEOPLE, indexing.people + PEOPLE_AT_ONCE);
  for (; indexing.people < until; indexing.people++) {
    const words = keypadWords(people[indexing.people]?.name ?? "");
    for (let word = 0; word < words.length; word++) {
      indexing.keys.push(indexKey(words.slice(word).join(""), indexing.people));
    }
  }
  if (indexing.people < Math.min(people.length, INDEXED_PEOPLE)) return null;
  const index = Float64Array.from(indexing.keys).sort();
  begun.delete(people);
  indexes.set(people, index);
  return index;
}

function indexKey(digits: string, place: number): number {
  return Number(digits.slice(0, MAX_FIND_DIGITS).padEnd(MAX_FIND_DIGITS, "0")) * INDEXED_PEOPLE + place;
}

const cardIndexes = new WeakMap<Directory, ReadonlyMap<CardNumber, DirectoryEntry>>();

function cardIndex(directory: Directory): ReadonlyMap<CardNumber, DirectoryEntry> {
  const known = cardIndexes.get(directory);
  if (known !== undefined) return known;
  const cardOf = new Map(directory.cards.map(({ person, card }) => [person, card]));
  const index = new Map<CardNumber, DirectoryEntry>();
  for (const entry of cardOf.size === 0 ? [] : directory.people) {
    const card = cardOf.get(entry.person);
    if (card !== undefined) index.set(card, entry);
  }
  cardIndexes.set(directory, index);
  return index;
}

/** Whose card this is; null when nobody's here. */
export function personOfCard(directory: Directory, card: CardNumber): DirectoryEntry | null {
  return cardIndex(directory).get(card) ?? null;
}

/** Builds some more of the indexes by name and by card, ahead of the first key or card that needs them. False when all is there. */
export function prepareFinding(directory: Directory): boolean {
  if (!indexes.has(directory.people))
    return indexMore(directory.people) === null || directory.cards.length > 0;
  cardIndex(directory);
  return false;
}

function peopleByName(people: readonly DirectoryEntry[], typed: string): readonly DirectoryEntry[] {
  if (/[^2-9]/.test(typed) || typed.length > MAX_FIND_DIGITS) return [];
  const index = nameIndex(people);
  const from = indexKey(typed, 0);
  const width = 10 ** (MAX_FIND_DIGITS - typed.length) * INDEXED_PEOPLE;
  const places = new Set<number>();
  for (let at = lowerBound(index.length, (each) => (index[each] ?? 0) < from); at < index.length; at++) {
    const key = index[at] ?? 0;
    if (key >= from + width) break;
    places.add(key % INDEXED_PEOPLE);
  }
  return [...places].sort((one, other) => one - other).flatMap((place) => people[place] ?? []);
}
