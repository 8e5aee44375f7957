import { Temporal } from "temporal-polyfill";
import type { LocalTime } from "../core/types.ts";

const MS_PER_MINUTE = 60_000;
const NS_PER_MINUTE = 60e9;

export interface ZonedTime extends LocalTime {
  readonly offsetMinutes: number;
}

/** Wall time in an IANA zone. Throws RangeError for a zone that does not exist. */
export function localTime(wallMs: number, timeZone: string): ZonedTime {
  const zoned = Temporal.Instant.fromEpochMilliseconds(wallMs).toZonedDateTimeISO(timeZone);
  const dayStart = zoned.startOfDay();
  return {
    year: zoned.year,
    month: zoned.month,
    day: zoned.day,
    weekday: zoned.dayOfWeek,
    hour: zoned.hour,
    minute: zoned.minute,
    dayStartMs: dayStart.epochMilliseconds,
    dayEndMs: zoned.add({ days: 1 }).startOfDay().epochMilliseconds,
    offsetMinutes: Math.round(zoned.offsetNanoseconds / NS_PER_MINUTE),
  };
}

/** {@link localTime} that computes each minute once: it is asked for at every key. */
export function cachedLocalTime(): (wallMs: number, timeZone: string) => ZonedTime {
  let minute = Number.NaN;
  let zone = "";
  let cached: ZonedTime | null = null;
  return (wallMs, timeZone) => {
    const wanted = Math.floor(wallMs / MS_PER_MINUTE);
    if (cached === null || wanted !== minute || timeZone !== zone) {
      cached = localTime(wallMs, timeZone);
      minute = wanted;
      zone = timeZone;
    }
    return cached;
  };
}
