import type { Dimming } from "../backlight.ts";
import type { Night } from "../night.ts";
import type { Config } from "./config.ts";

/** How the parts behave, as a config file says: when the sounder is quiet, when the display's light goes out. */
export interface Manners {
  readonly night: Night | null;
  readonly dim: Dimming | null;
}

const MS_PER_MINUTE = 60_000;

export function mannersOf({ sounder, display }: Pick<Config, "sounder" | "display">): Manners {
  const night = sounder?.night;
  const { idle } = display;
  return {
    night: night === undefined ? null : { fromMinute: night.from, toMinute: night.to, volume: night.volume },
    dim: idle === undefined ? null : { afterMs: idle.after_minutes * MS_PER_MINUTE, level: idle.backlight },
  };
}
