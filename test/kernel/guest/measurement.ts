import * as z from "zod";

/** What is measured in a virtual machine, as it leaves it in /out. */
export const measurement = z.strictObject({
  /** System calls for each press of a key that is held for a while, by back end. */
  systemCallsPerPress: z.strictObject({ gpiochip: z.number(), onoff: z.number(), "rpi-gpio": z.number() }),
  /** Context switches a second of all threads of idle processes. */
  switchesPerSecond: z.strictObject({
    keypad: z.number(),
    daemon: z.number(),
    libraries: z.number(),
    polling: z.number(),
  }),
});
export type Measurement = z.infer<typeof measurement>;

export const MEASUREMENT_FILE = "measurement.json";
