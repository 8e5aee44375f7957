import { countdownText, countText, receiptText, secondsLeft } from "../format.ts";
import { findPeople } from "../find.ts";
import { briefest, fit, keysRow, paragraph, peoplePerPage, spread } from "../layout.ts";
import { shortenPlace, shortenTogether } from "../shorten.ts";
import type {
  ActState,
  CheckingState,
  ConfirmState,
  FindState,
  GuardState,
  IdentifyState,
  IdleState,
  ListState,
  PinState,
  ReceiptState,
  RecordingState,
  ResultState,
  UndoneState,
  WaitState,
  WrongState,
} from "../state.ts";
import {
  idText,
  isKeypadOut,
  nameOf,
  noticeOf,
  pinText,
  promptText,
  standing,
  timeText,
  typedText,
  untoldText,
  whenText,
  workedToday,
  type View,
} from "./parts.ts";

/** Screens of displays with two or three rows, 16 columns or more: the kiosk's name and second hints make way. */

type Rows = readonly string[];

export function shortIdle({ box, place }: IdleState, view: View): Rows {
  const { columns, texts, now } = view;
  const { local } = now;
  const time = timeText(view);
  const unsent = countText(box.link.unsent);
  const { promptWord } = texts.idle;
  if (isKeypadOut(box)) return paragraph(texts.idle.noKeypad, columns, 2);
  const notice = noticeOf(box, place, view);
  if (notice === null) {
    const weekday = texts.weekdays[local.weekday - 1] ?? "";
    const dates = [`${time} ${weekday} ${local.day}`, `${time} ${local.day}`, time] as const;
    return [
      spread(columns, dates, texts.idle.online + unsent),
      keysRow(columns, promptWord, texts.keys.byName),
    ];
  }
  const told = fit(notice, columns - time.length - 1);
  const keys = (room: number): string => keysRow(room, promptWord, texts.keys.byName);
  return [`${time} ${told}`, spread(columns, keys, unsent)];
}

export function shortFind(state: FindState, view: View): Rows {
  const { columns, texts } = view;
  const { people, by } = findPeople(state.place.directory, state.query);
  const { keys, find } = texts;
  if (state.query.typed === "") {
    return [
      spread(columns, find.name, fit(find.letters, columns - find.name[0].length - 1)),
      keysRow(columns, keys.back, keys.list),
    ];
  }
  const [first, second] = people;
  if (first === undefined) {
    const typed = fit(typedText(state, !state.query.namesOnly, texts), columns);
    return [typed, spread(columns, find.nobody, briefest(keys.delete))];
  }
  const count = countText(people.length);
  const typed = fit(typedText(state, by === "number", texts), columns - count.length - 1);
  const take = fit(second === undefined ? keys.take : keys.list, columns);
  return [spread(columns, [typed], count), spread(columns, nameOf(first), take)];
}

export function shortList(state: ListState, view: View): Rows {
  const { columns, texts, size } = view;
  const { people } = findPeople(state.place.directory, state.query);
  const perPage = peoplePerPage(size);
  const page = people.slice(state.first, state.first + perPage);
  const more = briefest(texts.keys.more);
  const rights = page.map(({ number }, place) =>
    place === perPage - 1 && people.length > perPage ? more : number,
  );
  const names = shortenTogether(
    page.map(({ name }, place) => ({ name, room: columns - 3 - (rights[place]?.length ?? 0) })),
  );
  const rows = page.map((_, place) =>
    spread(columns, [`${place + 1} ${names[place] ?? ""}`], rights[place] ?? ""),
  );
  return rows.length < perPage ? [...rows, fit(texts.keys.back, columns)] : rows;
}

