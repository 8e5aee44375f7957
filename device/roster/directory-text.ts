import { CodedError } from "../../protocol/errors.ts";
import type { PersonId } from "../../protocol/ids.ts";
import { language, role, type Language, type Role } from "../../protocol/roster.ts";
import type { Directory, DirectoryEntry, PersonsCard } from "../core/types.ts";

/**
 * A directory as texts, for its way from the store's thread to the terminal's: 10,000 people as rows and objects cost
 * both threads several times the time and memory. Each is the JSON of a bucket, kept as it is.
 */
declare const directoryBrand: unique symbol;
export type DirectoryText = readonly string[] & { readonly [directoryBrand]: true };

/** What all screens know of someone. */
export interface Listed extends DirectoryEntry {
  readonly card?: string | undefined;
}

/**
 * A bucket: columns, each with an element for each person, because that reads twice as fast as a row for each person. The
 * last two are the cards and whose they are: as long as there are cards, which at most kiosks is not at all.
 */
type Bucket = readonly [
  people: readonly PersonId[],
  numbers: readonly string[],
  names: readonly string[],
  roles: readonly Role[],
  languages: readonly (Language | null)[],
  moreTimes: readonly (0 | 1)[],
  holders: readonly PersonId[],
  cards: readonly string[],
];
const COLUMNS = 8;

export function encodeBucket(people: readonly Listed[]): string {
  const held = people.flatMap(({ person, card }) => (card === undefined ? [] : [{ person, card }]));
  const bucket: Bucket = [
    people.map(({ person }) => person),
    people.map(({ number }) => number),
    people.map(({ name }) => name),
    people.map(({ role }) => role),
    people.map(({ language }) => language),
    people.map(({ moreTime }) => (moreTime ? 1 : 0)),
    held.map(({ person }) => person),
    held.map(({ card }) => card),
  ];
  return JSON.stringify(bucket);
}

/** Throws as {@link readDirectory} does. */
export function decodeBucket(text: string): Listed[] {
  const listed: DirectoryEntry[] = [];
  const cards: PersonsCard[] = [];
  addBucket(JSON.parse(text), listed, cards);
  const cardOf = new Map(cards.map(({ person, card }) => [person, card]));
  return listed.map((entry) => ({ ...entry, card: cardOf.get(entry.person) }));
}

export function joinBuckets(buckets: readonly string[]): DirectoryText {
  return buckets as DirectoryText;
}

/**
 * Reads a directory, and brings people into the order of their numbers where they are not. Throws CodedError
 * `roster.damaged` when it is not one: never with a name in it.
 */
export function readDirectory(text: DirectoryText): Listing {
  const people: DirectoryEntry[] = [];
  const cards: PersonsCard[] = [];
  for (const bucket of text) addBucket(JSON.parse(bucket), people, cards);
  return inOrder(people, cards);
}

/** Who is in a directory, and whose cards. */
export type Listing = Pick<Directory, "people" | "cards">;

/** Buckets that are read in one turn of the event loop: a key waits for no more. */
const BUCKETS_AT_ONCE = 2;

/** As {@link readDirectory}, a few hundred people at a time; `soon` lets others have their turn. */
export async function readDirectoryInTurns(
  text: DirectoryText,
  soon: (run: () => void) => void,
): Promise<Listing> {
  const people: DirectoryEntry[] = [];
  const cards: PersonsCard[] = [];
  for (const [index, bucket] of text.entries()) {
    if (index > 0 && index % BUCKETS_AT_ONCE === 0) await new Promise<void>((resolve) => soon(resolve));
    addBucket(JSON.parse(bucket), people, cards);
  }
  return inOrder(people, cards);
}

function inOrder(people: DirectoryEntry[], cards: PersonsCard[]): Listing {
  // As it comes in a snapshot it is in order: then this only looks.
  if (people.some((each, index) => index > 0 && byNumber(people[index - 1] ?? each, each) > 0)) {
    people.sort(byNumber);
  }
  return { people, cards };
}

function byNumber(one: DirectoryEntry, other: DirectoryEntry): number {
  if (one.number !== other.number) return one.number < other.number ? -1 : 1;
  return one.person < other.person ? -1 : Number(one.person > other.person);
}

function addBucket(bucket: unknown, people: DirectoryEntry[], cards: PersonsCard[]): void {
  if (!isBucket(bucket)) throw damaged();
  const [ids, numbers, names, roles, languages, moreTimes, holders, numbersOfCards] = bucket;
  ids.forEach((person, index) => {
    const number = numbers[index];
    const name = names[index];
    const itsRole = roles[index];
    const itsLanguage = languages[index];
    if (number === undefined || name === undefined || itsRole === undefined || itsLanguage === undefined) {
      throw damaged();
    }
    const moreTime = moreTimes[index] === 1;
    people.push({ person, number, name, role: itsRole, language: itsLanguage, moreTime });
  });
  holders.forEach((person, index) => {
    const card = numbersOfCards[index];
    if (card === undefined) throw damaged();
    cards.push({ person, card });
  });
}

const ROLES: ReadonlySet<unknown> = new Set(role.options);
const LANGUAGES_OR_NONE: ReadonlySet<unknown> = new Set([...language.options, null]);

/** By hand, for it runs for 10,000 people on the thread that keys wait for. */
function isBucket(value: unknown): value is Bucket {
  if (!isArray(value) || value.length !== COLUMNS) return false;
  const [people, numbers, names, roles, languages, moreTimes, holders, cards] = value;
  const isText = (each: unknown): boolean => typeof each === "string";
  return (
    isArrayOf(people, isText) &&
    isArrayOf(numbers, isText) &&
    isArrayOf(names, isText) &&
    isArrayOf(roles, (each) => ROLES.has(each)) &&
    isArrayOf(languages, (each) => LANGUAGES_OR_NONE.has(each)) &&
    isArrayOf(moreTimes, (each) => each === 0 || each === 1) &&
    isArrayOf(holders, isText) &&
    isArrayOf(cards, isText)
  );
}

function isArrayOf(value: unknown, isElement: (element: unknown) => boolean): boolean {
  return isArray(value) && value.every(isElement);
}

function isArray(value: unknown): value is readonly unknown[] {
  return Array.isArray(value);
}

function damaged(): CodedError {
  return new CodedError("roster.damaged", "the list of people in the store is damaged");
}
