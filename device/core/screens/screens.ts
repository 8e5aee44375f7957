import type { DisplaySize, Frame } from "../../../hal/ports.ts";
import { shortenName } from "../shorten.ts";
import { isTall, keysRow, paragraph, withLastRow } from "../layout.ts";
import type { State } from "../state.ts";
import { textsFor, type Paragraph, type Text, type Texts } from "../texts/texts.ts";
import type { DirectoryEntry, Now } from "../types.ts";
import * as short from "./short.ts";
import * as tall from "./tall.ts";
import type { View } from "./parts.ts";

/** The screen of a state, for any display of at least two rows of 16. */
export function render(state: State, now: Now, size: DisplaySize): Frame {
  const view: View = { size, columns: size.columns, texts: textsOf(state), now };
  const rows = rowsOf(state, view, isTall(size)).map((row) => row.trimEnd());
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

function rowsOf(state: State, view: View, isTallDisplay: boolean): readonly string[] {
  const { texts } = view;
  switch (state.screen) {
    case "idle":
      return isTallDisplay ? tall.tallIdle(state, view) : short.shortIdle(state, view);
    case "find":
      return isTallDisplay ? tall.tallFind(state, view) : short.shortFind(state, view);
    case "list":
      return isTallDisplay ? tall.tallList(state, view) : short.shortList(state, view);
    case "pin":
    case "wrong":
      return isTallDisplay ? tall.tallPin(state, view) : short.shortPin(state, view);
    case "checking":
      return isTallDisplay ? tall.tallChecking(state, view) : short.shortChecking(state, view);
    case "wait":
      return isTallDisplay ? tall.tallWait(state, view) : short.shortWait(state, view);
    case "confirm":
      return isTallDisplay ? tall.tallConfirm(state, view) : short.shortConfirm(state, view);
    case "act":
      return isTallDisplay ? tall.tallAct(state, view) : short.shortAct(state, view);
    case "guard":
      return isTallDisplay ? tall.tallGuard(state, view) : short.shortGuard(state, view);
    case "recording":
      return isTallDisplay ? tall.tallRecording(state, view) : short.shortRecording(state, view);
    case "result":
      return isTallDisplay ? tall.tallResult(state, view) : short.shortResult(state, view);
    case "receipt":
      return isTallDisplay ? tall.tallReceipt(state, view) : short.shortReceipt(state, view);
    case "undone":
      return isTallDisplay ? tall.tallUndone(state, view) : short.shortUndone(state, view);
    case "starting":
      return message(texts.starting, view);
    case "unpaired":
      return message(texts.unpaired, view);
    case "help": {
      const { withPin, withoutPin } = texts.help;
      const explained = state.place.kiosk.requiresPin ? withPin : withoutPin;
      return messageWithKeys(explained, view, texts.keys.listAll, texts.keys.back);
    }
    case "forgotConfirm":
      return messageWithKeys(texts.forgot.question, view, texts.keys.send, texts.keys.no);
    case "forgotSent":
      return messageTo(
        state.person,
        state.box.link.link === "up" ? texts.forgot.sent : texts.forgot.saved,
        view,
      );
    case "nothingRecorded":
      return messageTo(state.person, texts.nothingRecorded, view);
    case "unknownCard":
      return message(texts.unknownCard, view);
    case "gone":
      return messageTo(state.person, texts.gone, view);
    case "trouble":
      return message(state.reason === "store" ? texts.trouble.store : texts.trouble.unanswered, view);
  }
}

function message(text: Paragraph, { size }: View): readonly string[] {
  return paragraph(text, size.columns, size.rows);
}

function messageTo(person: DirectoryEntry, text: Paragraph, { size }: View): readonly string[] {
  return [shortenName(person.name, size.columns), ...paragraph(text, size.columns, size.rows - 1)];
}

function messageWithKeys(text: Paragraph, { size }: View, ...keys: readonly Text[]): readonly string[] {
  return withLastRow(size.rows, paragraph(text, size.columns, size.rows - 1), keysRow(size.columns, ...keys));
}
