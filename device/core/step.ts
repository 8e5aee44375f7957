import type { KeyName, DisplaySize } from "../../hal/ports.ts";
import { messageKey, receiptKey, resultKey, troubleKey, undoneKey } from "./after.ts";
import { delayed, lateVerified, recorded, verified } from "./answers.ts";
import { cardHeld } from "./card.ts";
import { prepareFinding } from "./find.ts";
import { findKey, helpKey, idleKey, listKey } from "./finding.ts";
import { askedToIdentify, identifyDue, identifyKey } from "./identify.ts";
import { storeTrouble } from "./messages.ts";
import { awaited, due, nextDueMs } from "./passing-time.ts";
import { confirmKey, forgotKey, opened, promptKey, waitKey } from "./prompt.ts";
import { actKey, guardKey } from "./punching.ts";
import { peopleChanged, rosterChanged } from "./roster-change.ts";
import { render } from "./screens/screens.ts";
import { home, startingState, type RecordingState, type State } from "./state.ts";
import { ASKED, keepKey, NOT_TAKEN, to, type Transition } from "./transition.ts";
import type { Core, Effect, EffectId, Input, Now, Step } from "./types.ts";

/** The terminal's decisions for a display of this size, which sets how many people a page of a list has. */
export function coreFor(display: DisplaySize): Core<State> {
  return {
    initial: startingState(display),
    step,
    render,
    nextWakeMs: nextDueMs,
    isIdle,
    prepare: prepareFinding,
  };
}

/** One input, after whatever was due before it. */
export function step(state: State, input: Input, now: Now): Step<State> {
  const first = due(state, now);
  const { state: current, effects: before } = first ?? to(state);
  const answered = replayed(answer(current, input, now), now);
  const turn = identifyDue(answered.state, now) ?? to(answered.state);
  const after = { state: turn.state, effects: [...answered.effects, ...turn.effects] };
  const effects = heard(input, [...before, ...after.effects]);
  return { state: after.state, effects: byEar(current, after.state, effects) };
}

export function isIdle(state: State): boolean {
  switch (state.screen) {
    case "starting":
    case "unpaired":
    case "idle":
      return true;
    case "trouble":
      return state.expiresAtMs === null;
    default:
      return false;
  }
}

/** Every key is heard, all alike, and every card, unless the step has something more to say. */
function heard(input: Input, effects: readonly Effect[]): readonly Effect[] {
  const isFingers = input.type === "key" || input.type === "card";
  const isSilent = isFingers && !effects.some((effect) => effect.type === "sound");
  return isSilent ? [{ type: "sound", sound: "key" }, ...effects] : effects;
}

/** Screens that wait for something to be typed. */
const ASKING: ReadonlySet<State["screen"]> = new Set(["pin", "confirm", "act"]);

/**
 * Whoever stands before a dark display goes by ear: what a screen would ask for is heard when it comes up, so that they know
 * that their number was found, and that a choice is due.
 */
function byEar(before: State, after: State, effects: readonly Effect[]): readonly Effect[] {
  if (after.box.parts.display === null || after.screen === before.screen || !ASKING.has(after.screen)) {
    return effects;
  }
  const others = effects.filter((effect) => effect.type !== "sound" || effect.sound !== "key");
  return others.some((effect) => effect.type === "sound") ? effects : [...ASKED, ...others];
}

/** Gives keys typed ahead to what they were typed for; those that meet another wait are kept there. */
function replayed(transition: Transition, now: Now): Transition {
  let current = transition;
  let effects = transition.effects;
  for (const key of transition.typeAhead) {
    current = press(current.state, key, now);
    effects = [...effects, ...current.effects];
  }
  return { ...current, effects };
}

