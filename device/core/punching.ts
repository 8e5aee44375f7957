import type { PunchAction } from "../../protocol/events.ts";
import type { KeyName } from "../../hal/ports.ts";
import { gone, goHome } from "./messages.ts";
import { DOUBLE_PUNCH_MS, expiry } from "./timeouts.ts";
import type { ActState, Box, GuardState, Place, Session } from "./state.ts";
import { ASKED, NOT_TAKEN, record, to, type Transition } from "./transition.ts";
import type { LastPunch, Now } from "./types.ts";

/** What somebody who has shown who they are may do: punch, choose, or be asked because they punched just now. */

interface Terminal {
  readonly box: Box;
  readonly place: Place;
}

/**
 * What one key means for someone in this state: out comes in, everyone else goes out. Null for who has left this kiosk and
 * clocked out, and so has nothing to do here any more (product.md, PIN case 11).
 */
function usualAction({ presence, leaving }: Session): PunchAction | null {
  if (presence.state !== "out") return "out";
  return leaving ? null : "in";
}

function isJustNow({ monotonicMs, atMs }: LastPunch, now: Now): boolean {
  const agoMs = monotonicMs === null ? Math.abs(now.wallMs - atMs) : now.monotonicMs - monotonicMs;
  return agoMs < DOUBLE_PUNCH_MS;
}

function isGuarded({ lastPunch }: Session, now: Now): boolean {
  return lastPunch !== null && isJustNow(lastPunch, now);
}

/** Whether this session will be offered a choice, not punched at once. */
export function hasChoice(session: Session, now: Now): boolean {
  return usualAction(session) !== null && (isGuarded(session, now) || session.presence.state !== "out");
}

/** After a PIN: out comes in at once, the others choose; a double punch asks first. */
export function punchOrChoose(
  terminal: Terminal,
  session: Session,
  typeAhead: readonly KeyName[],
  now: Now,
): Transition {
  if (isGuarded(session, now) || session.presence.state === "out") {
    return punchOrAsk(terminal, session, typeAhead, now);
  }
  const { box, place } = terminal;
  const expiresAtMs = expiry("act", session.person, now.monotonicMs);
  return to({ screen: "act", box, place, session, expiresAtMs }, [], typeAhead);
}

/** Punches what is usual, unless the last punch was just now: then it asks. */
export function punchOrAsk(
  terminal: Terminal,
  session: Session,
  typeAhead: readonly KeyName[],
  now: Now,
): Transition {
  const action = usualAction(session);
  if (action === null) return gone(terminal.box, terminal.place, session.person, now);
  if (session.lastPunch === null || !isGuarded(session, now)) {
    return punch(terminal, session, action, false, typeAhead, now);
  }
  // Keys typed before the question was on the screen are no answer to it.
  const guard: GuardState = {
    screen: "guard",
    box: terminal.box,
    place: terminal.place,
    session,
    last: session.lastPunch,
    action,
    expiresAtMs: expiry("act", session.person, now.monotonicMs),
  };
  return to(guard, ASKED);
}

/** Records a punch; `again` when the person confirmed a double one. */
export function punch(
  { box, place }: Terminal,
  session: Session,
  action: PunchAction,
  again: boolean,
  typeAhead: readonly KeyName[],
  now: Now,
): Transition {
  const { person, auth, presence } = session;
  const payload = { action, auth, was: presence.state, again };
  const draft = { kind: "punch", person: person.person, payload } as const;
  return record(box, place, draft, { for: "punch", session, action }, typeAhead, now);
}

/** 1 is out, for ever; 2 Break, 3 Project and 4 Hours are kept free for what they will be (product.md, "Act"). */
export function actKey(state: ActState, key: KeyName, now: Now): Transition {
  if (key === "1") return punchOrAsk(state, state.session, [], now);
  if (key === "*" || key === "D") return goHome(state);
  const expiresAtMs = expiry("act", state.session.person, now.monotonicMs);
  return to({ ...state, expiresAtMs }, NOT_TAKEN);
}

export function guardKey(state: GuardState, key: KeyName, now: Now): Transition {
  if (key === "1") return punch(state, state.session, state.action, true, [], now);
  if (key === "*" || key === "D") return goHome(state);
  const expiresAtMs = expiry("act", state.session.person, now.monotonicMs);
  return to({ ...state, expiresAtMs }, NOT_TAKEN);
}
