import type { EventDraft } from "../../protocol/events.ts";
import type { KeyName } from "../../hal/ports.ts";
import { MAX_TYPE_AHEAD_KEYS, STORE_PATIENCE_MS } from "./timeouts.ts";
import {
  takeId,
  type Box,
  type Pending,
  type Place,
  type RecordingState,
  type RecordPurpose,
  type State,
} from "./state.ts";
import type { Effect, Now } from "./types.ts";

/** What an input leads to; `typeAhead` are keys pressed earlier that the new state is still to be given. */
export interface Transition {
  readonly state: State;
  readonly effects: readonly Effect[];
  readonly typeAhead: readonly KeyName[];
}

export function to(
  state: State,
  effects: readonly Effect[] = [],
  typeAhead: readonly KeyName[] = [],
): Transition {
  return { state, effects, typeAhead };
}

/**
 * What happened, told to ear and eye alike: by the sound's rhythm, by how often the backlight blinks and a light flashes, and
 * by the screen; never by colour alone (product.md section 3).
 */
export const BEGUN: readonly Effect[] = [
  { type: "sound", sound: "in" },
  { type: "blink", times: 1 },
  { type: "flash", led: "green", times: 1 },
];

export const ENDED: readonly Effect[] = [
  { type: "sound", sound: "out" },
  { type: "blink", times: 2 },
  { type: "flash", led: "green", times: 2 },
];

/** The backlight has no number of its own for this: the screen says it, and what is offered next. */
export const UNDONE: readonly Effect[] = [
  { type: "sound", sound: "undone" },
  { type: "flash", led: "green", times: 1 },
];

/** Something was refused. */
export const REFUSED: readonly Effect[] = [
  { type: "sound", sound: "refused" },
  { type: "blink", times: 3 },
  { type: "flash", led: "red", times: 3 },
];

/** A key or a card that does nothing here: heard only, since nothing on the screen was refused. */
export const NOT_TAKEN: readonly Effect[] = [{ type: "sound", sound: "refused" }];

export const ASKED: readonly Effect[] = [{ type: "sound", sound: "asked" }];

/** The digit of a key, null for the others. */
export function digitOf(key: KeyName): string | null {
  return key >= "0" && key <= "9" ? key : null;
}

export function pendingFrom(id: number, now: Now): Pending {
  return { id, untilMs: now.monotonicMs + STORE_PATIENCE_MS };
}

/** Asks for an event to be made durable; nothing is shown of it before it is. */
export function record(
  box: Box,
  place: Place,
  draft: EventDraft,
  purpose: RecordPurpose,
  typeAhead: readonly KeyName[],
  now: Now,
  wrongPin: string | null = null,
): Transition {
  const taken = takeId(box);
  const state: RecordingState = {
    screen: "recording",
    box: taken.box,
    place,
    pending: pendingFrom(taken.id, now),
    purpose,
    typeAhead,
  };
  return to(state, [{ type: "record", id: taken.id, draft, wrongPin }]);
}

/** Keeps a key for after the answer that is awaited, or refuses it when too many wait already. */
export function keepKey(state: Extract<State, { readonly typeAhead: unknown }>, key: KeyName): Transition {
  if (state.typeAhead.length >= MAX_TYPE_AHEAD_KEYS) return to(state, NOT_TAKEN);
  return to({ ...state, typeAhead: [...state.typeAhead, key] });
}
