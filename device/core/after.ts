import type { KeyName } from "../../hal/ports.ts";
import { startFinding } from "./finding.ts";
import { goHome } from "./messages.ts";
import { punch } from "./punching.ts";
import {
  home,
  type PlacedState,
  type ReceiptState,
  type ResultState,
  type TroubleState,
  type UndoneState,
} from "./state.ts";
import { expiry, UNDO_IGNORED_MS } from "./timeouts.ts";
import { digitOf, NOT_TAKEN, record, to, type Transition } from "./transition.ts";
import type { Now } from "./types.ts";

/** Keys after something happened: the result may be undone or held, and the next person's key cuts it short. */

export function resultKey(state: ResultState, key: KeyName, now: Now): Transition {
  const { box, place, session, punch: made } = state;
  const digit = digitOf(key);
  if (digit !== null) return startFinding(state, digit, now);
  switch (key) {
    case "*": {
      if (now.monotonicMs - state.shownAtMs < UNDO_IGNORED_MS) return to(state);
      const payload = { target: made.seq, auth: session.auth };
      const draft = { kind: "punch.undone", person: session.person.person, payload } as const;
      return record(box, place, draft, { for: "undo", session, undone: made }, [], now);
    }
    case "#": {
      const expiresAtMs = expiry("receipt", session.person, now.monotonicMs);
      return to({ screen: "receipt", box, place, session, punch: made, expiresAtMs });
    }
    case "D":
      return goHome(state);
    default:
      return to(state, NOT_TAKEN);
  }
}

/** Held for writing the code down: no undo from here, its time is over. */
export function receiptKey(state: ReceiptState, key: KeyName, now: Now): Transition {
  return messageKey(state, key, now);
}

/** 1 is what is offered. It was asked for by undoing, so it is not guarded as a double punch. */
export function undoneKey(state: UndoneState, key: KeyName, now: Now): Transition {
  if (key === "1") return punch(state, state.session, state.action, false, [], now);
  if (key === "*" || key === "D") return goHome(state);
  return to({ ...state, expiresAtMs: expiry("act", state.session.person, now.monotonicMs) }, NOT_TAKEN);
}

/** A message is over at any key; a digit already begins the next number. */
export function messageKey(state: PlacedState, key: KeyName, now: Now): Transition {
  const digit = digitOf(key);
  const after = home(state.box, state.place);
  if (digit !== null && after.screen === "idle") return startFinding(state, digit, now);
  return to(after);
}

export function troubleKey(state: TroubleState, key: KeyName, now: Now): Transition {
  return state.expiresAtMs === null ? to(state, NOT_TAKEN) : messageKey(state, key, now);
}
