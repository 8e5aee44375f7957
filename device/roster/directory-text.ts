import { CodedError } from "../../protocol/errors.ts";
import type { PersonId } from "../../protocol/ids.ts";
import { language, role, type Language, type Role } from "../../protocol/roster.ts";
import type { Directory, DirectoryEntry } from "../core/types.ts";

/**
 * A directory as one text, for its way from the store's thread to the terminal's: 10,000 people as rows and objects cost
 * both threads several times the time and memory.
 */
declare const directoryBrand: unique symbol;
export type DirectoryText = string & { readonly [directoryBrand]: true };

/**
 * Selects a {@link DirectoryText} from table `people`: a JSON array of columns, those of {@link DirectoryColumns}, each
 * with an element for each person, by number. By columns because that reads twice as fast as a row for each person. The last two
 * are the cards and whose they are: as long as there are cards, which at most kiosks is not at all.
 */
const CARDS = "SELECT card, person FROM people WHERE card IS NOT NULL ORDER BY card, person";
export const SELECT_DIRECTORY = `
  SELECT json_array(
    json_group_array(person), json_group_array(number), json_group_array(name),
    json_group_array(role), json_group_array(language), json_group_array(more_time),
    json((SELECT json_group_array(person) FROM (${CARDS}))), json((SELECT json_group_array(card) FROM (${CARDS})))
  ) AS text
  FROM (SELECT person, number, name, role, language, more_time FROM people ORDER BY number, person)`;

type DirectoryColumns = readonly [
  people: readonly PersonId[],
  numbers: readonly string[],
  names: readonly string[],
  roles: readonly Role[],
  languages: readonly (Language | null)[],
  moreTimes: readonly (0 | 1)[],
  holders: readonly PersonId[],
  cards: readonly string[],
];

export function isDirectoryText(value: unknown): value is DirectoryText {
  return typeof value === "string" && value.startsWith("[");
}

/** Reads a directory. Throws CodedError `roster.damaged` when it is not one: never with a name in it. */
export function readDirectory(text: DirectoryText): Pick<Directory, "people" | "cards"> {
  const columns: unknown = JSON.parse(text);
  if (!isDirectoryColumns(columns)) throw damaged();
  const [people, numbers, names, roles, languages, moreTimes, holders, cards] = columns;
  const entries = people.map((person, index): DirectoryEntry => {
    const number = numbers[index];
    const name = names[index];
    const itsRole = roles[index];
    const itsLanguage = languages[index];
    if (number === undefined || name === undefined || itsRole === undefined || itsLanguage === undefined) {
      throw damaged();
    }
    return { person, number, name, role: itsRole, language: itsLanguage, moreTime: moreTimes[index] === 1 };
  });
  const held = holders.map((person, index) => {
    const card = cards[index];
    if (card === undefined) throw damaged();
    return { person, card };
  });
  return { people: entries, cards: held };
}

const ROLES: ReadonlySet<unknown> = new Set(role.options);
const LANGUAGES_OR_NONE: ReadonlySet<unknown> = new Set([...language.options, null]);
const COLUMNS = 8;

/** By hand, for it runs for 10,000 people on the thread that keys wait for. */
function isDirectoryColumns(value: unknown): value is DirectoryColumns {
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
