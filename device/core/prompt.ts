import type { KeyName } from "../../hal/ports.ts";
import { expiry } from "./timeouts.ts";
import { gone, goHome, storeTrouble } from "./messages.ts";
import { punchOrAsk } from "./punching.ts";
import {
  takeId,
  type Box,
  type CheckingState,
  type ConfirmState,
  type ForgotConfirmState,
  type PinState,
  type Place,
  type PlacedState,
  type WaitState,
  type WrongState,
} from "./state.ts";
import { ASKED, digitOf, NOT_TAKEN, pendingFrom, record, to, type Transition } from "./transition.ts";
import type { DirectoryEntry, Now, OpenOutcome } from "./types.ts";

/** From the choice of a profile to a complete PIN, and the ways out: waits, a forgotten PIN, no PIN required. */

/** A profile was chosen: asks for the PIN at once, or for a confirmation, while the shell looks the person up. */
export function selectPerson(box: Box, place: Place, person: DirectoryEntry, now: Now): Transition {
  const taken = takeId(box);
  const common = {
    box: taken.box,
    place,
    person,
    opening: pendingFrom(taken.id, now),
    expiresAtMs: expiry("pin", person, now.monotonicMs),
  };
  return to(
    place.kiosk.requiresPin
      ? { screen: "pin", ...common, typed: "" }
      : { screen: "confirm", ...common, opened: null, confirmed: false },
    [{ type: "openPerson", id: taken.id, person: person.person }],
  );
}

export function opened(
  state: PinState | ConfirmState | WaitState,
  outcome: OpenOutcome,
  now: Now,
): Transition {
  const { box, place, person } = state;
  switch (outcome.result) {
    case "unknown":
      return gone(box, place, person, now);
    case "failed":
      return storeTrouble(box, place, now);
    case "opened": {
      if (state.screen === "confirm") return confirmOpened({ ...state, opening: null, opened: outcome }, now);
      const { waitUntilMs } = outcome.tries;
      const isWaiting = waitUntilMs !== null && waitUntilMs > now.monotonicMs;
      // Nobody touched a key: a wait that was looked up anew leaves when it would have left.
      if (state.screen === "wait") {
        return isWaiting ? to({ ...state, opening: null, waitUntilMs }) : askForPin(state, person, now);
      }
      return isWaiting ? wait(state, person, waitUntilMs, now) : to({ ...state, opening: null });
    }
  }
}

function confirmOpened(state: ConfirmState, now: Now): Transition {
  if (state.opened === null || !state.confirmed) return to(state);
  const { presence, lastPunch, leaving } = state.opened;
  const session = { person: state.person, auth: "none", presence, lastPunch, leaving, untold: null } as const;
  return punchOrAsk(state, session, [], now);
}

export function confirmKey(state: ConfirmState, key: KeyName, now: Now): Transition {
  const touched = { ...state, expiresAtMs: expiry("pin", state.person, now.monotonicMs) };
  if (key === "#") return confirmOpened({ ...touched, confirmed: true }, now);
  if (key === "*" || key === "D") return goHome(state);
  return to(touched, NOT_TAKEN);
}

/** The prompt, empty: after a wait, or when something else changed under it. */
export function askForPin(state: PlacedState, person: DirectoryEntry, now: Now): Transition {
  const { box, place } = state;
  const expiresAtMs = expiry("pin", person, now.monotonicMs);
  return to({ screen: "pin", box, place, person, typed: "", opening: null, expiresAtMs });
}

export function wait(state: PlacedState, person: DirectoryEntry, waitUntilMs: number, now: Now): Transition {
  const { box, place } = state;
  const expiresAtMs = expiry("pin", person, now.monotonicMs);
  return to({ screen: "wait", box, place, person, waitUntilMs, opening: null, expiresAtMs });
}

/** Looks up anew whether somebody still has to wait: an admin may have lifted it (product.md section 3, "Waits"). */
export function lookAgain(state: WaitState, now: Now): Transition {
  const taken = takeId(state.box);
  return to({ ...state, box: taken.box, opening: pendingFrom(taken.id, now) }, [
    { type: "openPerson", id: taken.id, person: state.person.person },
  ]);
}

export function promptKey(state: PinState | WrongState, key: KeyName, now: Now): Transition {
  const touched = { ...state, expiresAtMs: expiry("pin", state.person, now.monotonicMs) };
  const digit = digitOf(key);
  if (digit !== null) {
    const typed = state.typed + digit;
    if (typed.length < state.place.kiosk.pinLength) return to({ ...touched, typed });
    return check(state, typed, now);
  }
  switch (key) {
    case "*":
      return state.typed === "" ? goHome(state) : to({ ...touched, typed: state.typed.slice(0, -1) });
    case "#":
      return state.typed === "" ? askForgot(state, state.person, now) : to(touched, NOT_TAKEN);
    case "C":
      return askForgot(state, state.person, now);
    case "D":
      return goHome(state);
    default:
      return to(touched, NOT_TAKEN);
  }
}

/** The last digit is typed: the PIN leaves the state with this effect. */
function check({ box, place, person }: PinState | WrongState, pin: string, now: Now): Transition {
  const taken = takeId(box);
  const state: CheckingState = {
    screen: "checking",
    box: taken.box,
    place,
    person,
    digits: pin.length,
    pending: pendingFrom(taken.id, now),
    typeAhead: [],
  };
  return to(state, [{ type: "verifyPin", id: taken.id, person: person.person, pin }]);
}

export function waitKey(state: WaitState, key: KeyName, now: Now): Transition {
  if (key === "#" || key === "C") return askForgot(state, state.person, now);
  if (key === "*" || key === "D") return goHome(state);
  return to({ ...state, expiresAtMs: expiry("pin", state.person, now.monotonicMs) }, NOT_TAKEN);
}

function askForgot({ box, place }: PlacedState, person: DirectoryEntry, now: Now): Transition {
  const expiresAtMs = expiry("pin", person, now.monotonicMs);
  return to({ screen: "forgotConfirm", box, place, person, expiresAtMs }, ASKED);
}

export function forgotKey(state: ForgotConfirmState, key: KeyName, now: Now): Transition {
  const { box, place, person } = state;
  if (key === "*" || key === "D") return goHome(state);
  if (key !== "#") return to({ ...state, expiresAtMs: expiry("pin", person, now.monotonicMs) }, NOT_TAKEN);
  const draft = { kind: "pin.forgotten", person: person.person, payload: {} } as const;
  return record(box, place, draft, { for: "forgotten", person }, [], now);
}
