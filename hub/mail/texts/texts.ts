import type { Language } from "../../../protocol/roster.ts";
import { en } from "./en.ts";

/** What a letter about a notice says in one language. Names are plain text of one line. */
export interface MailTexts {
  /** An instant as it is said there: the day of the week, the day, the time, and the time zone's name. */
  when(atMs: number, timeZone: string): string;
  forgotPin(facts: { readonly person: string; readonly number: string } & Facts): Words;
  slowGuess(
    facts: { readonly person: string; readonly guesses: number; readonly mustChange: boolean } & Facts,
  ): Words;
  slowGuessUniversal(facts: { readonly guesses: number; readonly mustChange: boolean } & Facts): Words;
  spray(facts: Facts): Words;
  fork(facts: Facts): Words;
  pinsExported(facts: { readonly by: string } & Facts): Words;
  footer(workspace: string): string;
}

export interface Facts {
  readonly kiosk: string;
  /** Of {@link MailTexts.when}. */
  readonly when: string;
}

export interface Words {
  readonly subject: string;
  readonly paragraphs: readonly string[];
  /** Of the link. */
  readonly action: string;
}

/** English where there are no texts yet. */
const TEXTS: Readonly<Partial<Record<Language, MailTexts>>> = { en };

export function mailTexts(language: Language): MailTexts {
  return TEXTS[language] ?? en;
}
