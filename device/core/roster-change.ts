import { findPeople } from "./find.ts";
import { gone, goHome } from "./messages.ts";
import { lookAgain, selectPerson } from "./prompt.ts";
import { home, type Place, type PlacedState, type State } from "./state.ts";
import { to, type Transition } from "./transition.ts";
import type { AuthMethod } from "../../protocol/events.ts";
import type { Directory, DirectoryEntry, Input, Now } from "./types.ts";
import { personOf } from "./screens/screens.ts";

/** A new roster while someone is at the terminal: the newest known decides (product.md, PIN case 9). */
export function rosterChanged(state: State, place: Place, now: Now): Transition {
  switch (state.screen) {
    case "starting":
    case "unpaired":
    case "idle":
      return to(home(state.box, place));
    case "help":
    case "find":
      return to({ ...state, place });
    case "list": {
      const { people } = findPeople(place.directory, state.query);
      return people.length === 0 ? goHome({ box: state.box, place }) : to({ ...state, place, first: 0 });
    }
    // What is durable, or about to be, was valid under what was known: it is still told.
    case "recording":
    case "result":
    case "receipt":
    case "forgotSent":
    case "nothingRecorded":
    case "unknownCard":
    case "gone":
    case "identify":
    case "trouble":
      return to({ ...state, place });
    default:
      return atPerson(state, place, now);
  }
}

function atPerson(state: PlacedState, place: Place, now: Now): Transition {
  const before = personOf(state);
  if (before === null) return to({ ...state, place });
  const person = entryOf(place.directory, before);
  if (person === null) return gone(state.box, place, before, now);
  if (asksOtherwise(state, place, person)) return selectPerson(state.box, place, person, now);
  if (state.screen === "wait") return lookAgain({ ...state, place, person }, now);
  if ("session" in state) return to({ ...state, place, session: { ...state.session, person } });
  return "person" in state ? to({ ...state, place, person }) : to({ ...state, place });
}

/**
 * Something of these people changed that few screens show: a wait may have been lifted, and who is `leaving` now is not
 * offered to come in any more (product.md, PIN case 11).
 */
export function peopleChanged(
  state: State,
  { people, leaving }: Pick<Extract<Input, { readonly type: "people" }>, "people" | "leaving">,
  now: Now,
): Transition {
  if (state.screen === "wait" && people.includes(state.person.person)) return lookAgain(state, now);
  if (!("session" in state) || !leaving.includes(state.session.person.person)) return to(state);
  if ((state.screen === "guard" || state.screen === "undone") && state.action === "in") {
    return gone(state.box, state.place, state.session.person, now);
  }
  return to({ ...state, session: { ...state.session, leaving: true } });
}

/**
 * Whether the kiosk now wants another way of showing who one is than this screen is about: then the person begins
 * again. A check under way goes on while it asks for the same: it decides by what the shell knows, which is the newest.
 */
function asksOtherwise(state: PlacedState, place: Place, person: DirectoryEntry): boolean {
  const { requiresPin, pinLength } = place.kiosk;
  switch (state.screen) {
    case "pin":
    case "wrong":
      return !requiresPin || pinLength !== state.place.kiosk.pinLength;
    case "checking":
      return !requiresPin || pinLength !== state.digits;
    case "wait":
    case "forgotConfirm":
      return !requiresPin;
    case "confirm":
      return requiresPin;
    case "act":
    case "guard":
    case "undone":
      return requiresPin && !mayStay(state.session.auth, person);
    default:
      return false;
  }
}

/** Whether what somebody showed still lets them in: no PIN does not, nor the Universal PIN whoever is an admin now. */
function mayStay(auth: AuthMethod, { role }: DirectoryEntry): boolean {
  return auth === "personal" || (auth === "universal" && role !== "owner" && role !== "admin");
}

function entryOf({ people }: Directory, { person }: DirectoryEntry): DirectoryEntry | null {
  return people.find((entry) => entry.person === person) ?? null;
}
