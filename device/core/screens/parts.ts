import type { DisplaySize } from "../../../hal/ports.ts";
import { workedMs } from "../../../protocol/presence.ts";
import { clockText, hoursText, isRecent, localAt } from "../format.ts";
import { MAX_FIND_DIGITS } from "../find.ts";
import { shortenPerson } from "../shorten.ts";
import type { Fitting } from "../layout.ts";
import type { Box, FindState, PinState, Place, Session, WrongState } from "../state.ts";
import type { Text, Texts } from "../texts/texts.ts";
import type { DirectoryEntry, Now } from "../types.ts";

/** What screens of both heights are made of. */

/** All that a screen depends on besides its state. */
export interface View {
  readonly size: DisplaySize;
  readonly columns: number;
  readonly texts: Texts;
  readonly now: Now;
}

export const FILLED = "■";
/** As wide as a time. */
const UNKNOWN_TIME = "--:--";
const EMPTY = "_";

/** Room a name must have to be recognised: "A.Kovač". */
export const LEAST_NAME_ROOM = 7;

export function nameOf(person: DirectoryEntry): Fitting {
  return (room) => shortenPerson(person, room);
}

/** The clock on idle. */
export function timeText({ now }: View): string {
  return now.isTimeKnown ? clockText(now.local) : UNKNOWN_TIME;
}

/** `06:02`, or the date of an instant further back than a day. */
export function whenText(wallMs: number, { now, texts }: View): string {
  if (!now.isTimeKnown) return UNKNOWN_TIME;
  const then = localAt(wallMs, now);
  return isRecent(wallMs, now) ? clockText(then) : `${then.day} ${texts.months[then.month - 1] ?? ""}`;
}

/** Whether nobody can type here at all. */
export function isKeypadOut({ parts }: Box): boolean {
  return parts.keypad === "out-of-order";
}

/**
 * What idle says besides what it asks for; null when all is well. What the person there meets first comes first; then what
 * somebody has to see to soon, and the hub, when it cannot be reached, does not tell anybody.
 */
export function noticeOf({ parts, disk, link }: Box, { kiosk }: Place, view: View): Text | null {
  const { texts, now } = view;
  const { idle } = texts;
  if (parts.keypad === "stuck") return idle.stuckKey;
  if (disk === "full") return idle.diskFull;
  if (!now.isTimeKnown) return idle.noTime;
  if (disk !== null) return disk === "low" ? idle.diskLow : idle.diskWorn;
  if (link.link === "down") {
    return idle.offlineSince(whenText(now.wallMs - (now.monotonicMs - link.sinceMs), view));
  }
  if (parts.reader !== null) return idle.noReader;
  return kiosk.pinOffByPlan === true ? idle.pinOff : null;
}

/** Blocks for what was typed: the digits of a PIN are never shown. */
export function pinText(typed: number, length: number, { texts }: View): Text {
  const blocks = FILLED.repeat(typed) + EMPTY.repeat(Math.max(0, length - typed));
  return [`${texts.pin.prompt} ${blocks}`, blocks];
}

export function promptText(state: PinState | WrongState, view: View): Text {
  return pinText(state.typed.length, state.place.kiosk.pinLength, view);
}

/**
 * What was typed to find someone. Digits beyond the length of a number are blocks: it may be a PIN, typed too early
 * (product.md section 3, "Find yourself").
 */
export function typedText(state: FindState, byNumber: boolean, texts: Texts): Text {
  const { typed } = state.query;
  const { numberLength } = state.place.kiosk;
  const echoed = typed.slice(0, numberLength) + FILLED.repeat(Math.max(0, typed.length - numberLength));
  const field = byNumber ? echoed.padEnd(Math.min(numberLength, MAX_FIND_DIGITS), EMPTY) : echoed;
  const label = byNumber ? texts.find.number : texts.find.name;
  return [`${label[0]} ${field}`, field];
}

/** Worked time of the local day, or null where it is not known or not to be seen: only the personal PIN shows hours. */
export function workedToday(session: Session, { now }: View): string | null {
  if (session.auth !== "personal" || !now.isTimeKnown) return null;
  const { dayStartMs, dayEndMs } = now.local;
  return hoursText(workedMs(session.presence, dayStartMs, dayEndMs, now.wallMs));
}

/** That the Universal PIN was used for the person, null when it was not. */
export function untoldText({ untold }: Session, view: View): Text | null {
  return untold === null
    ? null
    : view.texts.result.untold(view.texts.done[untold.action], whenText(untold.atMs, view));
}

/** What the person is and since when, e.g. `IN 06:02`; the time is an hour's beginning, so not for Universal PINs. */
export function standing(session: Session, view: View): string {
  const { state, sinceMs } = session.presence;
  const what = view.texts.done[state === "break" ? "break-start" : state];
  if (session.auth !== "personal" || sinceMs === null) return what;
  return `${what} ${whenText(sinceMs, view)}`;
}

/** A terminal's id, in groups where there is room: for comparing it with what the hub says. */
export function idText(id: string): Text {
  return [(id.match(/.{1,4}/gu) ?? []).join(" "), id];
}
