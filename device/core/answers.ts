import type { PunchAction } from "../../protocol/events.ts";
import type { TrySettings } from "../../protocol/try-settings.ts";
import { applyPunch, undoPunch, type Presence } from "../../protocol/presence.ts";
import { expiry, STORE_PATIENCE_MS } from "./timeouts.ts";
import { gone, storeTrouble } from "./messages.ts";
import { wait } from "./prompt.ts";
import { hasChoice, punchOrChoose } from "./punching.ts";
import type { Box, CheckingState, PunchMade, RecordingState, ResultState, Session, State } from "./state.ts";
import { takeId } from "./state.ts";
import { BEGUN, ENDED, record, REFUSED, to, UNDONE, type Transition } from "./transition.ts";
import type { DirectoryEntry, Effect, Input, Now, TryRecord, VerifyOutcome } from "./types.ts";
import { dayWaitMs, leftBeforeWait, waitAfter } from "./waits.ts";

/** What the shell's answers lead to: a check of a PIN, an event that is durable or is not. */

type Recorded = Extract<Input, { readonly type: "recorded" }>;

export function verified(state: CheckingState, outcome: VerifyOutcome, now: Now): Transition {
  const { box, place, person } = state;
  switch (outcome.result) {
    case "accepted":
      return accepted(state, outcome, now);
    case "wrong":
      return refuse(state, outcome, now);
    case "repeated":
      return wrongAgain(state, outcome.tries, now);
    case "waiting": {
      const { waitUntilMs } = outcome.tries;
      const refused = wait(state, person, waitUntilMs ?? now.monotonicMs, now);
      return { ...refused, effects: REFUSED };
    }
    case "unknown":
      return gone(box, place, person, now);
    case "failed":
      return storeTrouble(box, place, now);
  }
}

/**
 * A personal PIN ends the refusals before it. The punch that follows says so by itself; before a choice, which may
 * come to nothing, an event of its own does.
 */
function accepted(
  state: CheckingState,
  outcome: Extract<VerifyOutcome, { readonly result: "accepted" }>,
  now: Now,
): Transition {
  const { box, place, person, typeAhead } = state;
  const { auth, presence, lastPunch, leaving, tries } = outcome;
  // Whoever has the Universal PIN may be anyone: only the person's own PIN is told of its use.
  const untold = auth === "personal" ? outcome.untold : null;
  const session: Session = { person, auth, presence, lastPunch, leaving, untold };
  if (auth === "personal" && tries.count > 0 && hasChoice(session, now)) {
    const draft = { kind: "pin.accepted", person: person.person, payload: { auth } } as const;
    return record(box, place, draft, { for: "acceptance", session }, typeAhead, now);
  }
  return punchOrChoose(state, session, typeAhead, now);
}

type Wrong = Extract<VerifyOutcome, { readonly result: "wrong" }>;

function refusalDraft({ person }: DirectoryEntry, tries: TryRecord, settings: TrySettings, now: Now) {
  const count = tries.count + 1;
  const waitMs = Math.max(waitAfter(count, settings.waits), dayWaitMs(tries.leaveAtMs, settings, now));
  return { kind: "pin.refused", person, payload: { count, waitMs } } as const;
}

/** The try is made durable before it is told, so that pulling the plug buys no further one. */
function refuse(state: CheckingState, { tries, mark }: Wrong, now: Now): Transition {
  const { box, place, person } = state;
  const settings = place.kiosk.tries;
  const draft = refusalDraft(person, tries, settings, now);
  const { count, waitMs } = draft.payload;
  const triesLeft = leftBeforeWait({ ...tries, count }, 1, settings, now);
  return record(box, place, draft, { for: "refusal", person, triesLeft, waitMs }, [], now, mark);
}

/** The same wrong PIN again: told as the first time, counted no more. */
function wrongAgain(state: CheckingState, tries: TryRecord, now: Now): Transition {
  return wrong(state, state.person, leftBeforeWait(tries, 0, state.place.kiosk.tries, now), now);
}

