import { eventSeq } from "../../protocol/ids.ts";
import type { Presence } from "../../protocol/presence.ts";
import {
  ALL_WELL,
  type Box,
  type Place,
  type PunchMade,
  type Session,
  type State,
} from "../../device/core/state.ts";
import type { DirectoryEntry, LastPunch, LinkState, Now } from "../../device/core/types.ts";
import type { DisplaySize } from "../../hal/ports.ts";
import {
  ANA,
  BOX,
  EVENING,
  EXTREME,
  LONGEST,
  minutesBefore,
  MORNING,
  ONE_LONG_WORD,
  TYPICAL,
} from "./gallery-people.ts";

const MINUTE_MS = 60_000;

/** One picture of docs/screens.md. */
export interface GalleryScreen {
  readonly title: string;
  readonly state: State;
  readonly now: Now;
}

/** With whom and when a run of all screens is shown. */
interface Scene {
  readonly note: string;
  readonly place: Place;
  readonly person: DirectoryEntry;
  readonly now: Now;
  readonly link: LinkState;
}

type Shot = readonly [title: string, state: State];

const TYPICAL_SCENE: Scene = {
  note: "",
  place: TYPICAL,
  person: ANA,
  now: MORNING,
  link: { link: "up", unsent: 0 },
};

const EXTREME_SCENE: Scene = {
  note: " (longest names and numbers)",
  place: EXTREME,
  person: LONGEST,
  now: EVENING,
  link: { link: "down", unsent: 12_345, sinceMs: EVENING.monotonicMs - 17 * 60 * MINUTE_MS },
};

function sessionOf(person: DirectoryEntry, presence: Presence, auth: Session["auth"] = "personal"): Session {
  return { person, auth, presence, lastPunch: null, leaving: false, untold: null };
}

