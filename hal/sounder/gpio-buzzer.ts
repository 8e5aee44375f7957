import { HalError } from "../errors.ts";
import { because } from "../kept-open.ts";
import type { Bcm, GpioBank, GpioLines, GpioOp, Scheduler } from "../ports.ts";
import { RhythmSounder, type Voice } from "./rhythm-sounder.ts";
import { shortened } from "./rhythm.ts";

const ON: readonly GpioOp[] = [{ op: "write", mask: 1, levels: 1 }];
const OFF: readonly GpioOp[] = [{ op: "write", mask: 1, levels: 0 }];
const READ: readonly GpioOp[] = [{ op: "read" }];

export interface GpioBuzzerOptions {
  readonly bank: GpioBank;
  readonly scheduler: Scheduler;
  /** Drives an active buzzer, high is loud. */
  readonly line: Bcm;
}

/** An active buzzer on one line. It has one loudness, so that quiet is shorter beeps. */
export class GpioBuzzer extends RhythmSounder {
  constructor({ bank, scheduler, line }: GpioBuzzerOptions) {
    super({
      scheduler,
      open: async () => voiceOn(await openLine(bank, line)),
      adapt: (rhythm, volume) => (volume === "quiet" ? shortened(rhythm) : rhythm),
      faultOf: (cause) =>
        new HalError("hal.sounder.io", `the sounder on GPIO${line} cannot be driven${because(cause)}`, {
          cause,
        }),
    });
  }
}

function openLine(bank: GpioBank, line: Bcm): Promise<GpioLines> {
  const request = { bcm: line, direction: "out", drive: "push-pull", initial: false } as const;
  return bank.open("punchbox sounder", [request]);
}

function voiceOn(lines: GpioLines): Voice {
  return {
    sound: (loudness) => lines.run(loudness === "off" ? OFF : ON),
    check: () => lines.run(READ),
    // Closing makes the line an input: silent, whatever it was.
    close: () => lines.close(),
  };
}