/** The store takes as long for a check that was held back as for any other, from then on. */
export function delayed(state: CheckingState, untilMs: number): Transition {
  const { pending } = state;
  return to({
    ...state,
    pending: { ...pending, untilMs: Math.max(pending.untilMs, untilMs + STORE_PATIENCE_MS) },
  });
}

/** A check was given up on, and now is answered: a refusal counts though nobody sees it. */
export function lateVerified(state: State, outcome: VerifyOutcome, now: Now): Transition {
  const owed = state.box.owedCheck;
  const box: Box = { ...state.box, owedCheck: null };
  if (owed === null || outcome.result !== "wrong") return to({ ...state, box });
  const taken = takeId(box);
  const draft = refusalDraft(owed.person, outcome.tries, owed.settings, now);
  const effect: Effect = { type: "record", id: taken.id, draft, wrongPin: outcome.mark };
  return to({ ...state, box: taken.box }, [effect]);
}

/** Only from here on does a screen say that something happened. */
export function recorded(state: RecordingState, answer: Recorded, now: Now): Transition {
  const { box, place, purpose, typeAhead } = state;
  switch (purpose.for) {
    case "punch":
      return punched(state, purpose.session, purpose.action, answer, now);
    case "refusal":
      return refused(state, purpose, now);
    case "acceptance":
      return punchOrChoose(state, purpose.session, typeAhead, now);
    case "forgotten": {
      const { person } = purpose;
      const expiresAtMs = expiry("message", person, now.monotonicMs);
      return to({ screen: "forgotSent", box, place, person, expiresAtMs }, [], typeAhead);
    }
    case "undo": {
      // The offer was not on the screen when these keys were typed: they are no answer to it.
      const { undone } = purpose;
      const presence = answer.presence ?? undoPunch(purpose.session.presence, undone.before.state);
      const session: Session = { ...purpose.session, presence, lastPunch: null };
      const expiresAtMs = expiry("act", session.person, now.monotonicMs);
      const action = session.leaving ? "out" : OTHER_ACTION[undone.action];
      return to({ screen: "undone", box, place, session, punch: undone, action, expiresAtMs }, UNDONE);
    }
  }
}

/** What is offered after an undo: whoever undoes a punch most likely meant the opposite. */
const OTHER_ACTION: Readonly<Record<PunchAction, PunchAction>> = {
  in: "out",
  out: "in",
  "break-start": "out",
  "break-end": "out",
  "switch-project": "out",
};

const SIGNALS: Readonly<Record<PunchAction, readonly Effect[]>> = {
  in: BEGUN,
  out: ENDED,
  "break-start": ENDED,
  "break-end": BEGUN,
  "switch-project": BEGUN,
};

function punched(
  { box, place, typeAhead }: RecordingState,
  session: Session,
  action: PunchAction,
  { seq, wallMs, receipt, presence }: Recorded,
  now: Now,
): Transition {
  const after: Presence = presence ?? applyPunch(session.presence, action, wallMs);
  const made: PunchMade = { action, seq, wallMs, receipt, before: session.presence };
  const result: ResultState = {
    screen: "result",
    box,
    place,
    session: { ...session, presence: after },
    punch: made,
    shownAtMs: now.monotonicMs,
    expiresAtMs: expiry("result", session.person, now.monotonicMs),
  };
  return to(result, SIGNALS[action], typeAhead);
}

/** What was typed ahead is dropped: it was meant for after a success. */
function refused(
  state: RecordingState,
  { person, triesLeft, waitMs }: Extract<RecordingState["purpose"], { readonly for: "refusal" }>,
  now: Now,
): Transition {
  if (waitMs > 0) return { ...wait(state, person, now.monotonicMs + waitMs, now), effects: REFUSED };
  return wrong(state, person, triesLeft, now);
}

function wrong(
  { box, place }: CheckingState | RecordingState,
  person: DirectoryEntry,
  triesLeft: number,
  now: Now,
): Transition {
  const expiresAtMs = expiry("pin", person, now.monotonicMs);
  return to({ screen: "wrong", box, place, person, typed: "", triesLeft, expiresAtMs }, REFUSED);
}
