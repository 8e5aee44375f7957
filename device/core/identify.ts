import type { KeyName } from "../../hal/ports.ts";
import { messageKey } from "./after.ts";
import { goHome } from "./messages.ts";
import { expiry } from "./timeouts.ts";
import type { IdentifyState, State } from "./state.ts";
import { to, type Transition } from "./transition.ts";
import type { Effect, Now } from "./types.ts";

/** An admin at the hub's page asks which box this is. It waits for its turn: nobody's PIN is interrupted. */

/** So long it waits for whoever is at the terminal; the hub waits longer for its answer. */
export const IDENTIFY_PATIENCE_MS = 7_000;
/** The backlight blinks for most of the time that the screen stands. */
const BLINKS = 30;

const SHOWN: readonly Effect[] = [
  { type: "sound", sound: "here" },
  { type: "blink", times: BLINKS },
  { type: "flash", led: "green", times: BLINKS },
  { type: "identified", shown: true },
];
const DARK: readonly Effect[] = [
  { type: "blink", times: 0 },
  { type: "flash", led: "green", times: 0 },
];

export function askedToIdentify(state: State, terminal: string, now: Now): Transition {
  const identify = { terminal, untilMs: now.monotonicMs + IDENTIFY_PATIENCE_MS };
  const asked: State = { ...state, box: { ...state.box, identify } };
  // Asked again while it shows: it begins anew.
  return asked.screen === "identify" ? shown(asked, terminal, now) : to(asked);
}

/** Where nobody is at the terminal any more, or waiting has been long enough; null when it is not due. */
export function identifyDue(state: State, now: Now): Transition | null {
  const { identify } = state.box;
  if (identify === null) return null;
  const isFree = state.screen === "idle" || (state.screen === "trouble" && state.expiresAtMs === null);
  if (isFree && now.monotonicMs < identify.untilMs) return shown(state, identify.terminal, now);
  if (now.monotonicMs < identify.untilMs) return null;
  const box = { ...state.box, identify: null };
  return to({ ...state, box }, [{ type: "identified", shown: false }]);
}

function shown(state: Extract<State, { readonly place: unknown }>, terminal: string, now: Now): Transition {
  const { place } = state;
  const box = { ...state.box, identify: null };
  const expiresAtMs = expiry("identify", null, now.monotonicMs);
  return to({ screen: "identify", box, place, terminal, expiresAtMs }, SHOWN);
}

/** Whoever it was for has seen it, or somebody wants to punch. */
export function identifyKey(state: IdentifyState, key: KeyName, now: Now): Transition {
  const after = messageKey(state, key, now);
  return { ...after, effects: [...DARK, ...after.effects] };
}

export function identifyOver(state: IdentifyState): Transition {
  return { ...goHome(state), effects: DARK };
}
