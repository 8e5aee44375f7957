import { HalError } from "../errors.ts";
import { because } from "../kept-open.ts";
import type { Bcm, PwmOutput, PwmOutputs, Scheduler, Volume } from "../ports.ts";
import { RhythmSounder, type Voice } from "./rhythm-sounder.ts";

/** Pulse width by loudness: a square wave is the loudest, a short pulse keeps the pitch and little of the power. */
const SHARE: Readonly<Record<Volume, number>> = { full: 0.5, quiet: 0.03, off: 0 };

export interface PwmBuzzerOptions {
  readonly pwm: PwmOutputs;
  readonly scheduler: Scheduler;
  /** Drives a passive buzzer, through a transistor where it is a coil. */
  readonly line: Bcm;
  /** Discs are loudest at their resonance, mostly 2 to 4 kHz (their data sheet says). */
  readonly frequencyHz: number;
}

/** A bare disc or coil on a line with hardware PWM, always at one pitch. */
export class PwmBuzzer extends RhythmSounder {
  constructor({ pwm, scheduler, line, frequencyHz }: PwmBuzzerOptions) {
    super({
      scheduler,
      open: async () => voiceOn(await pwm.open(line), frequencyHz),
      adapt: (rhythm) => rhythm,
      faultOf: (cause) =>
        new HalError(
          "hal.sounder.io",
          `the sounder on the PWM of GPIO${line} cannot be driven${because(cause)}`,
          {
            cause,
          },
        ),
    });
  }
}

function voiceOn(output: PwmOutput, frequencyHz: number): Voice {
  let share = SHARE.off;
  return {
    sound: (loudness) => {
      share = SHARE[loudness];
      return output.set(frequencyHz, share);
    },
    // Set once more as it is: the pulse goes on unbroken.
    check: () => output.set(frequencyHz, share),
    close: () => output.close(),
  };
}