/** Every screen of a state union, in the order in which a person meets them. */
function screensOf({ place, person, now, link }: Scene, display: DisplaySize): readonly Shot[] {
  const box: Box = { ...BOX, display, link };
  const base = { box, place, expiresAtMs: now.monotonicMs + 1000 };
  const from = minutesBefore(now, place === TYPICAL ? 22 : 11 * 60 + 41);
  const worked: Presence = { state: "out", sinceMs: now.wallMs, spans: [{ fromMs: from, toMs: now.wallMs }] };
  const inside: Presence = { state: "in", sinceMs: from, spans: [] };
  const justIn: Presence = { state: "in", sinceMs: now.wallMs, spans: [] };
  const punch: PunchMade = {
    action: place === TYPICAL ? "in" : "out",
    seq: eventSeq.parse(7),
    wallMs: now.wallMs,
    receipt: "4kf72mwp",
    before: inside,
  };
  const after = place === TYPICAL ? justIn : worked;
  const session = sessionOf(person, after);
  const last: LastPunch = { action: punch.action, auth: "personal", atMs: now.wallMs, monotonicMs: null };
  const { pinLength } = place.kiosk;
  const number = person.number;
  const pending = { id: 1, untilMs: now.monotonicMs + 5000 };
  const withoutPin: Place = { ...place, kiosk: { ...place.kiosk, requiresPin: false } };
  const planWithoutPin: Place = { ...withoutPin, kiosk: { ...withoutPin.kiosk, pinOffByPlan: true } };
  const prompt = { ...base, person, typed: "", opening: null };
  const waitUntilMs = now.monotonicMs + (place === TYPICAL ? 299_000 : 1_800_000);
  const dayWaitMs = place === TYPICAL ? 5 * 3_600_000 + 12 * 60_000 : 86_400_000;
  const untoldMs = minutesBefore(now, place === TYPICAL ? 9 * 60 : 11 * 24 * 60);
  const recording = { box, place, pending, typeAhead: [] };

  return [
    ["Starting", { screen: "starting", box }],
    ["Not paired with a kiosk", { screen: "unpaired", box }],
    ["Idle", { screen: "idle", box, place }],
    ["Idle, the plan turned Requires PIN off", { screen: "idle", box, place: planWithoutPin }],
    ["Help", { screen: "help", ...base }],
    ["Help, Requires PIN off", { screen: "help", ...base, place: withoutPin }],
    [
      "Find: a number begun",
      { screen: "find", ...base, query: { typed: number.slice(0, 2), namesOnly: false } },
    ],
    [
      "Find: one person left",
      { screen: "find", ...base, query: { typed: number.slice(0, -1), namesOnly: false } },
    ],
    [
      "Find: letters of a name",
      { screen: "find", ...base, query: { typed: place === TYPICAL ? "526" : "6", namesOnly: false } },
    ],
    [
      "Find: nobody, and a PIN typed too early",
      { screen: "find", ...base, query: { typed: "99999999999", namesOnly: false } },
    ],
    ["Find: names only", { screen: "find", ...base, query: { typed: "", namesOnly: true } }],
    ["List", { screen: "list", ...base, query: { typed: "", namesOnly: false }, first: 0 }],
    [
      "List: last page",
      { screen: "list", ...base, query: { typed: "", namesOnly: false }, first: place === TYPICAL ? 4 : 3 },
    ],
    ["PIN", { screen: "pin", ...prompt }],
    ["PIN: half typed", { screen: "pin", ...prompt, typed: "12345".slice(0, pinLength / 2) }],
    [
      "PIN: being checked",
      { screen: "checking", box, place, person, digits: pinLength, pending, typeAhead: [] },
    ],
    ["Wrong PIN", { screen: "wrong", ...prompt, triesLeft: 2 }],
    ["Wrong PIN: the last try", { screen: "wrong", ...prompt, typed: "1", triesLeft: 1 }],
    ["Wait", { screen: "wait", ...base, person, waitUntilMs, opening: null }],
    [
      "Wait: the wrong PINs of a day are used up",
      { screen: "wait", ...base, person, waitUntilMs: now.monotonicMs + dayWaitMs, opening: null },
    ],
    ["Forgot the PIN?", { screen: "forgotConfirm", ...base, person }],
    ["Forgot: sent, or saved for later", { screen: "forgotSent", ...base, person }],
    [
      "Confirm (Requires PIN off)",
      { screen: "confirm", ...base, person, opening: null, opened: null, confirmed: false },
    ],
    [
      "Confirm (the plan turned Requires PIN off)",
      {
        screen: "confirm",
        ...base,
        place: planWithoutPin,
        person,
        opening: null,
        opened: null,
        confirmed: false,
      },
    ],
    ["Recording", { screen: "recording", ...recording, purpose: { for: "punch", session, action: "in" } }],
    ["Choose", { screen: "act", ...base, session: sessionOf(person, inside) }],
    [
      "Choose, on break",
      { screen: "act", ...base, session: sessionOf(person, { ...inside, state: "break" }) },
    ],
    [
      "Choose, by Universal PIN: no hours",
      { screen: "act", ...base, session: sessionOf(person, inside, "universal") },
    ],
    ["Result", { screen: "result", ...base, session, punch, shownAtMs: now.monotonicMs }],
    [
      "Result by Universal PIN: no hours",
      {
        screen: "result",
        ...base,
        session: { ...session, auth: "universal" },
        punch,
        shownAtMs: now.monotonicMs,
      },
    ],
    [
      "Result, and that the Universal PIN was used meanwhile",
      {
        screen: "result",
        ...base,
        session: { ...session, untold: { action: place === TYPICAL ? "in" : "out", atMs: untoldMs } },
        punch,
        shownAtMs: now.monotonicMs,
      },
    ],
    ["Receipt", { screen: "receipt", ...base, session, punch }],
    [
      "Undone, and the other action offered",
      { screen: "undone", ...base, session, punch, action: punch.action === "in" ? "out" : "in" },
    ],
    [
      "Double punch",
      { screen: "guard", ...base, session, last, action: punch.action === "in" ? "out" : "in" },
    ],
    [
      "Double punch on a break",
      { screen: "guard", ...base, session, last: { ...last, action: "break-start" }, action: "out" },
    ],
    [
      "Double punch (Requires PIN off)",
      { screen: "guard", ...base, session: { ...session, auth: "none" }, last, action: "in" },
    ],
    ["Nothing recorded", { screen: "nothingRecorded", ...base, person }],
    ["A card that nobody here has", { screen: "unknownCard", ...base }],
    ["Taken off the list meanwhile", { screen: "gone", ...base, person }],
    ["Which terminal this is", { screen: "identify", ...base, terminal: "7k2m9q4x3hv0c8ra" }],
    ["The store failed", { screen: "trouble", ...base, reason: "store", late: null }],
    ["The store does not answer", { screen: "trouble", ...base, reason: "unanswered", late: null }],
  ];
}

