import { findPeople } from "./find.ts";
import { gone, goHome } from "./messages.ts";
import { selectPerson } from "./prompt.ts";
import { home, type Place, type PlacedState, type State } from "./state.ts";
import { to, type Transition } from "./transition.ts";
import type { Directory, DirectoryEntry, Now } from "./types.ts";
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
  if (asksOtherwise(state, place)) return selectPerson(state.box, place, person, now);
  if ("session" in state) return to({ ...state, place, session: { ...state.session, person } });
  return "person" in state ? to({ ...state, place, person }) : to({ ...state, place });
}

/**
 * Whether the kiosk now wants another way of showing who one is than this screen is about: then the person begins
 * again. A check under way is left alone: it decides by what the shell knows, which is the newest.
 */
function asksOtherwise(state: PlacedState, place: Place): boolean {
  const { requiresPin, pinLength } = place.kiosk;
  switch (state.screen) {
    case "pin":
    case "wrong":
      return !requiresPin || pinLength !== state.place.kiosk.pinLength;
    case "wait":
    case "forgotConfirm":
      return !requiresPin;
    case "confirm":
      return requiresPin;
    case "act":
    case "guard":
    case "undone":
      return requiresPin && state.session.auth === "none";
    default:
      return false;
  }
}

function entryOf({ people }: Directory, { person }: DirectoryEntry): DirectoryEntry | null {
  return people.find((entry) => entry.person === person) ?? null;
}
