import type { CardNumber } from "../../hal/ports.ts";
import { personOfCard } from "./find.ts";
import { unknownCard } from "./messages.ts";
import { selectPerson } from "./prompt.ts";
import { home, type PlacedState, type State } from "./state.ts";
import { NOT_TAKEN, to, type Transition } from "./transition.ts";
import type { Now } from "./types.ts";

/**
 * A card held to the reader selects its person, as typing their number does: where nobody is at the terminal yet, and where the next
 * person's first key would cut a screen short. In the middle of somebody's session it is not taken: a card never
 * completes, confirms or proves anything.
 */
export function cardHeld(state: State, card: CardNumber, now: Now): Transition {
  switch (state.screen) {
    case "idle":
    case "help":
    case "find":
    case "list":
    case "result":
      return selected(state, card, now);
    case "receipt":
    case "forgotSent":
    case "nothingRecorded":
    case "unknownCard":
    case "gone":
    case "identify":
    case "trouble":
      // A store that failed for the whole box stays on the screen.
      return home(state.box, state.place).screen === "idle"
        ? selected(state, card, now)
        : to(state, NOT_TAKEN);
    case "starting":
    case "unpaired":
    case "pin":
    case "wrong":
    case "checking":
    case "wait":
    case "confirm":
    case "act":
    case "guard":
    case "recording":
    case "undone":
    case "forgotConfirm":
      return to(state, NOT_TAKEN);
  }
}

function selected(state: PlacedState, card: CardNumber, now: Now): Transition {
  const person = personOfCard(state.place.directory, card);
  return person === null ? unknownCard(state, now) : selectPerson(state.box, state.place, person, now);
}
