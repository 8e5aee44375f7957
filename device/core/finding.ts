import type { KeyName } from "../../hal/ports.ts";
import { findPeople, MAX_FIND_DIGITS, personNamedBy } from "./find.ts";
import { peoplePerPage } from "./layout.ts";
import { goHome } from "./messages.ts";
import { selectPerson } from "./prompt.ts";
import type { Box, FindQuery, FindState, HelpState, IdleState, ListState, Place } from "./state.ts";
import { expiry } from "./timeouts.ts";
import { digitOf, NOT_TAKEN, to, type Transition } from "./transition.ts";
import type { Now } from "./types.ts";

/** Keys until a person is chosen: idle, help, typing a number or a name, the list. */

interface Terminal {
  readonly box: Box;
  readonly place: Place;
}

const EVERYBODY: FindQuery = { typed: "", namesOnly: false };

export function idleKey(state: IdleState, key: KeyName, now: Now): Transition {
  const digit = digitOf(key);
  if (digit !== null) return startFinding(state, digit, now);
  if (key === "*") return typed(state, { typed: "", namesOnly: true }, now);
  if (key === "#") return help(state, now);
  return to(state, NOT_TAKEN);
}

/** A first digit, from idle or over something that may be cut short. */
export function startFinding(terminal: Terminal, digit: string, now: Now): Transition {
  return typed(terminal, { typed: digit, namesOnly: false }, now);
}

function help({ box, place }: Terminal, now: Now): Transition {
  return to({ screen: "help", box, place, expiresAtMs: expiry("find", null, now.monotonicMs) });
}

export function helpKey(state: HelpState, key: KeyName, now: Now): Transition {
  const digit = digitOf(key);
  if (digit !== null) return startFinding(state, digit, now);
  if (key === "#") return list(state, EVERYBODY, now);
  if (key === "*" || key === "D") return goHome(state);
  return to({ ...state, expiresAtMs: expiry("find", null, now.monotonicMs) }, NOT_TAKEN);
}

/** The find screen for what is typed now, or the person it names. */
function typed({ box, place }: Terminal, query: FindQuery, now: Now): Transition {
  const matches = findPeople(place.directory, query);
  const person = query.namesOnly ? null : personNamedBy(matches, query.typed);
  if (person !== null) return selectPerson(box, place, person, now);
  const state: FindState = {
    screen: "find",
    box,
    place,
    query,
    expiresAtMs: expiry("find", null, now.monotonicMs),
  };
  return to(state, matches.people.length === 0 ? NOT_TAKEN : []);
}

export function findKey(state: FindState, key: KeyName, now: Now): Transition {
  const { box, place, query } = state;
  const digit = digitOf(key);
  const touched = { ...state, expiresAtMs: expiry("find", null, now.monotonicMs) };
  if (digit !== null) {
    if (query.typed.length >= MAX_FIND_DIGITS) return to(touched, NOT_TAKEN);
    return typed(state, { ...query, typed: query.typed + digit }, now);
  }
  switch (key) {
    case "*":
      return deleteDigit(touched);
    case "#": {
      const { people } = findPeople(place.directory, query);
      const [first, second] = people;
      if (first === undefined) return to(touched, NOT_TAKEN);
      return second === undefined ? selectPerson(box, place, first, now) : list(state, query, now);
    }
    case "D":
      return goHome(state);
    default:
      return to(touched, NOT_TAKEN);
  }
}

/** An empty number field is what idle is, so deleting the last digit of a number ends there. */
function deleteDigit(state: FindState): Transition {
  const { query } = state;
  const left = query.typed.slice(0, -1);
  if (query.typed === "" || (left === "" && !query.namesOnly)) return goHome(state);
  return to({ ...state, query: { ...query, typed: left } });
}

function list({ box, place }: Terminal, query: FindQuery, now: Now): Transition {
  if (findPeople(place.directory, query).people.length === 0) return goHome({ box, place });
  return to({
    screen: "list",
    box,
    place,
    query,
    first: 0,
    expiresAtMs: expiry("find", null, now.monotonicMs),
  });
}

export function listKey(state: ListState, key: KeyName, now: Now): Transition {
  const { box, place, query } = state;
  const { people } = findPeople(place.directory, query);
  const perPage = peoplePerPage(box.display);
  const touched = { ...state, expiresAtMs: expiry("find", null, now.monotonicMs) };
  const turn = (pages: number): Transition =>
    to({ ...touched, first: turned(state.first, pages * perPage, people.length, perPage) });
  const digit = digitOf(key);
  if (digit !== null && digit !== "0") {
    const place_ = Number(digit) - 1;
    const person = place_ < perPage ? people[state.first + place_] : undefined;
    return person === undefined ? to(touched, NOT_TAKEN) : selectPerson(box, place, person, now);
  }
  switch (key) {
    case "0":
    case "B":
      return turn(1);
    case "A":
      return turn(-1);
    case "*":
      return query.typed === "" && !query.namesOnly
        ? goHome(state)
        : to({ screen: "find", box, place, query, expiresAtMs: touched.expiresAtMs });
    case "D":
      return goHome(state);
    default:
      return to(touched, NOT_TAKEN);
  }
}

/** The first of the page `by` further on; past either end it goes round. */
function turned(first: number, by: number, count: number, perPage: number): number {
  const pages = Math.max(1, Math.ceil(count / perPage));
  const page = Math.floor(first / perPage) + by / perPage;
  return (((page % pages) + pages) % pages) * perPage;
}
