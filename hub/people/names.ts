import { MAX_NAME_LENGTH } from "../../protocol/limits.ts";

/** What a name of a person or a kiosk may be: anything that someone can read. */
export const NAME_RULE = `has 1 to ${MAX_NAME_LENGTH} characters, one of them to be seen, and no control characters`;

/** Controls (a database may keep no NUL), and halves of pairs, which are no text. */
const NO_TEXT = /[\p{Cc}\p{Cs}]/u;
/** What alone would leave a row of every list empty. */
const UNSEEN = /[\p{C}\p{M}\p{Z}]/gu;

export function isName(text: string): boolean {
  return text.length <= MAX_NAME_LENGTH && !NO_TEXT.test(text) && text.replace(UNSEEN, "") !== "";
}
