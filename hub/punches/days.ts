import { Temporal } from "temporal-polyfill";
import { CodedError } from "../../protocol/errors.ts";

/** Days as a time zone has them: 23, 24 or 25 hours long. */

/** Half open: `fromMs` belongs to the day, `toMs` to the next. */
export interface DayBounds {
  readonly fromMs: number;
  readonly toMs: number;
}

/**
 * Bounds of a day written YYYY-MM-DD. Throws CodedError `day.malformed` for what is no day of the calendar, and
 * `time-zone.unknown`.
 */
export function dayBounds(day: string, timeZone: string): DayBounds {
  let date: Temporal.PlainDate;
  try {
    date = Temporal.PlainDate.from(day, { overflow: "reject" });
  } catch (cause) {
    throw new CodedError("day.malformed", "a day is written YYYY-MM-DD", { cause });
  }
  const startOf = (each: Temporal.PlainDate): number => each.toZonedDateTime(timeZone).epochMilliseconds;
  requireTimeZone(timeZone);
  return { fromMs: startOf(date), toMs: startOf(date.add({ days: 1 })) };
}

/** The day, YYYY-MM-DD, that it is at an instant. */
export function dayAt(wallMs: number, timeZone: string): string {
  return Temporal.Instant.fromEpochMilliseconds(wallMs).toZonedDateTimeISO(timeZone).toPlainDate().toString();
}

/** Minutes east of UTC at an instant. */
export function offsetAt(wallMs: number, timeZone: string): number {
  const { offsetNanoseconds } = Temporal.Instant.fromEpochMilliseconds(wallMs).toZonedDateTimeISO(timeZone);
  return Math.round(offsetNanoseconds / NANOSECONDS_PER_MINUTE);
}
const NANOSECONDS_PER_MINUTE = 60_000_000_000;

/** Throws CodedError `time-zone.unknown` for anything but an IANA name. */
export function requireTimeZone(timeZone: string): void {
  try {
    Temporal.Instant.fromEpochMilliseconds(0).toZonedDateTimeISO(timeZone);
  } catch (cause) {
    throw new CodedError("time-zone.unknown", `"${timeZone}" is no IANA time zone`, { cause });
  }
}