/** The prompt's word stands before the field, or, where that leaves no room for the keys, beside the name. */
export function shortPin(state: PinState | WrongState, view: View): Rows {
  const { columns, texts } = view;
  const { keys, pin } = texts;
  const hint = state.typed === "" ? briefest(keys.forgot) : briefest(keys.delete);
  const prompt = fit(promptText(state, view), columns - hint.length);
  const field = prompt.padEnd(columns - hint.length) + hint;
  if (state.screen === "wrong") {
    const left = pin.triesLeft(state.triesLeft);
    const banner = fit(pin.wrong, columns - briefest(left).length - 1);
    return [spread(columns, [banner], fit(left, columns - banner.length - 1)), field];
  }
  const word = prompt.startsWith(pin.prompt) ? "" : pin.prompt;
  return [spread(columns, nameOf(state.person), word), field];
}

export function shortChecking(state: CheckingState, view: View): Rows {
  const { columns } = view;
  return [fit(nameOf(state.person), columns), fit(pinText(state.digits, state.digits, view), columns)];
}

export function shortWait(state: WaitState, view: View): Rows {
  const { columns, texts, now } = view;
  const countdown = countdownText(secondsLeft(state.waitUntilMs, now.monotonicMs));
  const banner = `${texts.pin.wait} ${countdown} `;
  return [
    banner + fit(nameOf(state.person), columns - banner.length),
    keysRow(columns, texts.keys.forgot, texts.keys.back),
  ];
}

export function shortConfirm(state: ConfirmState, { columns, texts }: View): Rows {
  return [fit(nameOf(state.person), columns), keysRow(columns, texts.keys.punch, texts.keys.back)];
}

export function shortAct({ session }: ActState, view: View): Rows {
  const { columns, texts } = view;
  return [
    spread(columns, nameOf(session.person), standing(session, view)),
    keysRow(columns, [`1=${texts.offered.out}`], texts.keys.cancel),
  ];
}

export function shortGuard({ session, last, action }: GuardState, view: View): Rows {
  const { columns, texts } = view;
  const { act, keys, done, offered } = texts;
  const told =
    session.auth === "personal"
      ? act.already(done[last.action], whenText(last.atMs, view))
      : act.alreadyUntold;
  return [
    fit(told, columns),
    keysRow(columns, act.too(session.auth === "none" ? null : offered[action]), keys.no),
  ];
}

export function shortRecording({ purpose }: RecordingState, { columns, texts }: View): Rows {
  const person = "session" in purpose ? purpose.session.person : purpose.person;
  return [fit(nameOf(person), columns), fit(texts.moment, columns)];
}

export function shortResult({ session, punch }: ResultState, view: View): Rows {
  const { columns, texts } = view;
  const worked = workedToday(session, view);
  const what = `${texts.done[punch.action]} ${whenText(punch.wallMs, view)}`;
  const untold = untoldText(session, view);
  // Hours and the hint make way: who it was done to is told once.
  if (untold !== null) {
    return [`${what} ${fit(nameOf(session.person), columns - what.length - 1)}`, fit(untold, columns)];
  }
  return [
    spread(columns, [what], fit(texts.keys.undo, columns - what.length - 1)),
    spread(columns, nameOf(session.person), worked ?? ""),
  ];
}

export function shortReceipt({ session, punch }: ReceiptState, view: View): Rows {
  const { columns, texts } = view;
  return [
    spread(columns, nameOf(session.person), `${texts.done[punch.action]} ${whenText(punch.wallMs, view)}`),
    keysRow(columns, [receiptText(punch.receipt)], texts.keys.done),
  ];
}

export function shortUndone({ punch, action }: UndoneState, view: View): Rows {
  const { columns, texts } = view;
  return [
    fit(texts.result.undone(texts.done[punch.action], whenText(punch.wallMs, view)), columns),
    keysRow(columns, [`1=${texts.offered[action]}`], texts.keys.done),
  ];
}

export function shortIdentify({ place, terminal }: IdentifyState, { columns }: View): Rows {
  return [shortenPlace(place.kiosk.name, columns), fit(idText(terminal), columns)];
}
