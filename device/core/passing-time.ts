import { identifyOver } from "./identify.ts";
import { goHome, nothingRecorded, unanswered } from "./messages.ts";
import { askForPin } from "./prompt.ts";
import { secondsLeft } from "./format.ts";
import type { Pending, State } from "./state.ts";
import { to, type Transition } from "./transition.ts";
import type { Now } from "./types.ts";

/** What the passing of time alone does to a state; null when nothing is due. */
export function due(state: State, now: Now): Transition | null {
  const pending = awaited(state);
  if (pending !== null && pending.untilMs <= now.monotonicMs) return givenUp(state, now);
  // The end of a wait comes before the end of its screen: who stayed may try again.
  if (state.screen === "wait" && state.waitUntilMs <= now.monotonicMs) {
    return state.expiresAtMs <= now.monotonicMs ? goHome(state) : askForPin(state, state.person, now);
  }
  const expiresAtMs = expiryOf(state);
  if (expiresAtMs === null || expiresAtMs > now.monotonicMs) return null;
  return expired(state, now);
}

/** The monotonic instant at which `due` will have something, or the screen changes; null when never. */
export function nextDueMs(state: State, now: Now): number | null {
  const instants = [expiryOf(state), awaited(state)?.untilMs ?? null, state.box.identify?.untilMs ?? null];
  if (state.screen === "wait") instants.push(nextCountMs(state.waitUntilMs, now));
  const known = instants.filter((instant) => instant !== null);
  return known.length === 0 ? null : Math.min(...known);
}

/** When the countdown shows one second less. */
function nextCountMs(untilMs: number, now: Now): number {
  return untilMs - Math.max(0, secondsLeft(untilMs, now.monotonicMs) - 1) * 1000;
}

/** The answer a state is waiting for, whichever effect it belongs to. */
export function awaited(state: State): Pending | null {
  if ("pending" in state) return state.pending;
  return "opening" in state ? state.opening : null;
}

function expiryOf(state: State): number | null {
  // A confirmed punch only waits for its answer; the prompt's own time no longer matters.
  if (state.screen === "confirm" && state.confirmed && state.opening !== null) return null;
  return "expiresAtMs" in state ? state.expiresAtMs : null;
}

function givenUp(state: State, now: Now): Transition {
  switch (state.screen) {
    case "recording":
      return unanswered(state.box, state.place, { ...state, typeAhead: [] }, now);
    case "checking": {
      const owedCheck = { id: state.pending.id, person: state.person, settings: state.place.kiosk.tries };
      return unanswered({ ...state.box, owedCheck }, state.place, null, now);
    }
    case "pin":
    case "confirm":
      return unanswered(state.box, state.place, null, now);
    case "wait":
      return to({ ...state, opening: null });
    default:
      return to(state);
  }
}

/** An abandoned PIN is no try; an abandoned choice says that nothing came of it (product.md, "Timeouts"). */
function expired(state: State, now: Now): Transition {
  switch (state.screen) {
    case "act":
    case "guard":
      return nothingRecorded(state, state.session.person, now);
    case "confirm":
      return nothingRecorded(state, state.person, now);
    case "identify":
      return identifyOver(state);
    default:
      return "place" in state ? goHome(state) : to(state);
  }
}
