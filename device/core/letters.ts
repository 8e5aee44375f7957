/**
 * Letters of names: how they are shown and on which key of a telephone keypad they lie (ITU-T E.161: 2 ABC, 3 DEF,
 * 4 GHI, 5 JKL, 6 MNO, 7 PQRS, 8 TUV, 9 WXYZ).
 */

const KEY_OF_LETTER = "22233344455566677778889999";
const CODE_OF_A = 97;
const LETTERS = 26;

/** Latin letters that Unicode does not decompose into a base letter and a mark, by the letters people type for them. */
const UNDECOMPOSED: Readonly<Record<string, string>> = {
  ß: "ss",
  æ: "ae",
  œ: "oe",
  ø: "o",
  đ: "d",
  ð: "d",
  þ: "th",
  ł: "l",
  ħ: "h",
  ı: "i",
  ŋ: "n",
  ŧ: "t",
  ĸ: "k",
};

/** What has no place of its own: controls, joiners, directions, and marks that no letter is composed with. */
const INVISIBLE = /[\p{Cc}\p{Cf}\p{M}]/gu;
/** What one display cell cannot stand for: pairs, as of emoji, halves of them, what is private or nothing at all. */
const UNSHOWABLE = /[\p{Cs}\p{Co}\p{Cn}\u{10000}-\u{10ffff}]+/gu;

/** A name as one code unit per display cell: composed, single blanks, "?" for a run that no cell can hold. Never empty. */
export function showable(name: string): string {
  const visible = name.normalize("NFC").replace(/\s+/gu, " ").replace(INVISIBLE, "");
  const text = visible.replace(UNSHOWABLE, "?").replace(/ +/gu, " ").trim();
  return text === "" ? "?" : text;
}

function keysOfAccented(letter: string): string {
  let keys = "";
  for (const part of letter.toLowerCase().normalize("NFD")) {
    for (const each of UNDECOMPOSED[part] ?? part) keys += keyOfPlain(each.charCodeAt(0));
  }
  return keys;
}

function keyOfPlain(code: number): string {
  const lower = code >= 65 && code <= 90 ? code + 32 : code;
  if (lower >= CODE_OF_A && lower < CODE_OF_A + LETTERS) return KEY_OF_LETTER.charAt(lower - CODE_OF_A);
  // A digit in a name lies on its own key; 0 and 1 carry no letters and so never match a name.
  return lower >= 50 && lower <= 57 ? String.fromCharCode(lower) : "";
}

/**
 * The words of a name as the keys to press for them ("Jan Novák" is 526, 66825). Accents fold, apostrophes vanish,
 * hyphens part words; words without any Latin letter are left out.
 */
export function keypadWords(name: string): string[] {
  const words: string[] = [];
  let word = "";
  const finish = (): void => {
    if (word !== "") words.push(word);
    word = "";
  };
  for (const letter of name) {
    const code = letter.charCodeAt(0);
    if (letter === " " || letter === "-" || letter === "\u00a0" || letter === "\t") finish();
    else word += code < 128 ? keyOfPlain(code) : keysOfAccented(letter);
  }
  finish();
  return words;
}
