import type { LocalTime, Now } from "./types.ts";

/** Times as they stand on the display. The core knows no time zones: all is told from the local time of `now`. */

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

const SECONDS_PER_HOUR = 3_600;

function twoDigits(value: number): string {
  return String(value).padStart(2, "0");
}

/** `06:02`. */
export function clockText(local: Pick<LocalTime, "hour" | "minute">): string {
  return `${twoDigits(local.hour)}:${twoDigits(local.minute)}`;
}

/** A local calendar minute as if it were UTC: only for arithmetic. */
function asUtcMs(local: LocalTime): number {
  return Date.UTC(local.year, local.month - 1, local.day, local.hour, local.minute);
}

/** The calendar date and clock of another instant, by the UTC offset of `now`: an hour off across a DST change. */
export function localAt(
  wallMs: number,
  now: Now,
): { day: number; month: number; hour: number; minute: number } {
  const minuteStartMs = Math.floor(now.wallMs / MINUTE_MS) * MINUTE_MS;
  const then = new Date(asUtcMs(now.local) + (wallMs - minuteStartMs));
  return {
    day: then.getUTCDate(),
    month: then.getUTCMonth() + 1,
    hour: then.getUTCHours(),
    minute: then.getUTCMinutes(),
  };
}

/** Whether an instant is so near that a clock time alone names it: today, or in the 24 hours before `now`. */
export function isRecent(wallMs: number, now: Now): boolean {
  if (wallMs >= now.local.dayStartMs && wallMs < now.local.dayEndMs) return true;
  return wallMs <= now.wallMs && now.wallMs - wallMs < DAY_MS;
}

/** A duration as `H:MM`, hours without limit, seconds dropped; negative ones as `0:00`. */
export function hoursText(durationMs: number): string {
  const minutes = Math.floor(Math.max(0, durationMs) / MINUTE_MS);
  return `${Math.floor(minutes / 60)}:${twoDigits(minutes % 60)}`;
}

/** Whole seconds still to go, rounded up: 0 only when it is over. */
export function secondsLeft(untilMs: number, monotonicMs: number): number {
  return Math.max(0, Math.ceil((untilMs - monotonicMs) / 1000));
}

/** A countdown as `M:SS`; from an hour on as `H:MM h`, rounded up, for nobody stands there for the seconds. */
export function countdownText(seconds: number): string {
  if (seconds >= SECONDS_PER_HOUR) return `${hoursText(Math.ceil(seconds / 60) * MINUTE_MS)} h`;
  return `${Math.floor(seconds / 60)}:${twoDigits(seconds % 60)}`;
}

/** More than this many is said as "99+": nobody counts so far at a wall. */
const MAX_COUNT_SHOWN = 99;

export function countText(count: number): string {
  return count > MAX_COUNT_SHOWN ? `${MAX_COUNT_SHOWN}+` : String(count);
}

/** A receipt code in groups of four, upper case: for reading aloud. */
export function receiptText(receipt: string): string {
  return (receipt.toUpperCase().match(/.{1,4}/gu) ?? []).join("-");
}
