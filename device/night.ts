import type { Volume } from "../hal/ports.ts";

/** Hours of the kiosk's local day in which the sounder is quieter. `fromMinute` is in, `toMinute` out; may cross midnight. */
export interface Night {
  /** Minutes since local midnight, 0 to 1439. */
  readonly fromMinute: number;
  readonly toMinute: number;
  readonly volume: Exclude<Volume, "full">;
}

/** How loud it is at a minute of the day. A night that ends where it begins is none. */
export function volumeAt(minuteOfDay: number, night: Night | null): Volume {
  if (night === null) return "full";
  const { fromMinute, toMinute, volume } = night;
  const isNight =
    fromMinute <= toMinute
      ? minuteOfDay >= fromMinute && minuteOfDay < toMinute
      : minuteOfDay >= fromMinute || minuteOfDay < toMinute;
  return isNight ? volume : "full";
}

/** Where the display is dark, sounds are all there is: then no night is silent. */
export function volumeByEar(volume: Volume): Volume {
  return volume === "off" ? "quiet" : volume;
}