/** What only extremes show: every further form of idle, and names of a single word. */
function furtherExtremes(display: DisplaySize): readonly GalleryScreen[] {
  const well: Box = { ...BOX, display };
  const box: Box = { ...well, link: { link: "up", unsent: 12_345 } };
  const longAgo: LinkState = {
    link: "down",
    unsent: 3,
    sinceMs: EVENING.monotonicMs - 12 * 24 * 60 * MINUTE_MS,
  };
  const offline: LinkState = { link: "down", unsent: 7, sinceMs: MORNING.monotonicMs - 22 * MINUTE_MS };
  const base = { place: EXTREME, expiresAtMs: EVENING.monotonicMs + 1000 };
  const session = sessionOf(ONE_LONG_WORD, {
    state: "in",
    sinceMs: minutesBefore(EVENING, 3 * 24 * 60),
    spans: [],
  });
  return [
    {
      title: "Idle, offline",
      state: { screen: "idle", box: { ...box, link: offline }, place: TYPICAL },
      now: MORNING,
    },
    {
      title: "Idle, offline for days",
      state: { screen: "idle", box: { ...box, link: longAgo }, place: EXTREME },
      now: EVENING,
    },
    {
      title: "Idle, the keypad out of order",
      state: {
        screen: "idle",
        box: { ...well, parts: { ...ALL_WELL, keypad: "out-of-order" } },
        place: TYPICAL,
      },
      now: MORNING,
    },
    {
      title: "Idle, a key stuck",
      state: { screen: "idle", box: { ...well, parts: { ...ALL_WELL, keypad: "stuck" } }, place: TYPICAL },
      now: MORNING,
    },
    {
      title: "Idle, the card reader out of order",
      state: {
        screen: "idle",
        box: { ...well, parts: { ...ALL_WELL, reader: "out-of-order" } },
        place: TYPICAL,
      },
      now: MORNING,
    },
    ...(["low", "full", "worn"] as const).map((disk) => ({
      title: `Idle, the disk ${disk}`,
      state: { screen: "idle" as const, box: { ...well, disk }, place: TYPICAL },
      now: MORNING,
    })),
    {
      title: "Idle, the time not known yet",
      state: { screen: "idle", box: well, place: TYPICAL },
      now: { ...MORNING, isTimeKnown: false },
    },
    {
      title: "Result, the time not known yet",
      state: {
        screen: "result",
        box: well,
        place: TYPICAL,
        expiresAtMs: MORNING.monotonicMs + 1000,
        session: sessionOf(ANA, { state: "in", sinceMs: 0, spans: [] }),
        punch: {
          action: "in",
          seq: eventSeq.parse(7),
          wallMs: 0,
          receipt: "4kf72mwp",
          before: { state: "out", sinceMs: null, spans: [] },
        },
        shownAtMs: MORNING.monotonicMs,
      },
      now: { ...MORNING, isTimeKnown: false },
    },
    { title: "Idle, many unsent", state: { screen: "idle", box, place: EXTREME }, now: EVENING },
    { title: "Choose, in for days", state: { screen: "act", box, ...base, session }, now: EVENING },
  ];
}

/** Every screen with typical and with extreme content, as it is on a display of this size. */
export function screensGallery(display: DisplaySize): readonly GalleryScreen[] {
  const scenes = [TYPICAL_SCENE, EXTREME_SCENE];
  return [
    ...scenes.flatMap((scene) =>
      screensOf(scene, display).map(([title, state]) => ({
        title: title + scene.note,
        state,
        now: scene.now,
      })),
    ),
    ...furtherExtremes(display),
  ];
}
