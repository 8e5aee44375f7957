import { DEFAULT_TRY_SETTINGS } from "../../protocol/try-settings.ts";
import { personId, kioskId } from "../../protocol/ids.ts";
import type { KioskSettings } from "../../protocol/roster.ts";
import { ALL_WELL, type Box, type Place } from "../../device/core/state.ts";
import type { Directory, DirectoryEntry, Now } from "../../device/core/types.ts";

/** The people, the kiosks and the moment of the gallery of screens. */

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

/** Tuesday 24 November 2026, 06:02 in Berlin (UTC+1). */
export const MORNING: Now = {
  monotonicMs: 100_000,
  wallMs: Date.UTC(2026, 10, 24, 5, 2),
  isTimeKnown: true,
  local: {
    year: 2026,
    month: 11,
    day: 24,
    weekday: 2,
    hour: 6,
    minute: 2,
    dayStartMs: Date.UTC(2026, 10, 23, 23),
    dayEndMs: Date.UTC(2026, 10, 24, 23),
  },
};

/** The same day at 22:58: the widest clock times, and hours of two digits. */
export const EVENING: Now = {
  monotonicMs: MORNING.monotonicMs + 17 * HOUR_MS,
  wallMs: Date.UTC(2026, 10, 24, 21, 58),
  isTimeKnown: true,
  local: { ...MORNING.local, hour: 22, minute: 58 },
};

export function entry(ordinal: number, number: string, name: string): DirectoryEntry {
  return {
    person: personId.parse(ordinal.toString(10).padStart(16, "0")),
    number,
    name,
    role: "regular",
    language: null,
    moreTime: false,
  };
}

export const ANA = entry(1, "1002", "Ana Kovač");
export const ANAS_CARD = "0A00C4F2B1";

const TYPICAL_PEOPLE: readonly DirectoryEntry[] = [
  ANA,
  entry(2, "1038", "Jan Novák"),
  entry(3, "1177", "Jana Novak"),
  entry(4, "1302", "Janko Novak"),
  entry(5, "1415", "Zoë O'Brien"),
  entry(6, "2044", "Łukasz Wiśniewski"),
];

/** The widest letters, the longest words, a word of its own that no display holds, namesakes, 200 characters. */
export const LONGEST = entry(11, "88888888", "Wilhelmina-Maximiliane Mwangemi Hohenwarth-Wöllersdorf");
export const ONE_LONG_WORD = entry(12, "88888889", "Wolfeschlegelsteinhausenbergerdorff");
const EXTREME_PEOPLE: readonly DirectoryEntry[] = [
  LONGEST,
  ONE_LONG_WORD,
  entry(13, "88888890", "Maximilian Mwangemi-Hohenwarth"),
  entry(14, "88888891", "Maxine Mwangemi-Hohenwarth"),
  entry(15, "88888892", "MMMMMMMMMM WWWWWWWWWW ".repeat(9).trim().slice(0, 200)),
];

const LONGEST_KIOSK = "Warenannahme Westhafen Mitte Verwaltungsgebäude";

function directory(revision: number, people: readonly DirectoryEntry[]): Directory {
  return { revision, people, cards: [{ person: ANA.person, card: ANAS_CARD }] };
}

const kiosk: KioskSettings = {
  kiosk: kioskId.parse("k".repeat(16)),
  name: "Westside Bar",
  requiresPin: true,
  pinLength: 4,
  numberLength: 4,
  timeZone: "Europe/Berlin",
  language: "en",
  universalPin: null,
  tries: DEFAULT_TRY_SETTINGS,
};

export const TYPICAL: Place = { kiosk, directory: directory(1, TYPICAL_PEOPLE) };
export const EXTREME: Place = {
  kiosk: { ...kiosk, name: LONGEST_KIOSK, pinLength: 6, numberLength: 8 },
  directory: directory(2, EXTREME_PEOPLE),
};

/** Everything but what the display is: the gallery shows each state on several. */
export const BOX: Omit<Box, "display"> = {
  link: { link: "up", unsent: 0 },
  storeFailed: false,
  parts: ALL_WELL,
  disk: null,
  identify: null,
  nextId: 1,
  owedCheck: null,
};

export function minutesBefore(now: Now, minutes: number): number {
  return now.wallMs - minutes * MINUTE_MS;
}
