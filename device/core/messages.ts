import { expiry } from "./timeouts.ts";
import { home, type Box, type Place, type PlacedState, type RecordingState } from "./state.ts";
import { REFUSED, to, type Transition } from "./transition.ts";
import type { DirectoryEntry, Now } from "./types.ts";

/** Screens that say something and leave by themselves. */

export function goHome({ box, place }: { readonly box: Box; readonly place: Place }): Transition {
  return to(home(box, place));
}

/** Someone chose nothing, or walked away from a choice. */
export function nothingRecorded(state: PlacedState, person: DirectoryEntry, now: Now): Transition {
  const { box, place } = state;
  const expiresAtMs = expiry("result", person, now.monotonicMs);
  return to({ screen: "nothingRecorded", box, place, person, expiresAtMs }, REFUSED);
}

/** Nothing is known of whose it is, and nothing is recorded. */
export function unknownCard(
  { box, place }: { readonly box: Box; readonly place: Place },
  now: Now,
): Transition {
  const expiresAtMs = expiry("result", null, now.monotonicMs);
  return to({ screen: "unknownCard", box, place, expiresAtMs }, REFUSED);
}

/** The newest roster does not have this person any more (product.md, PIN case 9). */
export function gone(box: Box, place: Place, person: DirectoryEntry, now: Now): Transition {
  const expiresAtMs = expiry("message", person, now.monotonicMs);
  return to({ screen: "gone", box, place, person, expiresAtMs }, REFUSED);
}

/** Nothing was recorded, and nothing is claimed. */
export function storeTrouble(box: Box, place: Place, now: Now): Transition {
  const expiresAtMs = box.storeFailed ? null : expiry("message", null, now.monotonicMs);
  return to({ screen: "trouble", box, place, reason: "store", late: null, expiresAtMs }, REFUSED);
}

/** No answer in time: what was asked for may or may not have happened, and that is what is said. */
export function unanswered(box: Box, place: Place, late: RecordingState | null, now: Now): Transition {
  const expiresAtMs = expiry("message", null, now.monotonicMs);
  return to({ screen: "trouble", box, place, reason: "unanswered", late, expiresAtMs }, REFUSED);
}