function answer(state: State, input: Input, now: Now): Transition {
  switch (input.type) {
    case "key":
      return press(state, input.key, now);
    case "card":
      return cardHeld(state, input.card, now);
    case "part": {
      const parts = { ...state.box.parts, [input.part]: input.trouble };
      return to({ ...state, box: { ...state.box, parts } });
    }
    case "identify":
      return askedToIdentify(state, input.terminal, now);
    case "disk":
      return to({ ...state, box: { ...state.box, disk: input.trouble } });
    case "wake":
      return to(state);
    case "roster":
      return rosterChanged(state, { kiosk: input.kiosk, directory: input.directory }, now);
    case "unpaired":
      return to({ screen: "unpaired", box: state.box });
    case "people":
      return peopleChanged(state, input, now);
    case "link":
      return to({ ...state, box: { ...state.box, link: input.state } });
    case "trouble":
      return storeChanged({ ...state, box: { ...state.box, storeFailed: input.trouble === "store" } }, now);
    case "opened":
      if (!isAwaited(state, input.id)) return to(state);
      return state.screen === "pin" || state.screen === "confirm" || state.screen === "wait"
        ? opened(state, input.outcome, now)
        : to(state);
    case "delayed":
      return state.screen === "checking" && isAwaited(state, input.id)
        ? delayed(state, input.untilMs)
        : to(state);
    case "verified":
      if (state.box.owedCheck?.id === input.id) return lateVerified(state, input.outcome, now);
      if (state.screen !== "checking" || !isAwaited(state, input.id)) return to(state);
      return verified(state, input.outcome, now);
    case "recorded": {
      const recording = recordingOf(state, input.id);
      return recording === null ? to(state) : recorded(recording, input, now);
    }
    case "recordFailed": {
      const recording = recordingOf(state, input.id);
      return recording === null ? to(state) : storeTrouble(recording.box, recording.place, now);
    }
  }
}

function isAwaited(state: State, id: EffectId): boolean {
  return awaited(state)?.id === id;
}

/** The recording that an answer belongs to, under way or given up on while its notice still stands. */
function recordingOf(state: State, id: EffectId): RecordingState | null {
  if (state.screen === "recording") return state.pending.id === id ? state : null;
  if (state.screen !== "trouble" || state.late?.pending.id !== id) return null;
  return { ...state.late, box: state.box, place: state.place };
}

/** A store that fails stops everyone but those it owes an answer or who have one on the screen. */
function storeChanged(state: State, now: Now): Transition {
  switch (state.screen) {
    case "starting":
    case "unpaired":
    case "checking":
    case "recording":
    case "result":
    case "receipt":
    case "undone":
    case "forgotSent":
      return to(state);
    case "trouble":
      return state.late === null ? to(home(state.box, state.place)) : to(state);
    case "idle":
      return to(home(state.box, state.place));
    default:
      return state.box.storeFailed ? storeTrouble(state.box, state.place, now) : to(state);
  }
}

function press(state: State, key: KeyName, now: Now): Transition {
  switch (state.screen) {
    case "starting":
    case "unpaired":
      return to(state, NOT_TAKEN);
    case "idle":
      return idleKey(state, key, now);
    case "help":
      return helpKey(state, key, now);
    case "find":
      return findKey(state, key, now);
    case "list":
      return listKey(state, key, now);
    case "pin":
    case "wrong":
      return promptKey(state, key, now);
    case "checking":
    case "recording":
      return keepKey(state, key);
    case "wait":
      return waitKey(state, key, now);
    case "confirm":
      return confirmKey(state, key, now);
    case "act":
      return actKey(state, key, now);
    case "guard":
      return guardKey(state, key, now);
    case "result":
      return resultKey(state, key, now);
    case "receipt":
      return receiptKey(state, key, now);
    case "undone":
      return undoneKey(state, key, now);
    case "forgotConfirm":
      return forgotKey(state, key, now);
    case "forgotSent":
    case "nothingRecorded":
    case "unknownCard":
    case "gone":
      return messageKey(state, key, now);
    case "identify":
      return identifyKey(state, key, now);
    case "trouble":
      return troubleKey(state, key, now);
  }
}
