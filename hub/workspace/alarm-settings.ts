import * as z from "zod";

/** More guesses than there are PINs of 6 digits tell nobody anything. */
const MAX_ALARM_GUESSES = 1_000_000;
const guesses = z.int().min(1).max(MAX_ALARM_GUESSES);

/** Guesses at a PIN since it was set: when admins are told, and when it must be changed. */
export const alarmSettings = z.strictObject({
  personTold: guesses,
  personChange: guesses,
  universalTold: guesses,
  universalChange: guesses,
});
export type AlarmSettings = z.infer<typeof alarmSettings>;

/** Of a PIN with 4 digits, 100 guesses find one in a hundred. A Universal PIN is guessed at by every wrong PIN at its kiosk. */
export const DEFAULT_ALARM_SETTINGS: AlarmSettings = {
  personTold: 50,
  personChange: 100,
  universalTold: 500,
  universalChange: 1_000,
};
