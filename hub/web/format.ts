/** How the page writes times and durations. Pure, so that its tests need no browser. */

/** `7:05`: hours and minutes, rounded down as a clock does; never negative. */
export function formatWorked(workedMs: number): string {
  const minutes = Math.floor(Math.max(0, workedMs) / 60_000);
  return `${Math.floor(minutes / 60)}:${String(minutes % 60).padStart(2, "0")}`;
}

/** Largest distance from 1970 that a Date can have (ECMA-262, 21.4.1.1), milliseconds. */
const MAX_DATE_MS = 8.64e15;

/** `06:02` at an instant in a time zone; a dash for an instant that no calendar has. */
export function formatTime(atMs: number, timeZone: string): string {
  if (Math.abs(atMs) > MAX_DATE_MS) return "–";
  return new Intl.DateTimeFormat("en-GB", { timeZone, hour: "2-digit", minute: "2-digit" }).format(atMs);
}

/** `24 Nov, 06:02`, for what may not be of today. */
export function formatDateTime(atMs: number, timeZone: string): string {
  if (Math.abs(atMs) > MAX_DATE_MS) return "–";
  return new Intl.DateTimeFormat("en-GB", {
    timeZone,
    day: "numeric",
    month: "short",
    hour: "2-digit",
    minute: "2-digit",
  }).format(atMs);
}

/** A name within a sentence, whichever way it is written: what it holds does not turn what follows (UAX #9, isolates). */
export function isolated(name: string): string {
  return `\u2068${name}\u2069`;
}
