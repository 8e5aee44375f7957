import { LANGUAGES, type Role } from "../../protocol/roster.ts";

/** What the page calls things, and how it finds them. */

export const ROLES: Readonly<Record<Role, string>> = {
  owner: "Owner",
  admin: "Admin",
  manager: "Manager",
  regular: "Regular",
};

/** Choices of a role, the most frequent first. */
export const ROLE_CHOICES: readonly (readonly [Role, string])[] = [
  ["regular", ROLES.regular],
  ["manager", ROLES.manager],
  ["admin", ROLES.admin],
  ["owner", ROLES.owner],
];

/** Choices of a language, each in its own. */
export const LANGUAGE_CHOICES: readonly (readonly [string, string])[] = LANGUAGES.map((code) => {
  const name = new Intl.DisplayNames([code], { type: "language" }).of(code) ?? code;
  return [code, name.charAt(0).toLocaleUpperCase(code) + name.slice(1)];
});

/** For a choice of none, which is the empty text. */
export const orNull = (text: string): string | null => (text === "" ? null : text);

/** What is allowed and yet to be told (PIN rule 8). */
export const SAME_AS_UNIVERSAL =
  "This is also a kiosk's Universal PIN: whoever knows it can punch for others there, and open this person.";

/** Letters that Unicode does not take apart. */
const PLAIN_LETTERS: ReadonlyMap<string, string> = new Map([
  ["ł", "l"],
  ["đ", "d"],
  ["ø", "o"],
  ["ß", "ss"],
  ["æ", "ae"],
  ["œ", "oe"],
]);

/** A text as a search sees it: without accents and capitals. */
function folded(text: string): string {
  return text
    .normalize("NFD")
    .replaceAll(/\p{Mark}/gu, "")
    .toLowerCase()
    .replaceAll(/[łđøßæœ]/g, (letter) => PLAIN_LETTERS.get(letter) ?? letter);
}

/** Whether each word of a search begins a word of one of the texts. */
export function matches(search: string, ...texts: readonly (string | null)[]): boolean {
  const words = wordsOf(texts.join(" "));
  return wordsOf(search).every((wanted) => words.some((word) => word.startsWith(wanted)));
}

const wordsOf = (text: string): string[] =>
  folded(text)
    .split(/[\s@.-]+/)
    .filter((word) => word !== "");
