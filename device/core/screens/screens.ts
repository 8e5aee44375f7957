import type { DisplaySize, Frame } from "../../../hal/ports.ts";
import { shortenPerson } from "../shorten.ts";
import { isTall, keysRow, onDisplay, pageOf, paragraph, withLastRow } from "../layout.ts";
import type { State } from "../state.ts";
import { textsFor, type Paragraph, type Text, type Texts } from "../texts/texts.ts";
import type { DirectoryEntry, Now } from "../types.ts";
import * as short from "./short.ts";
import * as tall from "./tall.ts";
import type { View } from "./parts.ts";

type Layout<Some extends State> = (state: Some, view: View) => readonly string[];

/** The screen of a state, for any display of at least two rows of 16. */
export function render(state: State, now: Now, size: DisplaySize): Frame {
  const rows = rowsOf(state, now, size).map((row) => row.trimEnd());
  return { rows: Array.from({ length: size.rows }, (_, row) => rows[row] ?? "") };
}

/** Whose language: the person's own once known, before that the kiosk's, before that English. */
function textsOf(state: State): Texts {
  if (!("place" in state)) return textsFor("en");
  return textsFor(personOf(state)?.language ?? state.place.kiosk.language);
}

/** Who is at the terminal, as far as it knows. */
export function personOf(state: State): DirectoryEntry | null {
  if ("person" in state) return state.person;
  if ("session" in state) return state.session.person;
  if (state.screen !== "recording") return null;
  return "session" in state.purpose ? state.purpose.session.person : state.purpose.person;
}

function rowsOf(state: State, now: Now, size: DisplaySize): readonly string[] {
  const texts = textsOf(state);
  /** Sentences have the whole display, everything else its page. */
  const whole: View = { size, columns: size.columns, texts, now };
  const page = pageOf(size);
  const view: View = { ...whole, size: page, columns: page.columns };
  const laidOut = <Some extends State>(
    some: Some,
    onTall: Layout<Some>,
    onShort: Layout<Some>,
  ): readonly string[] => onDisplay(isTall(page) ? onTall(some, view) : onShort(some, view), size);
  switch (state.screen) {
    case "idle":
      return laidOut(state, tall.tallIdle, short.shortIdle);
    case "find":
      return laidOut(state, tall.tallFind, short.shortFind);
    case "list":
      return laidOut(state, tall.tallList, short.shortList);
    case "pin":
    case "wrong":
      return laidOut(state, tall.tallPin, short.shortPin);
    case "checking":
      return laidOut(state, tall.tallChecking, short.shortChecking);
    case "wait":
      return laidOut(state, tall.tallWait, short.shortWait);
    case "confirm":
      return laidOut(state, tall.tallConfirm, short.shortConfirm);
    case "act":
      return laidOut(state, tall.tallAct, short.shortAct);
    case "guard":
      return laidOut(state, tall.tallGuard, short.shortGuard);
    case "recording":
      return laidOut(state, tall.tallRecording, short.shortRecording);
    case "result":
      return laidOut(state, tall.tallResult, short.shortResult);
    case "receipt":
      return laidOut(state, tall.tallReceipt, short.shortReceipt);
    case "undone":
      return laidOut(state, tall.tallUndone, short.shortUndone);
    case "starting":
      return message(texts.starting, whole);
    case "unpaired":
      return message(texts.unpaired, whole);
    case "help": {
      const { withPin, withoutPin } = texts.help;
      const explained = state.place.kiosk.requiresPin ? withPin : withoutPin;
      return messageWithKeys(explained, whole, texts.keys.listAll, texts.keys.back);
    }
    case "forgotConfirm":
      return messageWithKeys(texts.forgot.question, whole, texts.keys.send, texts.keys.no);
    case "forgotSent":
      return messageTo(
        state.person,
        state.box.link.link === "up" ? texts.forgot.sent : texts.forgot.saved,
        whole,
      );
    case "nothingRecorded":
      return messageTo(state.person, texts.nothingRecorded, whole);
    case "unknownCard":
      return message(texts.unknownCard, whole);
    case "gone":
      return messageTo(state.person, texts.gone, whole);
    case "identify":
      return laidOut(state, tall.tallIdentify, short.shortIdentify);
    case "trouble":
      return message(state.reason === "store" ? texts.trouble.store : texts.trouble.unanswered, whole);
  }
}

function message(text: Paragraph, { size }: View): readonly string[] {
  return paragraph(text, size.columns, size.rows);
}

function messageTo(person: DirectoryEntry, text: Paragraph, { size }: View): readonly string[] {
  return [shortenPerson(person, size.columns), ...paragraph(text, size.columns, size.rows - 1)];
}

function messageWithKeys(text: Paragraph, { size }: View, ...keys: readonly Text[]): readonly string[] {
  return withLastRow(size.rows, paragraph(text, size.columns, size.rows - 1), keysRow(size.columns, ...keys));
}
