import { countdownText, countText, receiptText, secondsLeft } from "../format.ts";
import { findPeople } from "../find.ts";
import { fit, isNarrow, keysRow, paragraph, peoplePerPage, spread, withLastRow } from "../layout.ts";
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
import type { Text } from "../texts/texts.ts";
import {
  idText,
  isKeypadOut,
  LEAST_NAME_ROOM,
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

/** Screens of displays with four rows or more, 16 columns or more. */

type Rows = readonly string[];

export function tallIdle({ box, place }: IdleState, view: View): Rows {
  const { columns, texts, now } = view;
  const { local } = now;
  const weekday = texts.weekdays[local.weekday - 1] ?? "";
  const date = now.isTimeKnown ? `${weekday} ${local.day} ${texts.months[local.month - 1] ?? ""}` : "";
  const offline = box.link.link === "down";
  const unsent = `${offline ? texts.idle.offline : texts.idle.online} ${countText(box.link.unsent)}`;
  const kiosk = (room: number): string => shortenPlace(place.kiosk.name, room);
  const top = [spread(columns, [timeText(view)], date), spread(columns, kiosk, unsent)];
  if (isKeypadOut(box)) return [...top, ...paragraph(texts.idle.noKeypad, columns, 2)];
  const notice = noticeOf(box, place, view);
  if (notice === null) {
    return [...top, fit(texts.idle.prompt, columns), keysRow(columns, texts.keys.byName, texts.keys.help)];
  }
  const keys = [texts.idle.promptWord, texts.keys.byName] as const;
  const hints: Text = [keysRow(columns, ...keys, texts.keys.help), keysRow(columns, ...keys)];
  return [...top, fit(hints, columns), fit(notice, columns)];
}

export function tallFind(state: FindState, view: View): Rows {
  const { columns, texts, size } = view;
  const { people, by } = findPeople(state.place.directory, state.query);
  const { keys, find } = texts;
  if (state.query.typed === "") {
    const above = [fit(find.typeName, columns), fit(find.letters, columns)];
    return withLastRow(size.rows, above, keysRow(columns, keys.back, keys.list));
  }
  if (people.length === 0) {
    const above = [fit(typedText(state, !state.query.namesOnly, texts), columns), fit(find.nobody, columns)];
    return withLastRow(size.rows, above, keysRow(columns, keys.delete));
  }
  const count = countText(people.length);
  const typed = fit(typedText(state, by === "number", texts), columns - count.length - 1);
  const found = fit(find.people(count, people.length === 1), columns - typed.length - 1);
  const top = spread(columns, [typed], found);
  const shown = people.slice(0, size.rows - 2);
  const above = [top, ...shown.map((person) => spread(columns, nameOf(person), person.number))];
  return withLastRow(
    size.rows,
    above,
    keysRow(columns, keys.delete, people.length === 1 ? keys.take : keys.list),
  );
}

export function tallList(state: ListState, view: View): Rows {
  const { columns, texts, size } = view;
  const { people } = findPeople(state.place.directory, state.query);
  const page = people.slice(state.first, state.first + peoplePerPage(size));
  const room = (number: string): number => columns - 3 - number.length;
  const names = shortenTogether(page.map(({ name, number }) => ({ name, room: room(number) })));
  const above = page.map(({ number }, place) =>
    spread(columns, [`${place + 1} ${names[place] ?? ""}`], number),
  );
  const more = people.length > peoplePerPage(size) ? [texts.keys.more] : [];
  return withLastRow(size.rows, above, keysRow(columns, texts.keys.back, ...more));
}

export function tallPin(state: PinState | WrongState, view: View): Rows {
  const { columns, texts } = view;
  const { keys } = texts;
  const prompt = fit(promptText(state, view), columns);
  const empty = state.typed === "";
  const forgot = empty ? fit(keys.forgot, columns) : "";
  if (state.screen === "wrong") {
    const banner = fit(texts.pin.wrong, columns - LEAST_NAME_ROOM - 2);
    const top = `${banner}  ${fit(nameOf(state.person), columns - banner.length - 2)}`;
    return [top, prompt, fit(texts.pin.triesLeft(state.triesLeft), columns), forgot];
  }
  return [fit(nameOf(state.person), columns), prompt, fit(empty ? keys.back : keys.delete, columns), forgot];
}

export function tallChecking(state: CheckingState, view: View): Rows {
  const { columns } = view;
  return [
    fit(nameOf(state.person), columns),
    fit(pinText(state.digits, state.digits, view), columns),
    "",
    "",
  ];
}

export function tallWait(state: WaitState, view: View): Rows {
  const { columns, texts, now } = view;
  const countdown = countdownText(secondsLeft(state.waitUntilMs, now.monotonicMs));
  const banner = `${texts.pin.wait} ${countdown} `;
  const keys = [fit(texts.keys.forgot, columns), fit(texts.keys.back, columns)];
  if (isNarrow(columns)) return [fit(nameOf(state.person), columns), banner, ...keys];
  return [
    banner + fit(nameOf(state.person), columns - banner.length),
    fit(texts.pin.waitWhy, columns),
    ...keys,
  ];
}

export function tallConfirm(state: ConfirmState, { columns, texts }: View): Rows {
  return [
    fit(nameOf(state.person), columns),
    fit(texts.keys.punch, columns),
    state.place.kiosk.pinOffByPlan === true ? fit(texts.confirm.pinOff, columns) : "",
    fit(texts.keys.back, columns),
  ];
}

export function tallAct({ session }: ActState, view: View): Rows {
  const { columns, texts } = view;
  const choice = `1=${texts.offered.out}`;
  const cancel = fit(texts.keys.cancel, columns);
  const stands = standing(session, view);
  if (isNarrow(columns)) return [fit(nameOf(session.person), columns), stands, choice, cancel];
  return [spread(columns, nameOf(session.person), stands), choice, "", cancel];
}

export function tallGuard({ session, last, action }: GuardState, view: View): Rows {
  const { columns, texts } = view;
  const { act, keys, done, offered } = texts;
  const told =
    session.auth === "personal"
      ? act.already(done[last.action], whenText(last.atMs, view))
      : act.alreadyUntold;
  return [
    fit(told, columns),
    keysRow(columns, act.too(session.auth === "none" ? null : offered[action]), keys.no),
    fit(nameOf(session.person), columns),
    "",
  ];
}

export function tallRecording({ purpose }: RecordingState, { columns, texts }: View): Rows {
  const person = "session" in purpose ? purpose.session.person : purpose.person;
  return [fit(nameOf(person), columns), fit(texts.moment, columns), "", ""];
}

export function tallResult({ session, punch }: ResultState, view: View): Rows {
  const { columns, texts } = view;
  const worked = workedToday(session, view);
  const hours = worked === null ? "" : fit(texts.result.today(worked), columns);
  const untold = untoldText(session, view);
  const done = texts.done[punch.action];
  const when = whenText(punch.wallMs, view);
  const what = `${done.padEnd(5)} ${when}`;
  const undo = keysRow(columns, texts.keys.undo, texts.keys.receipt);
  if (untold !== null) {
    return [
      spread(columns, [what, `${done} ${when}`], worked ?? ""),
      fit(nameOf(session.person), columns),
      fit(untold, columns),
      undo,
    ];
  }
  return [
    what,
    fit(nameOf(session.person), columns),
    session.auth === "universal" ? fit(texts.result.universal, columns) : hours,
    undo,
  ];
}

export function tallReceipt({ session, punch }: ReceiptState, view: View): Rows {
  const { columns, texts } = view;
  return [
    `${texts.done[punch.action].padEnd(5)} ${whenText(punch.wallMs, view)}`,
    fit(nameOf(session.person), columns),
    spread(columns, texts.receipt, receiptText(punch.receipt)),
    fit(texts.keys.done, columns),
  ];
}

export function tallUndone({ session, punch, action }: UndoneState, view: View): Rows {
  const { columns, texts } = view;
  return [
    fit(texts.result.undone(texts.done[punch.action], whenText(punch.wallMs, view)), columns),
    fit(nameOf(session.person), columns),
    `1=${texts.offered[action]}`,
    fit(texts.keys.done, columns),
  ];
}

export function tallIdentify({ place, terminal }: IdentifyState, { columns, texts }: View): Rows {
  return [
    fit(texts.identify, columns),
    shortenPlace(place.kiosk.name, columns),
    fit(idText(terminal), columns),
    fit(texts.keys.done, columns),
  ];
}
