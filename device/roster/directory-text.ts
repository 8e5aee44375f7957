import type { PersonId } from "../../protocol/ids.ts";
import { language, role, type Language, type Role } from "../../protocol/roster.ts";
import { CodedError } from "../../protocol/errors.ts";
import type { DirectoryEntry } from "../core/types.ts";

/**
 * A directory as one text, for its way from the store's thread to the terminal's: 10,000 people as rows and objects cost
 * both threads several times the time and memory.
 */
declare const directoryBrand: unique symbol;
export type DirectoryText = string & { readonly [directoryBrand]: true };

/**
 * Selects a {@link DirectoryText} from table `people`: a JSON array of arrays, sorted by number. The columns are those of
 * {@link DirectoryRow}.
 */
export const SELECT_DIRECTORY = `
  SELECT json_group_array(json_array(person, number, name, role, language, more_time) ORDER BY number, person) AS text
  FROM people`;

type DirectoryRow = readonly [
  person: PersonId,
  number: string,
  name: string,
  role: Role,
  language: Language | null,
  moreTime: 0 | 1,
];

export function isDirectoryText(value: unknown): value is DirectoryText {
  return typeof value === "string" && value.startsWith("[");
}

/** Reads a directory. Throws CodedError `roster.damaged` when it is not one: never with a name in it. */
export function readDirectory(text: DirectoryText): DirectoryEntry[] {
  const rows: unknown = JSON.parse(text);
  if (!isArray(rows)) throw damaged();
  return rows.map((row) => {
    if (!isDirectoryRow(row)) throw damaged();
    const [person, number, name, itsRole, itsLanguage, moreTime] = row;
    return { person, number, name, role: itsRole, language: itsLanguage, moreTime: moreTime === 1 };
  });
}

const ROLES: ReadonlySet<unknown> = new Set(role.options);
const LANGUAGES_OR_NONE: ReadonlySet<unknown> = new Set([...language.options, null]);

/** By hand, for it runs for 10,000 people on the thread that keys wait for. */
function isDirectoryRow(row: unknown): row is DirectoryRow {
  if (!isArray(row)) return false;
  const [person, number, name, itsRole, itsLanguage, moreTime] = row;
  return (
    typeof person === "string" &&
    typeof number === "string" &&
    typeof name === "string" &&
    ROLES.has(itsRole) &&
    LANGUAGES_OR_NONE.has(itsLanguage) &&
    (moreTime === 0 || moreTime === 1)
  );
}

function isArray(value: unknown): value is readonly unknown[] {
  return Array.isArray(value);
}

function damaged(): CodedError {
  return new CodedError("roster.damaged", "the list of people in the store is damaged");
}
