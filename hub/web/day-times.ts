/** Days and times of day in a time zone, on what a browser has. Pure; a day is written YYYY-MM-DD, a time of day HH:MM. */

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

/** The day that it is at an instant. */
export function dayAt(atMs: number, timeZone: string): string {
  const { year, month, day } = partsAt(atMs, timeZone);
  return `${year}-${month}-${day}`;
}

/** The day so many days later; what is no day stays what it is. */
export function shiftDay(day: string, days: number): string {
  const atMs = Date.parse(`${day}T00:00:00Z`);
  return Number.isNaN(atMs) ? day : new Date(atMs + days * DAY_MS).toISOString().slice(0, 10);
}

/** `Mon 23 Nov 2026`; what is no day stays what it is. */
export function formatDay(day: string): string {
  const atMs = Date.parse(`${day}T00:00:00Z`);
  if (Number.isNaN(atMs)) return day;
  const parts = { weekday: "short", day: "numeric", month: "short", year: "numeric" } as const;
  return new Intl.DateTimeFormat("en-GB", { timeZone: "UTC", ...parts }).format(atMs).replace(",", "");
}

/**
 * The instants at which clocks of a time zone show this: one, none in the hour that summer time leaves out, two in the
 * hour that it repeats, the earlier first.
 */
export function instantsAt(day: string, time: string, timeZone: string): readonly number[] {
  const asUtcMs = Date.parse(`${day}T${time}:00Z`);
  if (Number.isNaN(asUtcMs)) return [];
  // Whatever offset holds then also holds a day before or after it: no zone changes twice within two days.
  const offsets = [asUtcMs - DAY_MS, asUtcMs + DAY_MS].map((atMs) => offsetAt(atMs, timeZone));
  return [...new Set(offsets)]
    .map((offsetMs) => asUtcMs - offsetMs)
    .filter((atMs) => offsetAt(atMs, timeZone) === asUtcMs - atMs)
    .sort((one, other) => one - other);
}

/** What clocks of a time zone show less UTC, milliseconds. */
function offsetAt(atMs: number, timeZone: string): number {
  const { year, month, day, hour, minute } = partsAt(atMs, timeZone);
  const shownMs = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:00Z`);
  return shownMs - Math.floor(atMs / MINUTE_MS) * MINUTE_MS;
}

type Part = "year" | "month" | "day" | "hour" | "minute";

function partsAt(atMs: number, timeZone: string): Readonly<Record<Part, string>> {
  const format = new Intl.DateTimeFormat("en-GB", {
    timeZone,
    calendar: "iso8601",
    hourCycle: "h23",
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
    hour: "2-digit",
    minute: "2-digit",
  });
  const parts = format.formatToParts(atMs);
  const part = (wanted: Part): string => parts.find(({ type }) => type === wanted)?.value ?? "";
  return {
    year: part("year"),
    month: part("month"),
    day: part("day"),
    hour: part("hour"),
    minute: part("minute"),
  };
}
