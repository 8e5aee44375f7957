import type { PunchAction } from "../../../protocol/events.ts";
import type { Language } from "../../../protocol/roster.ts";
import { english } from "./en.ts";

/**
 * One text in as many forms as it needs, longest first. The display takes the longest that fits its room; the last
 * one must fit the narrowest place it is shown in. docs/screens.md shows where that is, and a test that it does.
 */
export type Text = readonly [string, ...string[]];

/** A few rows that belong together, in as many forms as they need, longest first; the last one fits 16x1. */
export type Paragraph = readonly [readonly string[], ...(readonly string[])[]];

/** Everything the terminal says. A language is one file that fills this. */
export interface Texts {
  /** Monday first. */
  readonly weekdays: readonly [string, string, string, string, string, string, string];
  readonly months: readonly string[];
  /** What a person did, as a label. */
  readonly done: Readonly<Record<PunchAction, string>>;
  /** What a person may do, as a choice behind a digit. */
  readonly offered: Readonly<Record<PunchAction, string>>;

  readonly keys: {
    readonly back: Text;
    readonly delete: Text;
    readonly cancel: Text;
    readonly no: Text;
    readonly done: Text;
    readonly undo: Text;
    readonly byName: Text;
    readonly more: Text;
    readonly help: Text;
    readonly list: Text;
    readonly listAll: Text;
    readonly take: Text;
    readonly punch: Text;
    readonly forgot: Text;
    readonly send: Text;
    readonly receipt: Text;
  };

  readonly starting: Paragraph;
  readonly unpaired: Paragraph;
  readonly idle: {
    readonly prompt: Text;
    /** Before the keys on a display of two rows. */
    readonly promptWord: Text;
    readonly online: string;
    readonly offline: string;
    readonly offlineSince: (when: string) => Text;
    readonly stuckKey: Text;
    /** Before a box has learnt what time it is. */
    readonly noTime: Text;
    readonly diskLow: Text;
    readonly diskFull: Text;
    readonly diskWorn: Text;
    readonly noReader: Text;
    /** The plan has no PINs any more: said to everybody (product.md, PIN rule 2). */
    readonly pinOff: Text;
    /** In place of the prompt: nobody can type here. */
    readonly noKeypad: Paragraph;
  };
  readonly find: {
    readonly number: Text;
    readonly name: Text;
    readonly typeName: Text;
    readonly letters: Text;
    readonly people: (count: string, one: boolean) => Text;
    readonly nobody: Text;
  };
  readonly help: { readonly withPin: Paragraph; readonly withoutPin: Paragraph };
  readonly pin: {
    readonly prompt: string;
    readonly wrong: Text;
    readonly triesLeft: (tries: number) => Text;
    readonly wait: string;
    readonly waitWhy: Text;
  };
  readonly confirm: {
    /** Why no PIN is asked for here any more. */
    readonly pinOff: Text;
  };
  readonly act: {
    readonly already: (what: string, when: string) => Text;
    readonly alreadyUntold: Text;
    /** A second punch; `choice` null where nobody may learn which. */
    readonly too: (choice: string | null) => Text;
  };
  readonly moment: Text;
  readonly result: {
    /** Said of such a punch instead of its hours. */
    readonly universal: Text;
    readonly today: (hours: string) => Text;
    /** That the Universal PIN was used for the person since they last punched themselves. */
    readonly untold: (what: string, when: string) => Text;
    readonly undone: (what: string, when: string) => Text;
  };
  readonly receipt: Text;
  readonly forgot: { readonly question: Paragraph; readonly sent: Paragraph; readonly saved: Paragraph };
  readonly nothingRecorded: Paragraph;
  readonly unknownCard: Paragraph;
  /** Follows a name. */
  readonly gone: Paragraph;
  /** Above the kiosk's name and the terminal's id. */
  readonly identify: Text;
  readonly trouble: { readonly store: Paragraph; readonly unanswered: Paragraph };
}

const TEXTS: Readonly<Partial<Record<Language, Texts>>> = { en: english };

/** The texts of a language, English where it has none yet. */
export function textsFor(language: Language): Texts {
  return TEXTS[language] ?? english;
}
